"""Files for somebody's direct messages: owed in the transaction that made them (ENGINE.md)."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, ClassVar, cast
from uuid import uuid4

from sqlmodel import Session

from bot.askers import Asker
from bot.blocks.kit import Reader, fits_table
from bot.blocks.verification import rows_of
from core.actors import Actor
from core.composing import Composition, Unwanted, composes
from core.delivery import DownloadReady, file_name
from core.exports.columns import Contents
from core.exports.write import write
from core.formulas import neutralised
from core.layouts import Layout
from core.outbox import Owed
from core.phrases import Phrase, counted
from core.routes import slack_lane
from core.slack_cards import Shown, shown_in
from core.tables import SlackLink
from core.terms import Channel
from core.verification_cards import VerificationTable

IN_MEMORY = 8 << 20

UNLINKED = Unwanted("The Slack account is not linked any more.")


@dataclass(frozen=True, slots=True)
class SlackFile:
    """A file on its way; `about` says what it is and names nobody, `shown` what is in it."""

    KIND: ClassVar = "slack-file"

    filename: str
    data: BinaryIO
    about: Phrase
    shown: Shown


@shown_in.register
def _(told: SlackFile) -> Shown:
    return told.shown


def file_owed(
    asker: Asker, actor: Actor, answer: Any, reader: Reader, *, always: bool = False
) -> Owed | None:
    """The file that goes with an answer, if one does; with `always` also for a short table."""
    if isinstance(answer, DownloadReady):
        about = _of_contents(answer.contents, answer.records)
    elif isinstance(answer, VerificationTable):
        rows = rows_of(answer, reader)
        if fits_table(rows) and not always:
            return None
        about = {"text": _csv(rows), "filename": "verifications.csv", "records": len(rows) - 1}
        about["numbers"] = [card.trf_number for card in answer.cards]
    else:
        return None
    return Owed(
        Channel.SLACK,
        slack_lane(asker.team_id, asker.user_id),
        f"{SlackFile.KIND}:{uuid4().hex}",
        SlackFile.KIND,
        about,
        actor.organisation_id,
        actor.user_id,
    )


@composes(SlackFile.KIND)
def _file(work: Composition) -> SlackFile | Unwanted:
    """Written when it is sent, for somebody who is still linked."""
    about = work.row.about
    link = work.session.get(SlackLink, work.somebody().user_id)
    if link is None or not work.row.lane.endswith(f":{link.slack_user_id}"):
        return UNLINKED
    records = about["records"]
    told = counted(records, "A file with {n} record.", "A file with {n} records.")
    if "text" in about:
        shown = Shown(tuple(about.get("numbers", ())))
        return SlackFile(about["filename"], io.BytesIO(about["text"].encode()), told, shown)
    contents = _contents(about)
    shown = Shown(download_id=contents.download_id)
    return SlackFile(file_name(contents), _written(work.session, contents), told, shown)


def _written(session: Session, contents: Contents) -> BinaryIO:
    stream = cast("BinaryIO", tempfile.SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115  the transport closes it
    write(session, contents, stream)
    stream.seek(0)
    return stream


def _csv(rows: Sequence[Sequence[str]]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([neutralised(cell) for cell in row] for row in rows)
    return stream.getvalue()


def _of_contents(contents: Contents, records: int) -> dict[str, Any]:
    return {
        "download": contents.download_id,
        "day": contents.downloaded_on.isoformat(),
        "records": records,
        "layout": contents.layout.stored(),
    }


def _contents(about: dict[str, Any]) -> Contents:
    layout = Layout.restored(about["layout"])
    return Contents(about["download"], layout, date.fromisoformat(about["day"]))
