"""Who a browser is signed in as: Django's sessions and allauth's sign-in, whose two questions at
every page are put into SQL once."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.lib import kept
from ouro_web.lib.kept import slot

_session = kept.Rows(
    lambda: Session.objects.filter(
        session_key=slot(Session, "session_key"), expire_date__gt=slot(Session, "expire_date")
    )
)
_user = kept.Rows(lambda: User.objects.filter(pk=slot(User, "id")))


class SessionStore(DatabaseStore):
    """What SESSION_ENGINE names."""

    def _get_session_from_db(self) -> Session | None:
        found = _session.first(session_key=self.session_key, expire_date=timezone.now())
        if found is None:
            self._session_key = None
        return found


class Backend(AuthenticationBackend):  # type: ignore[misc]  # has no types
    """Signs in by user name or e-mail address, as allauth's does."""

    def get_user(self, user_id: Any) -> User | None:
        user = _user.first(id=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
