"""Words as typed into values, by the annotation of the command's parameter.

Each kind of value has its own sentence for what could not be read, for a person typed it.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, NewType

from core.fields import CatalogueField, find_field
from core.months import Month
from core.refusals import usage
from core.trf_numbers import TrfNumber

EmailAddress = NewType("EmailAddress", str)
LocalTime = NewType("LocalTime", str)
TimeZone = NewType("TimeZone", str)
DownloadId = NewType("DownloadId", int)
FieldList = tuple[CatalogueField, ...]

LAST_DOWNLOAD = DownloadId(0)
"""What `last` means: nobody's download has this number."""

YES = frozenset({"yes", "on", "true", "y", "1"})
NO = frozenset({"no", "off", "false", "n", "0"})


def convert(word: str, annotation: Any, name: str) -> Any:
    """The value of a word for the parameter `name`; raise Refusal where it makes no sense."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return _choice(word, annotation, name)
    converter = CONVERTERS[annotation]
    return converter(word, name)


def _choice(word: str, choices: type[StrEnum], name: str) -> StrEnum:
    for choice in choices:
        if word.lower() in {choice.value.lower(), choice.name.lower()}:
            return choice
    offered = [choice.value for choice in choices]
    near = get_close_matches(word.lower(), offered, n=1)
    if near:
        raise usage(
            "not_a_choice",
            "{word} is not a {name}. Did you mean {near}? It may be {choices}.",
            word=word,
            name=name,
            near=near[0],
            choices=", ".join(offered),
        )
    raise usage(
        "not_a_choice",
        "{word} is not a {name}. It may be {choices}.",
        word=word or "''",
        name=name,
        choices=", ".join(offered),
    )


def _text(word: str, name: str) -> str:
    if not word.strip():
        raise usage("blank", "{name} must not be blank.", name=name)
    return word


def _number(word: str, name: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) < 10):  # noqa: PLR2004  fits 32 bits
        raise usage(
            "not_a_number", "{word} is not a number. {name} takes digits.", word=word, name=name
        )
    return int(word)


def _download_id(word: str, name: str) -> DownloadId:
    return LAST_DOWNLOAD if word.lower() == "last" else DownloadId(_number(word.lstrip("#"), name))


def _yes_or_no(word: str, name: str) -> bool:
    if word.lower() in YES | NO:
        return word.lower() in YES
    raise usage("not_yes_or_no", "{name} is either yes or no, not {word}.", word=word, name=name)


def _trf_number(word: str, _name: str) -> TrfNumber:
    return TrfNumber.read(word)


def _email(word: str, _name: str) -> EmailAddress:
    return EmailAddress(_unwrapped(word))


def _unwrapped(word: str) -> str:
    """Slack and mail programs write `<mailto:ann@uni.example|ann@uni.example>`."""
    inner = word.strip().removeprefix("<").removesuffix(">").removeprefix("mailto:")
    return inner.partition("|")[0]


def _local_time(word: str, _name: str) -> LocalTime:
    hour, colon, minute = word.partition(":")
    digits = hour.isascii() and minute.isascii() and hour.isdigit() and minute.isdigit()
    if not (colon and digits and len(hour) <= 2 and len(minute) == 2):  # noqa: PLR2004
        raise _not_a_time(word)
    if int(hour) > 23 or int(minute) > 59:  # noqa: PLR2004  a clock
        raise _not_a_time(word)
    return LocalTime(f"{int(hour):02}:{minute}")


def _not_a_time(word: str) -> Exception:
    return usage("not_a_time", "{word} is not a time of day. Write it like 14:05.", word=word)


def _time_zone(word: str, _name: str) -> TimeZone:
    return TimeZone(word)


def _month(word: str, _name: str) -> Month:
    try:
        return Month.read(word)
    except ValueError:
        raise usage(
            "not_a_month", "{word} is not a month. Write it like 2026-10.", word=word
        ) from None


def _fields(word: str, _name: str) -> FieldList:
    return tuple(find_field(heading) for heading in word.split(",") if heading.strip())


CONVERTERS: dict[Any, Callable[[str, str], Any]] = {
    str: _text,
    int: _number,
    bool: _yes_or_no,
    DownloadId: _download_id,
    TrfNumber: _trf_number,
    EmailAddress: _email,
    LocalTime: _local_time,
    TimeZone: _time_zone,
    Month: _month,
    FieldList: _fields,
}
