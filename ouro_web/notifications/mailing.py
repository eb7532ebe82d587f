"""Mail about what happened: at once, or everything of a day in one. The worker sends it.

What was read meanwhile needs no mail, and what she may not see any more gets none. A mail is taken
off the list before it is sent, so that two workers never send it twice.
"""

import logging
import zoneinfo
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Min
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.notifications.choices import Mail
from ouro_web.notifications.models import Notification

logger = logging.getLogger(__name__)

AT_ONCE = 100
HOUR = 7  # of the morning, where she is
MOST_LISTED = 50
FOOT = "Which mail you get, you choose at {site}/settings/notifications"


class MailError(Exception):
    """The mail server took nothing; what waits is tried again later."""


def send_due() -> int:
    """How many mails went out. Raises MailError."""
    return _send_now() + _send_daily()


def _send_now() -> int:
    rows = Notification.objects.filter(mail=Mail.AT_ONCE).order_by("pk")
    people = dict.fromkeys(rows.values_list("user", flat=True)[:AT_ONCE])
    return sum(_tell(person, Mail.AT_ONCE) for person in _of(people))


def _send_daily() -> int:
    rows = Notification.objects.filter(mail=Mail.DAILY).order_by()
    waiting = dict(rows.values_list("user").annotate(Min("created_at"))[:1000])
    due = [one for one in _of(waiting) if _morning_after(waiting[one.pk], one) <= timezone.now()]
    return sum(_tell(person, Mail.DAILY) for person in due)


def _of(pks: Iterable[object]) -> list[User]:
    return list(User.objects.filter(pk__in=list(pks)))


def _tell(person: User, when: str) -> int:
    """One mail for each piece of news, or one for all of them."""
    waiting = Notification.objects.filter(user=person, mail=when)
    pks = list(waiting.order_by("pk").values_list("pk", flat=True))
    mine = [pk for pk in pks if waiting.filter(pk=pk).update(mail=Mail.NEVER)]
    seen = Notification.objects.still_seen_by(person).filter(pk__in=mine, read_at=None)
    news = list(seen.select_related("asset", "team__organization", "source_user").order_by("pk"))
    if not news or not person.email or not person.is_active:
        return 0
    mails = [_digest(person, news)] if when == Mail.DAILY else [_one(person, row) for row in news]
    try:
        for mail in mails:
            mail.send()
    except OSError as error:  # what smtplib raises is one, too
        Notification.objects.filter(pk__in=mine).update(mail=when)
        raise MailError(str(error)) from error
    return len(mails)


def _one(person: User, row: Notification) -> EmailMessage:
    lines = [row.text]
    if row.excerpt:
        lines += ["", row.excerpt]
    return _mail(person, row.text, [*lines, "", _address(row)])


def _digest(person: User, news: list[Notification]) -> EmailMessage:
    count = len(news)
    lines = [f"Since the last mail, {count} thing{'' if count == 1 else 's'} happened:", ""]
    for row in news[:MOST_LISTED]:
        lines += [f"- {row.text}", f"  {_address(row)}", ""]
    if count > MOST_LISTED:
        lines += [f"and {count - MOST_LISTED} more: {settings.PUBLIC_URL}/notifications/", ""]
    return _mail(person, f"{count} new on Ouro Web", lines)


def _mail(person: User, subject: str, lines: list[str]) -> EmailMessage:
    body = "\n".join([*lines, "", "-- ", FOOT.format(site=settings.PUBLIC_URL)])
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + " ".join(subject.split())[:200]
    return EmailMessage(subject, body, to=[person.email])


def _address(row: Notification) -> str:
    return settings.PUBLIC_URL + (row.get_absolute_url() or "/notifications/")


def _morning_after(moment: datetime, person: User) -> datetime:
    try:
        zone = zoneinfo.ZoneInfo(person.time_zone or "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        zone = zoneinfo.ZoneInfo("UTC")
    local = moment.astimezone(zone)
    morning = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return morning if local < morning else morning + timedelta(days=1)
