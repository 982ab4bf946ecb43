"""Every value against the guide's appendix, a column of a chunk at a time.

A whole column is first asked one quick question; only if the answer is no is each of its cells
looked at, so that the bad ones can be named. Values with few different spellings (dates, bands)
are remembered.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from core.exports.csv import restored
from core.fields import BY_ATTRIBUTE, Kind
from core.intake import headings
from core.intake.dates import read_instant, reader_of
from core.phrases import Phrase, say
from core.terms import RELEASED, DateFormat, Gender, Module, half_bands

FIRST_TEST = "1989-01-01"
STATUS_LENGTH = 40
YOUNGEST = 5
MOST_PHOTO_BYTES = 2 * 1024 * 1024
MEDIA_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
NEVER_BLANK = frozenset(
    {
        "trf_number",
        "test_date",
        "module",
        "family_name",
        "date_of_birth",
        "gender",
        "centre_number",
        "candidate_number",
    }
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_MODULES = {
    "academic": Module.ACADEMIC.value,
    "a": Module.ACADEMIC.value,
    "general training": Module.GENERAL_TRAINING.value,
    "generaltraining": Module.GENERAL_TRAINING.value,
    "general": Module.GENERAL_TRAINING.value,
    "g": Module.GENERAL_TRAINING.value,
    "gt": Module.GENERAL_TRAINING.value,
}

Cells = Sequence[Any]
Problems = dict[int, Phrase]
Check = Callable[[Sequence[str]], tuple[Cells, Problems]]


class Wrong(ValueError):  # noqa: N818  the value is
    """A cell that breaks a rule of the appendix; `phrase` names the heading and the rule."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase)
        self.phrase = phrase


def checks_for(
    columns: Sequence[str], date_format: DateFormat, today: date, *, restores: bool
) -> list[Check]:
    """A check for each of our columns, in this order.

    `restores` takes off the apostrophe that makes a CSV cell safe in a spreadsheet.
    """
    return [_check_for(column, date_format, today, restores=restores) for column in columns]


def _check_for(column: str, date_format: DateFormat, today: date, *, restores: bool) -> Check:
    special: dict[str, Callable[[], Check]] = {
        headings.STATUS: lambda: _remembering(_status),
        headings.LAST_MODIFIED: lambda: _remembering(_last_modified),
        headings.PHOTO: lambda: _each(_photo),
        headings.PHOTO_TYPE: lambda: _each(lambda cell: cell),
        headings.POSTAL: lambda: _text("postalAddress", 403, restores=restores),
    }
    if column in special:
        return special[column]()
    field = BY_ATTRIBUTE[column]
    by_kind: dict[Kind, Callable[[], Check]] = {
        Kind.DATE: lambda: _remembering(_date_reader(column, field.heading, date_format, today)),
        Kind.BAND: lambda: _remembering(_band_reader(field.heading)),
        Kind.MODULE: lambda: _remembering(_module),
        Kind.GENDER: lambda: _remembering(_gender),
        Kind.CODE: lambda: _code(column, field.heading, field.length),
        Kind.DIGITS: lambda: _digits(field.heading, field.length),
        Kind.EMAIL: lambda: _email(field.heading, field.length, restores=restores),
        Kind.TEXT: lambda: _text(
            field.heading,
            field.length,
            needed=column in NEVER_BLANK,
            restores=restores and column != "telephone",
        ),
    }
    return by_kind[field.kind]()


def across(columns: Mapping[str, Cells], n: int) -> Problems:
    """What only two columns together can tell: blank bands, births after the test."""
    problems: Problems = {}
    statuses = columns.get(headings.STATUS) or [RELEASED] * n
    for band in ("listening", "reading", "writing", "speaking", "overall"):
        cells = columns.get(band, ())
        if None in cells:
            for row, cell in enumerate(cells):
                if cell is None and statuses[row] == RELEASED:
                    problems.setdefault(row, _blank(BY_ATTRIBUTE[band].heading))
    births, tests = columns.get("date_of_birth"), columns["test_date"]
    if births is not None:
        for row, (born, tested) in enumerate(zip(births, tests, strict=True)):
            if born is not None and tested is not None and born > _LATEST_BIRTH[tested]:
                problems.setdefault(row, say("dateOfBirth is not at least 5 years before testDate"))
    return problems


def _each(one: Callable[[str], Any]) -> Check:
    """Look at every cell."""

    def check(cells: Sequence[str]) -> tuple[Cells, Problems]:
        values, problems = [], {}
        for row, cell in enumerate(cells):
            try:
                values.append(one(cell))
            except Wrong as wrong:
                values.append(None)
                problems[row] = wrong.phrase
        return values, problems

    return check


class _Remembered(dict[str, Any]):
    def __init__(self, one: Callable[[str], Any]) -> None:
        self._one = one

    def __missing__(self, cell: str) -> Any:
        value = self[cell] = self._one(cell)
        return value


_LATEST_BIRTH = _Remembered(lambda tested: f"{int(tested[:4]) - YOUNGEST}{tested[4:]}")


def _remembering(one: Callable[[str], Any]) -> Check:
    known = _Remembered(one)
    slowly = _each(known.__getitem__)

    def check(cells: Sequence[str]) -> tuple[Cells, Problems]:
        try:
            return [known[cell] for cell in cells], {}
        except Wrong:
            return slowly(cells)

    return check


def _unless(quick: Callable[[Sequence[str]], bool], one: Callable[[str], Any]) -> Check:
    """The cells as they are if the quick question says so."""
    slowly = _each(one)
    return lambda cells: (cells, {}) if quick(cells) else slowly(cells)


def _blank(heading: str) -> Phrase:
    return say("{heading} is blank", heading=heading)


