"""The further parts of a file that one letter cannot carry, each in a letter of its own.

They are owed with the first letter, before it leaves, and answer it, so that they stand in one
conversation. Each is written when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.attached import attached
from core.composing import Composition, composes
from core.exports.columns import Contents
from core.notices import AttachedFile
from core.outbox import MAIL_LANE, Owed
from core.terms import Channel
from core.transports import Message, Recipient
from mail.files import in_slack, packed
from mail.render import fragment, subject
from mail.writing import FILE_PART, Terms, Written, in_frame, writes


@dataclass(frozen=True, slots=True)
class FilePart:
    """One part, and the letter that it follows; `file` is None if it grew beyond a letter."""

    KIND: ClassVar = FILE_PART

    title: str
    number: int
    of: int
    file: AttachedFile | None
    follows: str
    download_id: int | None = None


def owed_parts(
    message: Message, recipient: Recipient, made: Written, message_id: str
) -> Iterator[Owed]:
    """What follows a letter; the same at each attempt to send it."""
    for place, contents in enumerate(made.rest):
        about = {
            "contents": contents.stored(),
            "title": made.letter.subject,
            "follows": message_id,
        }
        yield Owed(
            Channel.MAIL,
            MAIL_LANE,
            f"{FILE_PART}:{message.key}:{place + 2}",
            FILE_PART,
            about,
            message.organisation_id,
            recipient.user_id,
        )


@composes(FILE_PART)
def _file_part(work: Composition) -> FilePart:
    about = work.row.about
    contents = Contents.restored(about["contents"])
    assert contents.part is not None  # noqa: S101  owed above
    file = work.once(contents, lambda: attached(work.session, contents))
    part = contents.part
    return FilePart(
        about["title"], part.number, part.of, file, about["follows"], contents.download_id
    )


@writes(FILE_PART)
def _write(notice: FilePart, recipient: Recipient, terms: Terms) -> Written:
    where = in_slack(notice.download_id)
    pack = packed(notice.file, terms.policy, terms.passphrase, elsewhere=where)
    title = subject(FILE_PART, recipient.language, notice=notice)
    said = fragment(
        FILE_PART,
        recipient.language,
        notice=notice,
        attached=pack.files[0].filename if pack.files else "",
        withheld=pack.withheld,
    )
    letter = in_frame(title, [said], FILE_PART, recipient)
    return Written(letter, pack.files, notice.follows, notice.follows)
