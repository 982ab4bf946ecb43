"""Everything we ever tell a person, as frozen models that know no surface.

Each is composed when it is sent, from what its row of the ledger holds (core.composing), so it
says what is true then. `KIND` names it in the ledger, and its folder among the letters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from core.exports.columns import Contents
from core.monthly_picture import MonthlyPicture
from core.phrases import Phrase, say
from core.records import Record
from core.terms import Frequency, Role


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new user may log in (guide: "the user will receive an email from IELTS").

    `invited_by` is a colleague's name, '' where the operator enrolled a primary administrator.
    `link_code` links a Slack account, '' where the organisation has no Slack.
    """

    KIND: ClassVar = "invitation"

    user_id: int
    address: str
    first_name: str
    organisation: str
    role: Role
    invited_by: str
    link_code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LinkCode:
    """Whoever types the code in Slack acts as this user there; to the login address only."""

    KIND: ClassVar = "link-code"

    user_id: int
    address: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmAddress:
    """A new notification address must say the code before it is used; it goes there only."""

    KIND: ClassVar = "confirm-address"

    user_id: int
    address: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """To the login address, when something changed that its owner would want to know of."""

    KIND: ClassVar = "settings-changed"

    user_id: int
    address: str
    change: Phrase


@dataclass(frozen=True, slots=True)
class NewResult:
    """One applicant's result was delivered (guide: immediate, one message per applicant)."""

    KIND: ClassVar = "new-result"

    record: Record


@dataclass(frozen=True, slots=True)
class ManyNewResults:
    """More results at once than a user is told of one by one; `records` are the first of them."""

    KIND: ClassVar = "many-new-results"

    count: int
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that goes with a notice; the same object for all who get the same file."""

    filename: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Digest:
    """What came since the last digest, with the export in the user's template.

    `records` are the first of `count`. `file` is None where the file would be larger than any
    surface takes, and by mail the first part where `rest` follows. `download_id` is the download
    that this digest made, for users who want that; None where the results stay new. `waiting`
    counts the results that are new after it. `without_photos` says that the template has them.
    """

    KIND: ClassVar = "digest"

    frequency: Frequency
    count: int
    records: tuple[Record, ...]
    template: str
    file: AttachedFile | None
    download_id: int | None
    waiting: int
    rest: tuple[Contents, ...] = ()
    without_photos: bool = False


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a result: its export heading, and its value before and now, as in files."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ChangedResult:
    """A result that is not what the reader relied on, with the reader's downloads of it."""

    record: Record
    changes: tuple[FieldChange, ...]
    verified: bool
    watched: bool
    downloads: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ResultsChanged:
    """To whoever verified, watches or downloaded the old values; the first of `count` in full.

    `thread` is the message in Slack that showed them, '' where there is none or no single one.
    """

    KIND: ClassVar = "results-changed"

    count: int
    results: tuple[ChangedResult, ...]
    thread: str = ""


@dataclass(frozen=True, slots=True)
class WatchHit:
    """A record has appeared for a number that the user watches."""

    KIND: ClassVar = "watch-hit"

    record: Record


@dataclass(frozen=True, slots=True)
class ChannelNews:
    """To an organisation's channel: counts only, never anything of a candidate.

    `waiting` counts all its results that nobody has downloaded yet. What is new came with the
    arrivals after `after` up to `upto`. `thread` is the announcement of what has changed, '' where
    there is none or no single one.
    """

    KIND: ClassVar = "channel-news"

    new: int
    changed: int
    waiting: int
    after: int = 0
    upto: int = 0
    thread: str = ""


@dataclass(frozen=True, slots=True)
class SharedChanged:
    """To a channel in which a masked verification was shared: its record is another one now."""

    KIND: ClassVar = "shared-changed"

    thread: str


@dataclass(frozen=True, slots=True)
class MailPaused:
    """To the administrators: a colleague's address refuses our mail, so none is sent there."""

    KIND: ClassVar = "mail-paused"

    name: str
    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class WebhookPaused:
    """To administrators: their CRM's endpoint takes nothing, so nothing is sent there any more.

    Of its address only the host is told: the rest may hold a secret.
    """

    KIND: ClassVar = "webhook-paused"

    endpoint_id: int
    host: str
    reason: str
    failing_since: datetime | None

    def paused(self) -> Phrase:
        """What happened."""
        return say(
            "Webhook {id} to {host} took nothing since {since} UTC, so it is paused. It last "
            "said: {reason}.",
            id=self.endpoint_id,
            host=self.host,
            since=f"{self.failing_since:%Y-%m-%d %H:%M}",
            reason=self.reason,
        )

    def remedy(self) -> Phrase:
        """What to do."""
        return say(
            "Nothing is lost. When your CRM takes webhooks again, ask your operator to run "
            "`results-bot webhook replay {id}`: it resumes the webhook and sends all that it "
            "missed. Programs that read GET /v1/results go on meanwhile.",
            id=self.endpoint_id,
        )


@dataclass(frozen=True, slots=True)
class FeedSilent:
    """To administrators: results are not arriving, or will not for long."""

    KIND: ClassVar = "feed-silent"

    problem: Phrase


@dataclass(frozen=True, slots=True)
class FeedWell:
    """To administrators who heard that they were not."""

    KIND: ClassVar = "feed-well"

    news: Phrase


Notice = (
    Invitation
    | LinkCode
    | ConfirmAddress
    | SettingsChanged
    | NewResult
    | ManyNewResults
    | Digest
    | ResultsChanged
    | WatchHit
    | ChannelNews
    | SharedChanged
    | MailPaused
    | WebhookPaused
    | FeedSilent
    | FeedWell
    | MonthlyPicture
)
