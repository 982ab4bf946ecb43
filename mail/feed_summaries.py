"""What became of the results files of one mail, told to the feeder, who is no user.

The rows that were rejected go back with it, in the shape in which they came, where the
organisation lets candidates' data go by mail as they are. Elsewhere there are counts and lines.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path, PurePath

from sqlmodel import select

from core.composing import Composition, composes
from core.exports.write import MEDIA_TYPES
from core.intake.ingested import Ingested
from core.notices import AttachedFile
from core.phrases import Phrase, say
from core.tables import Organisation
from core.terms import AttachmentPolicy, Format, Language
from core.transports import Recipient
from mail.render import Fragment
from mail.sections import Section, refused_section, section
from mail.writing import FEED_SUMMARY, Terms, Written, in_frame, writes

MOST_REJECTS = 5_000_000
"""Bytes; a file with more bad rows than that is wrong as a whole."""

UK = Language.ENGLISH_UK
A_FILE = say("A file of your mail")


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file; `closed` says it without candidates' data."""

    shown: Fragment
    closed: Fragment
    rejects: AttachedFile | None


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """What became of the files of one mail."""

    KIND = FEED_SUMMARY

    recipient: Recipient
    title: str
    parts: tuple[Told, ...]
    in_reply_to: str


def loaded_file(name: str, answer: Ingested, rejects: Path) -> Section:
    """Of a file that was loaded; `rejects` is there if some of its rows were not."""
    if not rejects.exists() or rejects.stat().st_size > MOST_REJECTS:
        return _with_closed(section(name, answer, UK), section(A_FILE, answer, UK))
    answer.rejects = f"rejected-{PurePath(name).name}"
    data = base64.b64encode(rejects.read_bytes()).decode()
    part = _with_closed(section(name, answer, UK), section(A_FILE, answer, UK))
    return part | {"rejects": {"filename": answer.rejects, "data": data}}


def refused_file(name: str, message: str) -> Section:
    """Of one that was not: where there are no headings, the reason names what stands there."""
    bare = message.without(_is_typed) if isinstance(message, Phrase) else message
    closed = refused_section(A_FILE, bare, UK)
    return refused_section(name, message, UK) | {"closed": closed, "refused": True}


def _is_typed(_: str, part: object) -> bool:
    return isinstance(part, str) and not isinstance(part, Phrase)


def _with_closed(part: Section, bare: Section) -> Section:
    return part | {"closed": bare["closed"]}


@composes(FEED_SUMMARY)
def _summary(work: Composition) -> FeedSummary:
    about = work.row.about
    organisation = work.session.exec(
        select(Organisation).where(Organisation.id == work.row.organisation_id)
    ).one()
    recipient = Recipient(
        user_id=0,
        organisation_id=organisation.id or 0,
        organisation=organisation.account_name,
        name="",
        first_name="",
        address=about["address"],
        language=UK,
        time_zone="UTC",
    )
    titles = {one["title"]: None for one in about["sections"] if one["title"]}
    told = tuple(_told(one) for one in about["sections"])
    return FeedSummary(recipient, " · ".join(titles), told, about["in_reply_to"])


def _told(one: Section) -> Told:
    shown, closed = Fragment(one["text"], one["html"]), one.get("closed") or one
    return Told(shown, Fragment(closed["text"], closed["html"]), _rejects(one))


def _rejects(one: Section) -> AttachedFile | None:
    if "rejects" not in one:
        return None
    name, data = one["rejects"]["filename"], base64.b64decode(one["rejects"]["data"])
    kinds = {f".{one.value}": MEDIA_TYPES[one] for one in Format}
    kind = kinds.get(PurePath(name).suffix.lower(), "application/octet-stream")
    return AttachedFile(name, kind, data)


@writes(FEED_SUMMARY)
def _write_summary(notice: FeedSummary, recipient: Recipient, terms: Terms) -> Written:
    """A feeder has no passphrase: what may only go in a zip does not go to them."""
    is_open = terms.policy is AttachmentPolicy.ATTACH
    said = [one.shown if is_open else one.closed for one in notice.parts]
    files = tuple(one.rejects for one in notice.parts if one.rejects and is_open)
    letter = in_frame(notice.title, said, FEED_SUMMARY, recipient)
    return Written(letter, files, notice.in_reply_to, notice.in_reply_to)
