"""One cell's value against the guide's appendix; Wrong names the heading and the rule."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import date, timedelta

from core.intake.dates import read_instant, reader_of
from core.phrases import Phrase, say
from core.terms import RELEASED, DateFormat, Gender, Module, half_bands

FIRST_TEST = "1989-01-01"
STATUS_LENGTH = 40
MOST_PHOTO_BYTES = 2 * 1024 * 1024
MEDIA_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_MODULES = {
    "academic": Module.ACADEMIC.value,
    "a": Module.ACADEMIC.value,
    "general training": Module.GENERAL_TRAINING.value,
    "generaltraining": Module.GENERAL_TRAINING.value,
    "general": Module.GENERAL_TRAINING.value,
    "g": Module.GENERAL_TRAINING.value,
    "gt": Module.GENERAL_TRAINING.value,
}


class Wrong(ValueError):  # noqa: N818  the value is
    """A cell that breaks a rule of the appendix; `phrase` names the heading and the rule."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase)
        self.phrase = phrase


def blank(heading: str) -> Phrase:
    """What a needed value that is not there is told as."""
    return say("{heading} is blank", heading=heading)


def too_long(heading: str, most: int) -> Wrong:
    """Longer than the appendix allows."""
    return Wrong(say("{heading} is longer than {most} characters", heading=heading, most=most))


def control(heading: str) -> Wrong:
    """Tabs, line ends and what no file can hold."""
    return Wrong(say("{heading} has control characters", heading=heading))


def date_reader(
    column: str, heading: str, date_format: DateFormat, today: date
) -> Callable[[str], str]:
    """From text in this format to an ISO date; tests since 1989, nothing later than tomorrow."""
    read = reader_of(date_format, today)
    latest = (today + timedelta(days=1)).isoformat()
    earliest = FIRST_TEST if column == "test_date" else ""

    def one(cell: str) -> str:
        try:
            iso = read(cell)
        except ValueError:
            if not cell.strip():
                raise Wrong(blank(heading)) from None
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


def band_reader(heading: str) -> Callable[[str], int | None]:
    """From `6.5` to half-bands; None where there is none."""

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


def module(cell: str) -> str:
    """The module's letter, from any of its usual spellings."""
    found = _MODULES.get(cell.strip().lower())
    if found is None:
        raise Wrong(
            say("Module is neither Academic nor General Training")
            if cell.strip()
            else blank("Module")
        )
    return found


def gender(cell: str) -> str:
    """U, M or F."""
    letter = cell.strip().upper()
    if letter not in {one.value for one in Gender}:
        raise Wrong(say("gender is not U, M or F") if letter else blank("gender"))
    return letter


def status(cell: str) -> str:
    """The word as it came, but RELEASED in capitals."""
    word = cell.strip() or RELEASED
    if CONTROL.search(word):
        raise control("status")
    if len(word) > STATUS_LENGTH:
        raise too_long("status", STATUS_LENGTH)
    return RELEASED if word.upper() == RELEASED else word


def last_modified(cell: str) -> str:
    """An instant in UTC, blank where there is none."""
    try:
        return read_instant(cell.strip())
    except ValueError:
        raise Wrong(say("lastModifiedDate is not an instant")) from None


def photo(cell: str) -> bytes | None:
    """The bytes of a JPEG or PNG picture."""
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
