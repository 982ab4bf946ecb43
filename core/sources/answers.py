"""What the API answered, read with care: a wrong shape is no answer, and never `no match`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from core.sources.failures import Unanswered

Record = dict[str, Any]

NUMBER = "trfNumber"


@dataclass(frozen=True, slots=True)
class Answered:
    """Records of one answer; `more` where it names a next result set."""

    records: tuple[Record, ...]
    more: bool
    transaction_id: str


def read(body: bytes, transaction_id: str) -> Answered:
    """The records; raise Unanswered for anything that is not whole and of the known shape.

    An empty list is an answer only where nothing contradicts it: a count that says otherwise is
    a cut or foreign answer.
    """
    document = _decoded(body, transaction_id)
    records = document.get("results")
    if records is None and _count(document) == 0:
        records = []
    if not isinstance(records, list) or not all(map(_is_record, records)):
        raise Unanswered("The answer has not the known shape.", transaction_id)
    count = _count(document)
    if count is not None and count > 0 and not records:
        raise Unanswered("The answer counts records and has none.", transaction_id)
    metadata = document.get("messageMetadata")
    following = metadata.get("nextResultSetUrl") if isinstance(metadata, dict) else None
    return Answered(tuple(map(_plain, records)), bool(following), transaction_id)


def _decoded(body: bytes, transaction_id: str) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unanswered("The answer is not whole JSON.", transaction_id) from None
    if not isinstance(document, dict):
        raise Unanswered("The answer has not the known shape.", transaction_id)
    return document


def _count(document: dict[str, Any]) -> int | None:
    summary = document.get("resultSummary")
    count = summary.get("recordCount") if isinstance(summary, dict) else None
    try:
        return int(count) if count is not None else None
    except (TypeError, ValueError):
        return None


def _is_record(record: object) -> bool:
    number = record.get(NUMBER) if isinstance(record, dict) else None
    return isinstance(number, str) and bool(number.strip())


def _plain(record: Record) -> Record:
    """Members as a results file has them: texts, numbers, and the photo's."""
    photo = record.get("photo")
    members: Record = {
        key: value
        for key, value in record.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }
    if isinstance(photo, dict) and isinstance(photo.get("data"), str):
        members["photo"] = {"data": photo["data"]}
    return members
