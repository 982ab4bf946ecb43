"""Every value against the guide's appendix, a column of a chunk at a time.

A whole column is first asked one quick question; only if the answer is no is each of its cells
looked at, so that the bad ones can be named. Values with few different spellings (dates, bands)
are remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import gt
from typing import Any

from core.fields import BY_ATTRIBUTE, Kind
from core.formulas import restored
from core.intake import headings, values
from core.phrases import Phrase, say
from core.terms import RELEASED, DateFormat

YOUNGEST = 5
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
_EMAIL = r"[^@ \n]++@[^@ .\n]++(?:\.[^@ .\n]++)++"
"""Of a printable text, whose only blanks are spaces: \\s would take half as long again."""

_is_email = re.compile(_EMAIL).fullmatch
_are_emails = re.compile(rf"(?:{_EMAIL}\n|\n)*+").fullmatch
_PRINTABLE = bytes(range(0x20, 0x7F))
Cells = Sequence[Any]
Problems = dict[int, Phrase]
Check = Callable[[Sequence[str]], tuple[Cells, Problems]]


def checks_for(
    columns: Sequence[str], date_format: DateFormat, today: date, *, restores: bool
) -> list[Check]:
    """A check for each of our columns, in this order.

    `restores` takes off the apostrophe that makes a CSV cell safe in a spreadsheet.
    """
    return [_check_for(column, date_format, today, restores=restores) for column in columns]


def _check_for(column: str, date_format: DateFormat, today: date, *, restores: bool) -> Check:
    special: dict[str, Callable[[], Check]] = {
        headings.STATUS: lambda: _remembering(values.status),
        headings.LAST_MODIFIED: lambda: _remembering(values.last_modified),
        headings.PHOTO: lambda: _each(values.photo),
        headings.PHOTO_TYPE: lambda: _each(lambda cell: cell),
        headings.POSTAL: lambda: _text("postalAddress", 403, restores=restores),
    }
    if column in special:
        return special[column]()
    field = BY_ATTRIBUTE[column]
    by_kind: dict[Kind, Callable[[], Check]] = {
        Kind.DATE: lambda: _remembering(
            values.date_reader(column, field.heading, date_format, today)
        ),
        Kind.BAND: lambda: _remembering(values.band_reader(field.heading)),
        Kind.MODULE: lambda: _remembering(values.module),
        Kind.GENDER: lambda: _remembering(values.gender),
        Kind.CODE: lambda: _code(column, field.heading, field.length),
        Kind.DIGITS: lambda: _digits(field.heading, field.length),
        Kind.EMAIL: lambda: _email(field.heading, field.length, restores=restores),
        Kind.TEXT: lambda: _text(
            field.heading,
            field.length,
            needed=column in NEVER_BLANK,
            restores=restores,
        ),
    }
    return by_kind[field.kind]()


def across(columns: Mapping[str, Cells], n: int) -> Problems:
    """What only two columns together can tell: blank bands, births after the test."""
    problems: Problems = {}
    statuses = columns.get(headings.STATUS) or [RELEASED] * n
    for band in ("listening", "reading", "writing", "speaking", "overall"):
        cells = columns.get(band, ())
        if not all(cells):
            for row, cell in enumerate(cells):
                if cell is None and statuses[row] == RELEASED:
                    problems.setdefault(row, values.blank(BY_ATTRIBUTE[band].heading))
    births, tests = columns.get("date_of_birth", ()), columns["test_date"]
    if _all_old_enough(births, tests):
        return problems
    for row, (born, tested) in enumerate(zip(births, tests, strict=True)):
        if born is not None and tested is not None and born > _LATEST_BIRTH[tested]:
            problems.setdefault(row, say("dateOfBirth is not at least 5 years before testDate"))
    return problems


def _all_old_enough(births: Cells, tests: Cells) -> bool:
    if not births:
        return True
    if not (all(births) and all(tests)):
        return False
    return max(births) <= _LATEST_BIRTH[min(tests)] or not any(
        map(gt, births, map(_LATEST_BIRTH.__getitem__, tests))
    )


def _each(one: Callable[[str], Any]) -> Check:
    """Look at every cell."""

    def check(cells: Sequence[str]) -> tuple[Cells, Problems]:
        answers, problems = [], {}
        for row, cell in enumerate(cells):
            try:
                answers.append(one(cell))
            except values.Wrong as wrong:
                answers.append(None)
                problems[row] = wrong.phrase
        return answers, problems

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
            return list(map(known.__getitem__, cells)), {}
        except values.Wrong:
            return slowly(cells)

    return check


def _unless(quick: Callable[[Sequence[str]], bool], one: Callable[[str], Any]) -> Check:
    """The cells as they are if the quick question says so."""
    slowly = _each(one)
    return lambda cells: (cells, {}) if quick(cells) else slowly(cells)


def _code(column: str, heading: str, most: int) -> Check:
    """Digits and letters; a TRF number is kept in capitals."""
    needed = column in NEVER_BLANK

    def quick(cells: Sequence[str]) -> bool:
        joined = "".join(cells)
        return (
            joined.isascii()
            and joined.encode().isalnum()  # a fifth of the time that the text takes
            and joined == joined.upper()
            and max(map(len, cells)) <= most
            and not (needed and not all(cells))
        )

    def one(cell: str) -> str:
        code = cell.strip()
        if not code:
            if needed:
                raise values.Wrong(values.blank(heading))
            return ""
        if not (code.isascii() and code.isalnum()):  # asked before capitals make ASCII of others
            raise values.Wrong(
                say("{heading} has other characters than digits and letters", heading=heading)
            )
        if len(code) > most:
            raise values.too_long(heading, most)
        return code.upper()

    return _unless(quick, one)


def _digits(heading: str, most: int) -> Check:
    def quick(cells: Sequence[str]) -> bool:
        joined = "".join(cells)
        return (
            joined.isascii()
            and joined.encode().isdigit()
            and all(cells)
            and max(map(len, cells)) <= most
        )

    def one(cell: str) -> str:
        digits = cell.strip()
        if not digits:
            raise values.Wrong(values.blank(heading))
        if not (digits.isascii() and digits.isdigit()):
            raise values.Wrong(say("{heading} has other characters than digits", heading=heading))
        if len(digits) > most:
            raise values.too_long(heading, most)
        return digits

    return _unless(quick, one)


def _text(heading: str, most: int, *, needed: bool = False, restores: bool) -> Check:
    def quick(cells: Sequence[str]) -> bool:
        joined = "".join(cells)
        return (
            max(map(len, cells)) <= most
            and _is_printable(joined)
            and not (needed and not all(map(str.strip, cells)))
            and not (restores and "'" in joined and "\n'" in "\n".join(["", *cells]))
        )

    def one(cell: str) -> str:
        text = restored(cell) if restores else cell
        if needed and not text.strip():
            raise values.Wrong(values.blank(heading))
        if values.CONTROL.search(text):
            raise values.control(heading)
        if len(text) > most:
            raise values.too_long(heading, most)
        return text

    return _unless(quick, one)


def _is_printable(text: str) -> bool:
    """Bytes are looked at in a sixth of the time that characters take."""
    if text.isascii():
        return not text.encode().translate(None, _PRINTABLE)
    return text.isprintable()


def _email(heading: str, most: int, *, restores: bool) -> Check:
    text = _text(heading, most, restores=restores)

    def one(cell: str) -> str:
        address = cell.strip()
        if address and not _is_email(address):
            raise values.Wrong(say("{heading} is not an e-mail address", heading=heading))
        return address

    slowly = _each(one)

    def check(cells: Sequence[str]) -> tuple[Cells, Problems]:
        texts, problems = text(cells)
        if problems:
            texts = [one or "" for one in texts]
        if _are_emails("\n".join([*texts, ""])):
            return texts, problems
        addresses, misshapen = slowly(texts)
        return addresses, misshapen | problems

    return check
