"""Records of the API that could not be taken in: kept until an operator takes them away.

A poll goes on behind them and never reads them again, so they must not be lost. A record that is
sent again and is good then needs its bad forerunner no more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, func, select

from core.phrases import Phrase
from core.sources.answers import NUMBER, Record
from core.statements import deleted
from core.tables import RejectedRecord

MOST_NUMBER = 60
PROBLEM = "problem"


def number_of(record: Record) -> str:
    """As the API gives it, for it may be what is wrong."""
    return str(record[NUMBER]).strip().upper()[:MOST_NUMBER]


def keep(
    session: Session,
    organisation_id: int,
    records: Sequence[Record],
    problems: Mapping[int, Phrase],
    *,
    now: datetime,
) -> None:
    """Keep those with a problem, by their place, without pictures; forget what was mended."""
    numbers = {number_of(record) for record in records}
    mine = col(RejectedRecord.organisation_id) == organisation_id
    deleted(session, RejectedRecord, mine & col(RejectedRecord.trf_number).in_(numbers))
    bad = {number_of(records[place]): place for place in problems}
    session.add_all(
        RejectedRecord(
            organisation_id=organisation_id,
            trf_number=number,
            rejected_at=now,
            problem=str(problems[place]),
            record={key: one for key, one in records[place].items() if key != "photo"},
        )
        for number, place in bad.items()
    )
    session.flush()


def count(session: Session) -> int:
    """How many are kept."""
    return session.exec(select(func.count()).select_from(RejectedRecord)).one()


def take_away(session: Session, path: Path) -> int:
    """Write them to a results file, to be mended and ingested, and keep them no more; how many.

    The file is on the disk before the transaction can commit.
    """
    rows = session.exec(select(RejectedRecord).order_by(col(RejectedRecord.id))).all()
    if rows:
        _write(path, ({**row.record, PROBLEM: row.problem} for row in rows))
        deleted(session, RejectedRecord, col(RejectedRecord.id).in_([row.id for row in rows]))
    return len(rows)


def _write(path: Path, records: Iterable[Record]) -> None:
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as stream:
        json.dump({"results": list(records)}, stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
