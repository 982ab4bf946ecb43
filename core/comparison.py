"""Claimed values against the record: what an applicant says the form shows, field by field."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from anyascii import anyascii

from core.phrases import Phrase, say
from core.records import Record
from core.refusals import Refusal, usage
from core.terms import Gender, Module, half_bands

T = TypeVar("T")


class Verdict(StrEnum):
    """Ambiguous: a date that agrees with the record when read one of two ways."""

    MATCH = "match"
    MISMATCH = "mismatch"
    AMBIGUOUS = "ambiguous"


BANDS = ("overall", "listening", "reading", "writing", "speaking")
MODULES = {
    "a": Module.ACADEMIC,
    "ac": Module.ACADEMIC,
    "academic": Module.ACADEMIC,
    "g": Module.GENERAL_TRAINING,
    "gt": Module.GENERAL_TRAINING,
    "general": Module.GENERAL_TRAINING,
    "generaltraining": Module.GENERAL_TRAINING,
}
GENDERS = {
    "f": Gender.FEMALE,
    "female": Gender.FEMALE,
    "m": Gender.MALE,
    "male": Gender.MALE,
    "u": Gender.UNSPECIFIED,
    "unspecified": Gender.UNSPECIFIED,
    "notspecified": Gender.UNSPECIFIED,
}
EARLIEST, LATEST = 1900, 2099
CENTURY_TURNS_AT = 40
"""Of years in two digits, those below are 20xx."""


@dataclass(frozen=True, slots=True)
class DateReadings:
    """A date as typed, with every day that it may mean."""

    typed: str
    days: frozenset[date]


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims that could be read, by the grammar's keys; a key that was not claimed is absent."""

    name: tuple[str, ...] | None
    dates: Mapping[str, DateReadings]
    bands: Mapping[str, int]
    module: Module | None
    gender: Gender | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A verdict for each claimed field, and what must be said of the ambiguous ones."""

    verdicts: Mapping[str, Verdict]
    remarks: tuple[Phrase, ...]


def read_claims(claimed: Mapping[str, str | None]) -> Claims | None:
    """Claims from the words typed; None without any; raise Refusal naming the unreadable one."""
    given = {key: value for key, value in claimed.items() if value is not None}
    if not given:
        return None
    return Claims(
        name=_name(given["name"]) if "name" in given else None,
        dates={key: read_date(given[key]) for key in ("dob", "date") if key in given},
        bands={key: _band(key, given[key]) for key in BANDS if key in given},
        module=_one_of("module", given["module"], MODULES) if "module" in given else None,
        gender=_one_of("gender", given["gender"], GENDERS) if "gender" in given else None,
    )


def compare(claims: Claims, recorded: Record) -> Comparison:
    """Hold each claim against the record."""
    verdicts: dict[str, Verdict] = {}
    if claims.name is not None:
        parts = name_parts(f"{recorded.first_name} {recorded.family_name}")
        verdicts["name"] = _verdict(claims.name == parts)
    recorded_dates = {"dob": recorded.date_of_birth, "date": recorded.test_date}
    for key, readings in claims.dates.items():
        verdicts[key] = _date_verdict(readings, recorded_dates[key])
    for key, bands in claims.bands.items():
        verdicts[key] = _verdict(bands == getattr(recorded, key))
    if claims.module is not None:
        verdicts["module"] = _verdict(claims.module == recorded.module)
    if claims.gender is not None:
        verdicts["gender"] = _verdict(claims.gender == recorded.gender)
    return Comparison(verdicts, _remarks(claims, verdicts))


def read_date(typed: str) -> DateReadings:
    """Every day that a date in any usual form may mean; raise Refusal for no date at all."""
    days = frozenset(_numeric_days(typed.strip()) or _named_days(typed.strip()))
    if not days:
        raise usage(
            "not_a_date",
            "{typed} is not a date that can be read. Write it like 1982-05-02 or 2 May 1982.",
            typed=typed,
        )
    return DateReadings(typed, days)


def _verdict(same: bool) -> Verdict:
    return Verdict.MATCH if same else Verdict.MISMATCH


def _date_verdict(readings: DateReadings, recorded: str) -> Verdict:
    if recorded not in {day.isoformat() for day in readings.days}:
        return Verdict.MISMATCH
    return Verdict.MATCH if len(readings.days) == 1 else Verdict.AMBIGUOUS


def _remarks(claims: Claims, verdicts: Mapping[str, Verdict]) -> tuple[Phrase, ...]:
    return tuple(
        say(
            "{key}={typed} may be {first} or {second}; the record agrees with one of the two.",
            key=key,
            typed=claims.dates[key].typed,
            first=min(claims.dates[key].days),
            second=max(claims.dates[key].days),
        )
        for key, verdict in verdicts.items()
        if verdict is Verdict.AMBIGUOUS
    )


def _name(typed: str) -> tuple[str, ...]:
    parts = name_parts(typed)
    if not parts:
        raise usage("not_a_name", "name={typed} has no letters to compare.", typed=typed)
    return parts


def name_parts(name: str) -> tuple[str, ...]:
    """Parts without case, accents, order and punctuation; O'Brien is one part."""
    plain = re.sub(r"['\u2019\u02bc`.]", "", name)
    return tuple(sorted(re.findall(r"[a-z0-9]+", anyascii(plain).lower().replace("'", ""))))


