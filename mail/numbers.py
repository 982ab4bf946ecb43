"""TRF numbers in an attached table: a CSV, or one number on a line."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence

from core.commands.registry import Attachment
from core.refusals import Refusal, limit, usage
from mail.number_lines import is_trf_like

MOST_NUMBERS = 5000
MOST_BYTES = 2_000_000
SUFFIXES = (".csv", ".txt", ".tsv")
SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
BEGINNINGS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
TYPES = frozenset({"text/csv", "text/tab-separated-values", "text/plain"})


def is_list(attachment: Attachment) -> bool:
    """Whether a file may be a list of numbers, by its name or type."""
    if attachment.filename.lower().endswith(SPREADSHEETS):
        return False
    return attachment.filename.lower().endswith(SUFFIXES) or attachment.media_type in TYPES


def may_list(attachment: Attachment) -> bool:
    """Whether somebody may have meant it as a list of numbers, read here or not."""
    return is_list(attachment) or is_spreadsheet(attachment)


def why_none(attachments: Sequence[Attachment]) -> Refusal | None:
    """Why no number came with the files, None where none of them was meant to bring any."""
    for one in attachments:
        if is_spreadsheet(one):
            return unread_spreadsheet(one)
        if is_list(one):
            return usage(
                "no_number_in_file",
                "No Test Report Form number was found in {filename}. Put one number on a line, or "
                "all of them in a column that is headed TRF Number.",
                filename=one.filename,
            )
    return None


def unread_spreadsheet(attachment: Attachment) -> Refusal:
    """What to do about one."""
    return usage(
        "spreadsheet",
        "{filename} is a spreadsheet, which is not read here. Open it, choose File, Save As and "
        "the type CSV UTF-8 (comma delimited), and send that file. (Numbers to verify can also be "
        "pasted into a mail.)",
        filename=attachment.filename,
    )


def is_spreadsheet(attachment: Attachment) -> bool:
    """By its name or type, or by how it begins, whatever it was renamed to."""
    if attachment.filename.lower().endswith(SUFFIXES):  # Windows says that a CSV is Excel's
        return attachment.data.startswith(BEGINNINGS)
    kind = attachment.media_type.lower()
    named = attachment.filename.lower().endswith(SPREADSHEETS)
    return named or "spreadsheet" in kind or "ms-excel" in kind


def numbers_in(attachments: Iterable[Attachment]) -> list[str]:
    """The numbers of every list, each once, in order; raise Refusal for too many."""
    found = dict.fromkeys(number for one in attachments if is_list(one) for number in _numbers(one))
    if len(found) > MOST_NUMBERS:
        raise limit(
            "too_many_numbers",
            "Your file has {n} numbers; a mail may bring {most}. Send it in parts.",
            n=len(found),
            most=MOST_NUMBERS,
        )
    return list(found)


def _numbers(attachment: Attachment) -> list[str]:
    if len(attachment.data) > MOST_BYTES:
        raise limit(
            "list_too_large",
            "{filename} is larger than a list of numbers may be ({most} MB). Send it in parts.",
            filename=attachment.filename,
            most=MOST_BYTES // 1_000_000,
        )
    rows = _rows(_text(attachment.data))
    column = _column(rows)
    cells = (row[column].strip() for row in rows if column is not None and len(row) > column)
    return [cell for cell in cells if is_trf_like(cell)]


def _column(rows: Sequence[Sequence[str]]) -> int | None:
    """The one headed TRF, else the one with most numbers in it."""
    for place, heading in enumerate(rows[0] if rows else []):
        if "trf" in heading.lower() and not is_trf_like(heading.strip()):
            return place
    counts = Counter(
        place for row in rows for place, cell in enumerate(row) if is_trf_like(cell.strip())
    )
    return counts.most_common(1)[0][0] if counts else None


def _rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.strip()]
    delimiter = max(",;\t|", key=lines[0].count) if lines else ","
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return [[cell] for cell in lines]


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace").replace("\0", "")