def _too_long(heading: str, most: int) -> Wrong:
    return Wrong(say("{heading} is longer than {most} characters", heading=heading, most=most))


def _code(column: str, heading: str, most: int) -> Check:
    """Digits and letters; a TRF number is kept in capitals."""
    needed = column in NEVER_BLANK

    def quick(cells: Sequence[str]) -> bool:
        joined = "".join(cells)
        return (
            joined.isascii()
            and joined.isalnum()
            and joined == joined.upper()
            and max(map(len, cells)) <= most
            and not (needed and "" in cells)
        )

    def one(cell: str) -> str:
        code = cell.strip().upper()
        if not code:
            if needed:
                raise Wrong(_blank(heading))
            return ""
        if not (code.isascii() and code.isalnum()):
            raise Wrong(
                say("{heading} has other characters than digits and letters", heading=heading)
            )
        if len(code) > most:
            raise _too_long(heading, most)
        return code

    return _unless(quick, one)


def _digits(heading: str, most: int) -> Check:
    def quick(cells: Sequence[str]) -> bool:
        joined = "".join(cells)
        return (
            joined.isascii()
            and joined.isdigit()
            and "" not in cells
            and max(map(len, cells)) <= most
        )

    def one(cell: str) -> str:
        digits = cell.strip()
        if not digits:
            raise Wrong(_blank(heading))
        if not (digits.isascii() and digits.isdigit()):
            raise Wrong(say("{heading} has other characters than digits", heading=heading))
        if len(digits) > most:
            raise _too_long(heading, most)
        return digits

    return _unless(quick, one)


def _text(heading: str, most: int, *, needed: bool = False, restores: bool) -> Check:
    def quick(cells: Sequence[str]) -> bool:
        joined = "".join(cells)
        return (
            max(map(len, cells)) <= most
            and joined.isprintable()
            and not (needed and "" in cells)
            and not (restores and _neutralised_somewhere("\n".join(cells)))
        )

    def one(cell: str) -> str:
        text = restored(cell) if restores else cell
        if needed and not text.strip():
            raise Wrong(_blank(heading))
        if _CONTROL.search(text):
            raise Wrong(say("{heading} has control characters", heading=heading))
        if len(text) > most:
            raise _too_long(heading, most)
        return text

    return _unless(quick, one)


_neutralised_somewhere = re.compile(r"^'+[=+\-@]", re.MULTILINE).search


def _email(heading: str, most: int, *, restores: bool) -> Check:
    text = _text(heading, most, restores=restores)
    shaped = _EMAIL.fullmatch

    def one(cell: str) -> str:
        address = cell.strip()
        if address and not shaped(address):
            raise Wrong(say("{heading} is not an e-mail address", heading=heading))
        return address

    slowly = _each(one)

    def check(cells: Sequence[str]) -> tuple[Cells, Problems]:
        values, problems = text(cells)
        if problems:
            values = [value or "" for value in values]
        if all(map(shaped, filter(None, values))):
            return values, problems
        values, misshapen = slowly(values)
        return values, misshapen | problems

    return check


def _date_reader(
    column: str, heading: str, date_format: DateFormat, today: date
) -> Callable[[str], str]:
    read = reader_of(date_format, today)
    latest = (today + timedelta(days=1)).isoformat()
    earliest = FIRST_TEST if column == "test_date" else ""

    def one(cell: str) -> str:
        if not cell.strip():
            raise Wrong(_blank(heading))
        try:
            iso = read(cell)
        except ValueError:
            raise Wrong(
                say(
                    "{heading} is not a date written {format}",
                    heading=heading,
                    format=date_format.value,
                )
            ) from None
        if not earliest <= iso <= latest:
            raise Wrong(say("{heading} is no plausible date", heading=heading))
        return iso

    return one


def _band_reader(heading: str) -> Callable[[str], int | None]:
    def one(cell: str) -> int | None:
        if not cell.strip():
            return None  # refused later unless the result is not released
        try:
            return half_bands(cell.strip())
        except ValueError:
            raise Wrong(
                say("{heading} is not a band from 0 to 9 by halves", heading=heading)
            ) from None

    return one


def _module(cell: str) -> str:
    found = _MODULES.get(cell.strip().lower())
    if found is None:
        raise Wrong(
            say("Module is neither Academic nor General Training")
            if cell.strip()
            else _blank("Module")
        )
    return found


def _gender(cell: str) -> str:
    letter = cell.strip().upper()
    if letter not in {one.value for one in Gender}:
        raise Wrong(say("gender is not U, M or F") if letter else _blank("gender"))
    return letter


def _status(cell: str) -> str:
    status = cell.strip() or RELEASED
    if len(status) > STATUS_LENGTH or _CONTROL.search(status):
        raise _too_long("status", STATUS_LENGTH)
    return RELEASED if status.upper() == RELEASED else status


def _last_modified(cell: str) -> str:
    try:
        return read_instant(cell.strip())
    except ValueError:
        raise Wrong(say("lastModifiedDate is not an instant")) from None


def _photo(cell: str) -> bytes | None:
    if not cell.strip():
        return None
    try:
        data = base64.b64decode("".join(cell.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Wrong(say("photo_data is not base64")) from None
    if len(data) > MOST_PHOTO_BYTES:
        raise Wrong(say("photo_data is larger than {most} MB", most=2))
    if photo_type(data) is None:
        raise Wrong(say("photo_data is neither a JPEG nor a PNG"))
    return data


def photo_type(data: bytes) -> str | None:
    """By its first bytes, whatever the file says."""
    return next((kind for start, kind in MEDIA_TYPES.items() if data.startswith(start)), None)