def _band(key: str, typed: str) -> int:
    try:
        return half_bands(typed.strip().replace(",", "."))
    except ValueError:
        raise usage(
            "not_a_band",
            "{key}={typed} is not a band. Bands go from 0 to 9 by halves.",
            key=key,
            typed=typed,
        ) from None


def _one_of(key: str, typed: str, words: Mapping[str, T]) -> T:
    found = words.get(re.sub(r"[\s_-]", "", typed.lower()))
    if found is None:
        raise _unreadable(key, typed, words)
    return found


def _unreadable(key: str, typed: str, words: Mapping[str, object]) -> Refusal:
    return usage(
        "not_a_choice",
        "{word} is not a {name}. It may be {choices}.",
        word=typed,
        name=key,
        choices=", ".join(words),
    )


def _numeric_days(typed: str) -> set[date]:
    if found := re.fullmatch(r"(\d{4})[-/.\s](\d{1,2})[-/.\s](\d{1,2})", typed):
        return _days([(found[1], found[2], found[3])])
    if found := re.fullmatch(r"(\d{1,2})[-/.\s]+(\d{1,2})[-/.\s]+(\d{4}|\d{2})", typed):
        first, second, year = found.groups()
        return _days([(year, second, first), (year, first, second)])
    if re.fullmatch(r"\d{8}", typed):
        return _days([(typed[:4], typed[4:6], typed[6:])]) or _days(
            [(typed[4:], typed[2:4], typed[:2]), (typed[4:], typed[:2], typed[2:4])]
        )
    return set()


def _days(parts: list[tuple[str, str, str]]) -> set[date]:
    days = set()
    for year, month, day in parts:
        try:
            days.add(date(_year(year), int(month), int(day)))
        except ValueError:
            continue
    return {day for day in days if EARLIEST <= day.year <= LATEST}


def _year(digits: str) -> int:
    if len(digits) > 2:  # noqa: PLR2004  a full year
        return int(digits)
    return int(digits) + (2000 if int(digits) < CENTURY_TURNS_AT else 1900)


_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s.,/-]+(?:of\s+)?(?P<month>[a-z]{3,9})"
    r"|(?P<month_first>[a-z]{3,9})[\s.,/-]+(?P<day_second>\d{1,2})(?:st|nd|rd|th)?)"
    r"[\s.,/-]+(?P<year>\d{4}|\d{2})"
)
_MONTHS = [name.lower() for name in calendar.month_name[1:]]


def _named_days(typed: str) -> set[date]:
    found = _NAMED.fullmatch(typed.lower())
    if found is None:
        return set()
    month = found["month"] or found["month_first"]
    numbers = [str(n) for n, name in enumerate(_MONTHS, 1) if name.startswith(month)]
    if month == "sept":
        numbers = ["9"]
    return _days([(found["year"], n, found["day"] or found["day_second"]) for n in numbers[:1]])
