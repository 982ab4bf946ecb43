"""A notice as a letter with its files, as the organisation's policy allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.exports.columns import Contents
from core.monthly_picture import MonthlyPicture
from core.notices import (
    AttachedFile,
    ConfirmAddress,
    Digest,
    ManyNewResults,
    NewResult,
    ResultsChanged,
    WatchHit,
)
from core.phrases import Phrase, say
from core.terms import AttachmentPolicy, Language
from core.transports import Message, Recipient
from mail.files import Packed, follows, in_slack, packed
from mail.render import Fragment, Letter, fragment, framed, subject

NOTIFICATIONS = frozenset(
    one.KIND for one in (NewResult, ManyNewResults, Digest, ResultsChanged, WatchHit)
)
"""What holds candidates' data."""

ENDABLE = NOTIFICATIONS | {MonthlyPicture.KIND}
"""What a user may end."""

ALL_MAIL = "notifications mail=off"
BEYOND_STOP = frozenset({ResultsChanged.KIND, WatchHit.KIND})
"""What concerns the reader's own past work, whatever they chose to hear of new results."""

REPLY, REFUSAL, FEED_SUMMARY = "mail-reply", "mail-refusal", "mail-feed"
"""What answers a mail."""

FILE_PART = "file-part"
"""What follows a letter that could not carry the whole of its file."""

PAGE = "letter.html"
"""What a letter leaves out, within a zip."""

UNANSWERABLE = frozenset({ConfirmAddress.KIND, FEED_SUMMARY})
"""To addresses that are not a user's, or not yet: nobody could answer from there."""


ELSEWHERE = {
    ResultsChanged.KIND: say(
        "Your organisation keeps candidates' data out of mail. In Slack or on the command line, "
        "`redownload` and the number of a download give you its file with the values of now, and "
        "`verify` shows a number that you verified or watch."
    ),
    WatchHit.KIND: say(
        "Your organisation keeps candidates' data out of mail. In Slack or on the command line, "
        "`verify` with the numbers that you watch shows you which it is."
    ),
}
"""Where to see what a letter leaves out; for all others, `download`."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is allowed for one recipient: the policy, and what opens their zip files."""

    policy: AttachmentPolicy
    passphrase: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """A letter ready to be addressed; `in_reply_to` and `references` are Message-IDs.

    `rest` are parts of its files that go in letters of their own.
    """

    letter: Letter
    files: tuple[AttachedFile, ...] = ()
    in_reply_to: str = ""
    references: str = ""
    rest: tuple[Contents, ...] = ()


Writer = Callable[[Any, Recipient, Terms], Written]

_WRITERS: dict[str, Writer] = {}


def writes(kind: str) -> Callable[[Writer], Writer]:
    """Register who writes a kind that is more than one letter of core.notices."""

    def register(writer: Writer) -> Writer:
        _WRITERS[kind] = writer
        return writer

    return register


def written(message: Message, recipient: Recipient, terms: Terms) -> Written:
    """The message as the recipient gets it."""
    writer = _WRITERS.get(message.kind)
    if writer is not None:
        return writer(message.notice, recipient, terms)
    return _letter(message, recipient, _pack(message, recipient, terms))


def _pack(message: Message, recipient: Recipient, terms: Terms) -> Packed:
    """What goes with a notification: a digest's file, or all it says where that may not be open."""
    notice = message.notice
    if message.kind not in NOTIFICATIONS:
        return Packed()
    if isinstance(notice, Digest):
        where = in_slack(notice.download_id)
        return packed(notice.file, terms.policy, terms.passphrase, elsewhere=where)
    if terms.policy is AttachmentPolicy.ATTACH:
        return Packed()
    said = _made(message, recipient, Packed(), ())
    file = sealed_letter(_title(message, recipient), [said], recipient)
    where = ELSEWHERE.get(message.kind, in_slack())
    return packed(file, terms.policy, terms.passphrase, elsewhere=where)


