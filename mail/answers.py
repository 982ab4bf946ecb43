"""The mail that answers a mail: the parts of all its commands, and the files that go with them.

Only a download's file is made when the mail leaves, and only then is known how it may travel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.attached import Enclosure, enclosed
from core.composing import Composition, composes
from core.exports.columns import Contents
from core.notices import AttachedFile
from core.phrases import Phrase, say
from core.terms import AttachmentPolicy
from core.transports import Recipient
from mail.files import ASK_IN_SLACK, Packed, follows, in_slack, packed
from mail.look_up_lists import restored_file
from mail.pictures import images
from mail.render import Fragment, fragment
from mail.sections import Section, without_names
from mail.writing import PAGE, REFUSAL, REPLY, Terms, Written, in_frame, sealed_letter, writes


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that an answer promises; `enclosure` is None where it was too large."""

    enclosure: Enclosure | None
    elsewhere: Phrase


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one command; `closed` says it without candidates' data, where it has any."""

    shown: Fragment
    closed: Fragment | None = None
    wanted: Wanted | None = None


@dataclass(frozen=True, slots=True)
class MailReply:
    """The answer to a mail."""

    KIND = REPLY

    title: str
    parts: tuple[Part, ...]
    in_reply_to: str
    references: str


@dataclass(frozen=True, slots=True)
class MailRefusal:
    """Why nothing of a mail was done."""

    KIND = REFUSAL

    title: str
    message: Phrase
    in_reply_to: str
    references: str


@composes(REPLY)
def _reply(work: Composition) -> MailReply:
    about = work.row.about
    parts = tuple(_part(work, one) for one in about["sections"])
    return MailReply(about["title"], parts, about["in_reply_to"], about["references"])


def _part(work: Composition, one: Section) -> Part:
    shown = Fragment(one["text"], one["html"], images(one["chart"]) if "chart" in one else ())
    closed = one.get("closed")
    return Part(
        shown, Fragment(closed["text"], closed["html"]) if closed else None, _wanted(work, one)
    )


def _wanted(work: Composition, one: Section) -> Wanted | None:
    if "list" in one:
        return Wanted(Enclosure(restored_file(one["list"])), ASK_IN_SLACK)
    if "file" not in one:
        return None
    contents = Contents.restored(one["file"])
    return Wanted(enclosed(work.session, contents), in_slack(contents.download_id))


@composes(REFUSAL)
def _refusal(work: Composition) -> MailRefusal:
    about = work.row.about
    message = Phrase.restored(about["message"])
    return MailRefusal(about["title"], message, about["in_reply_to"], about["references"])


@writes(REPLY)
def _write_reply(notice: MailReply, recipient: Recipient, terms: Terms) -> Written:
    is_open = terms.policy is AttachmentPolicy.ATTACH
    fragments = [one.shown if is_open or not one.closed else one.closed for one in notice.parts]
    files: list[AttachedFile] = []
    rest: list[Contents] = []
    told: dict[str, Phrase] = {}
    hints: dict[str, Phrase] = {}
    for wanted in _all_wanted(notice, recipient, is_open=is_open):
        file = None if wanted.enclosure is None else wanted.enclosure.file
        pack = packed(file, terms.policy, terms.passphrase, elsewhere=wanted.elsewhere)
        files += pack.files
        if pack.files and wanted.enclosure is not None:
            rest += wanted.enclosure.rest
        told |= {said: said for said in _told(pack, wanted.enclosure)}
        hints |= {pack.withheld: pack.withheld} if pack.withheld else {}
    told |= hints
    fragments += [_note(said, recipient) for said in told.values()]
    letter = in_frame(notice.title, fragments, REPLY, recipient)
    return Written(letter, tuple(files), notice.in_reply_to, notice.references, tuple(rest))


def _all_wanted(notice: MailReply, recipient: Recipient, *, is_open: bool) -> Iterator[Wanted]:
    """The files of the commands, and a page of what the letter does not say."""
    yield from (one.wanted for one in notice.parts if one.wanted is not None)
    unsaid = [one.shown for one in notice.parts if one.closed is not None]
    if unsaid and not is_open:
        page = sealed_letter(notice.title, unsaid, recipient)
        yield Wanted(Enclosure(page), ASK_IN_SLACK)


def _told(pack: Packed, enclosure: Enclosure | None) -> Iterator[Phrase]:
    """What is attached, and what follows."""
    for one in pack.files:
        if one.filename.startswith(PAGE):
            yield say(
                "What this letter leaves out is in {filename}, which is attached.",
                filename=one.filename,
            )
        else:
            yield say("The file {name} is attached.", name=one.filename)
        if enclosure is not None and enclosure.rest:
            yield follows(enclosure.parts)


def _note(said: Phrase, recipient: Recipient) -> Fragment:
    return fragment("note", recipient.language, said=said)


@writes(REFUSAL)
def _write_refusal(notice: MailRefusal, recipient: Recipient, terms: Terms) -> Written:
    is_open = terms.policy is AttachmentPolicy.ATTACH
    message = notice.message if is_open else without_names(notice.message)
    said = fragment("refusal", recipient.language, message=message)
    letter = in_frame(notice.title, [said], REFUSAL, recipient)
    return Written(letter, (), notice.in_reply_to, notice.references)
