"""Following a person: what she publishes shows on one's own first page."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError

from ouro_web.accounts.follows import Follow
from ouro_web.accounts.models import User
from ouro_web.assets.access import Person
from ouro_web.notifications.models import Kind, Notification
from ouro_web.notifications.notify import notify


@dataclass(frozen=True)
class Standing:
    """Of a person, to a reader."""

    followers: int
    following: int
    is_followed: bool  # by the reader
    follows_back: bool  # the reader


def standing(person: User, reader: Person) -> Standing:
    mine = Follow.objects.filter(follower=reader.pk, followed=person)
    hers = Follow.objects.filter(follower=person, followed=reader.pk)
    return Standing(
        followers=person.followed_by.filter(follower__is_active=True).count(),
        following=person.follows.filter(followed__is_active=True).count(),
        is_followed=mine.exists(),
        follows_back=hers.exists(),
    )


def follow(person: User, *, by: User) -> None:
    """Twice is once. Raises ValidationError for oneself and for who is gone."""
    if person.pk == by.pk:
        raise ValidationError("Nobody follows herself.")
    if not person.is_active:
        raise ValidationError("This account is closed.")
    _, is_new = Follow.objects.get_or_create(follower=by, followed=person)
    told = Notification.objects.filter(user=person, kind=Kind.FOLLOW, source_user=by)
    if is_new and not told.exists():  # on and off and on again is no news
        notify(person, Kind.FOLLOW, f"{by.display_name} follows you.", by=by)


def unfollow(person: User, *, by: User) -> None:
    Follow.objects.filter(follower=by, followed=person).delete()
