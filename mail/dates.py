"""When a mail says that it was written: an old one that comes again is not acted on again.

Which mails came is remembered for thirty days (core.inbox). After that nothing but its own date
tells a copy, whose signature still holds, from a new mail.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from core.inbox import KEPT
from core.phrases import Phrase, say
from core.settings import Settings
from mail.message import ReceivedMail

AHEAD = timedelta(days=7)
"""How far a clock may be wrong; a mail from further ahead would outlive what is remembered."""

OLDEST = KEPT - AHEAD
FORGOTTEN = (
    "It is dated {day}: a results file that comes again so late could bring back old values. "
    "If it is wanted, have it sent anew; else drop it."
)


def sent_at(mail: ReceivedMail) -> datetime | None:
    """Its own date; None without one that can be read."""
    try:
        found = parsedate_to_datetime(mail.header("Date"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def strange_day(mail: ReceivedMail, received_at: datetime, settings: Settings) -> str:
    """The day of a mail that is not of these days, '' for any other.

    Where the house's own clock is frozen or moved, mail programs still have the real one.
    """
    sent, presents = sent_at(mail), [received_at]
    if settings.now is not None or settings.playground_dir is not None:
        presents.append(datetime.now(UTC))
    if sent is None or any(one - OLDEST <= sent <= one + AHEAD for one in presents):
        return ""
    return f"{sent:%Y-%m-%d}"


def not_of_these_days(day: str) -> Phrase:
    """What its sender hears."""
    return say(
        "Your mail is dated {day}, so nothing of it was done: mail that is weeks old may be a copy "
        "of one that was answered then. If you have just written it, set the clock of your "
        "computer and send it again; else write a new one.",
        day=day,
    )
