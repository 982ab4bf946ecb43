"""What a look-up says: the record, how far it is to be trusted, and what to do without one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from core import live_checks
from core.comparison import Claims, Comparison, Verdict, compare
from core.live_checks import confirmed, failed, unanswered
from core.phrases import Phrase, say
from core.records import BANDS, Record, Row, record_of
from core.retakes import Retake
from core.tables import LiveCheck
from core.terms import Outcome
from core.trf_numbers import TrfNumber, disagreements, hints, overall_disagrees

ADVISED_YEARS = 2
LOOK_UP_YEARS = 3

NO_MATCH = say(
    "No match found.\n"
    "Please try again, paying particular attention to the digits and letters "
    "(e.g. zeros and ones).\n"
    "If there is still no match, and the result is less than two years old, then please contact "
    "us via the HELP page."
)


@dataclass(frozen=True, slots=True)
class VerificationCard:
    """One look-up's answer; `checked_at` is when IELTS itself last said so, where it is asked.

    `retakes` are other forms of the same person and test day with one skill different.
    """

    trf_number: str
    outcome: Outcome
    message: Phrase
    warnings: tuple[Phrase, ...]
    record: Record | None
    comparison: Mapping[str, Verdict] | None
    checked_at: datetime | None = None
    retakes: tuple[Retake, ...] = ()

    @property
    def remarks(self) -> tuple[Phrase, ...]:
        """All that a person is told beside the record."""
        return (*(one.sentence() for one in self.retakes), *self.warnings)

    def document(self) -> dict[str, Any]:
        """CONTRACT.md's verification; `comparison` only where claims met a record."""
        document: dict[str, Any] = {
            "outcome": self.outcome.value,
            "trf_number": self.trf_number,
            "message": self.message,
            "warnings": list(self.warnings),
            "result": self.record and self.record.document(),
        }
        if self.record is not None:
            document["status"] = self.record.status
            document["one_skill_retakes"] = [one.document() for one in self.retakes]
        if self.comparison is not None:
            document["comparison"] = {key: one.value for key, one in self.comparison.items()}
        if self.checked_at is not None:
            document["checked_at"] = self.checked_at.isoformat()
        return document


@dataclass(frozen=True, slots=True)
class VerificationTable:
    """Several look-ups at once, a card for each number in the order asked."""

    cards: tuple[VerificationCard, ...]

    def document(self) -> dict[str, Any]:
        """CONTRACT.md's `verifications`."""
        return {"verifications": [card.document() for card in self.cards]}


Live = Mapping[str, LiveCheck] | None
"""What IELTS said of each number, None where it is not asked."""


def card_of(
    number: TrfNumber, row: Row | None, claims: Claims | None, now: datetime, live: Live
) -> VerificationCard:
    """What a number's row says, held against what a copy shows."""
    record = record_of(row) if row is not None else None
    today = now.astimezone(UTC).date()
    if record is None or _years_after(record.test_date, LOOK_UP_YEARS) < today:
        return _without_record(number, live if record is None else None)
    comparison = compare(claims, record) if claims is not None else None
    check = live.get(number) if live is not None else None
    doubtful = live_checks.doubt(check, now) if live is not None else None
    warnings = _warnings(record, comparison, today)
    return VerificationCard(
        number,
        Outcome.MATCH,
        _message(record, check if doubtful is None else None, now),
        (doubtful, *warnings) if doubtful is not None else tuple(warnings),
        record,
        comparison.verdicts if comparison is not None else None,
        check.answered_at if check is not None else None,
    )


def _without_record(number: TrfNumber, live: Live) -> VerificationCard:
    """No match is an answer; that nobody could be asked is another."""
    check = live.get(number) if live is not None else None
    advice = tuple(hints(number))
    if live is not None and failed(check):
        return VerificationCard(number, Outcome.UNAVAILABLE, unanswered(check), advice, None, None)
    asked_at = check.answered_at if check is not None else None
    return VerificationCard(number, Outcome.NO_MATCH, NO_MATCH, advice, None, None, asked_at)


def _message(record: Record, check: LiveCheck | None, now: datetime) -> Phrase:
    if not record.released:
        return say(
            "This record's status is {status}. It has no valid scores.", status=record.status
        )
    found = say("Match found.")
    if check is None:
        return found
    return say("{found} {confirmed}", found=found, confirmed=confirmed(check, now))


def _warnings(record: Record, comparison: Comparison | None, today: date) -> Iterable[Phrase]:
    if not record.released:
        yield say(
            "Status: {status}. Do not accept this Test Report Form; ask IELTS about it at "
            "stakeholder@ieltsusa.org.",
            status=record.status,
        )
    if _years_after(record.test_date, ADVISED_YEARS) < today:
        yield say(
            "The test was taken on {day}. IELTS does not recommend accepting scores over two "
            "years old.",
            day=date.fromisoformat(record.test_date),
        )
    yield from _inconsistencies(record)
    if comparison is not None:
        yield from comparison.remarks


def _inconsistencies(record: Record) -> Iterable[Phrase]:
    yield from disagreements(
        record.trf_number,
        test_date=record.test_date,
        candidate_number=record.candidate_number,
        family_name=record.family_name,
        first_name=record.first_name,
        centre_number=record.centre_number,
        module=record.module,
    )
    odd = overall_disagrees(*(getattr(record, band) for band in BANDS))
    if odd is not None:
        yield odd


def _years_after(iso: str, years: int) -> date:
    """The last day inside, 29 February counting as the 28th in other years."""
    day = date.fromisoformat(iso)
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