def sealed_letter(title: str, fragments: list[Fragment], recipient: Recipient) -> AttachedFile:
    """What a letter may not say openly, as a page for a zip that only its reader opens."""
    page = framed(
        title,
        fragments,
        recipient.language,
        organisation=recipient.organisation,
        greeting=_greeting(recipient.first_name),
        reason="",
        can_answer=False,
        ending=None,
    )
    return AttachedFile(PAGE, "text/html", page.html.encode())


def can_be_answered(kind: str) -> bool:
    """Whether its mail gets a reply address."""
    return kind not in UNANSWERABLE


def ends_by(kind: str) -> str:
    """The command that ends letters of this kind."""
    return ALL_MAIL if kind in BEYOND_STOP else "stop"


def ending(kind: str) -> Phrase | None:
    """How to get fewer letters of this kind, where a user may."""
    if kind not in ENDABLE:
        return None
    if kind in BEYOND_STOP:
        return say(
            "To end these, answer `{command}`: it ends all notifications by mail.", command=ALL_MAIL
        )
    if kind == MonthlyPicture.KIND:
        return say("To end these and all news of new results, answer `stop`.")
    return say("To get fewer of these, answer `weekly`, or `stop` for none.")


def is_answer(kind: str) -> bool:
    """Whether it answers a mail."""
    return kind in {REPLY, REFUSAL, FEED_SUMMARY}


def in_frame(title: str, fragments: list[Fragment], kind: str, recipient: Recipient) -> Letter:
    """Fragments with the greeting and the footer that the kind and the recipient want."""
    return framed(
        title,
        fragments,
        recipient.language,
        organisation=recipient.organisation,
        greeting=_greeting(recipient.first_name),
        reason=_reason(kind, recipient.organisation),
        can_answer=can_be_answered(kind),
        ending=ending(kind),
    )


def _greeting(first_name: str) -> Phrase:
    return say("Dear {name},", name=first_name) if first_name else say("Hello,")


def _reason(kind: str, organisation: str) -> Phrase:
    if kind == FEED_SUMMARY:
        return say(
            "You receive this because results files of {organisation} come from this address.",
            organisation=organisation,
        )
    return say("You receive this as a user of {organisation}.", organisation=organisation)


def _letter(message: Message, recipient: Recipient, pack: Packed) -> Written:
    rest = _rest(message, pack)
    said = _made(message, recipient, pack, rest)
    letter = in_frame(_title(message, recipient), [said], message.kind, recipient)
    return Written(letter, pack.files, rest=rest)


def _title(message: Message, recipient: Recipient) -> str:
    organisation = recipient.organisation
    return subject(
        message.kind, recipient.language, notice=message.notice, organisation=organisation
    )


def _made(
    message: Message, recipient: Recipient, pack: Packed, rest: tuple[Contents, ...]
) -> Fragment:
    values = _Values(
        notice=message.notice,
        organisation=recipient.organisation,
        open_data=pack.open_data,
        withheld=pack.withheld,
        by_mail=pack.by_mail,
        attached=pack.files[0].filename if pack.files else "",
        follows=follows(1 + len(rest)) if rest else None,
    )
    make = _shared_fragment if message.kind in {Digest.KIND, ManyNewResults.KIND} else _fragment
    return make(message.kind, recipient.language, values)


def _rest(message: Message, pack: Packed) -> tuple[Contents, ...]:
    """What follows, if the file goes at all."""
    return message.notice.rest if isinstance(message.notice, Digest) and pack.files else ()


@dataclass(frozen=True, slots=True)
class _Values:
    notice: Any
    organisation: str
    open_data: bool
    withheld: Phrase | None
    by_mail: bool
    attached: str
    follows: Phrase | None


def _fragment(kind: str, language: Language, values: _Values) -> Fragment:
    return fragment(
        kind,
        language,
        notice=values.notice,
        organisation=values.organisation,
        open_data=values.open_data,
        withheld=values.withheld,
        by_mail=values.by_mail,
        attached=values.attached,
        follows=values.follows,
    )


_shared_fragment = lru_cache(maxsize=8)(_fragment)
"""What colleagues are told alike is rendered once: their notices are equal."""
