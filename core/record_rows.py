"""A record as the guide's verification screen shows it, for every surface: titles and values."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from core.phrases import Phrase, say
from core.records import Record
from core.terms import Module, band_on_card
from core.verification_cards import VerificationCard
from core.wording import VERDICTS

Rows = list[tuple[str, str]]

CLAIMS = {
    "name": say("Name"),
    "dob": say("Date of Birth"),
    "gender": say("Gender"),
    "module": say("Module"),
    "date": say("Test Date"),
    "overall": say("Overall"),
    "listening": say("Listening"),
    "reading": say("Reading"),
    "writing": say("Writing"),
    "speaking": say("Speaking"),
}


def person_rows(record: Record) -> Rows:
    """Whose result it is, and of which test; '' for what is not known."""
    return [*whose_rows(record), *result_rows(record)]


def whose_rows(record: Record) -> Rows:
    """What the guide's screen has above its line *Test Results*, and the name."""
    return [
        (say("Name"), full_name(record)),
        (say("Date of Birth"), day(record.date_of_birth)),
        (say("Gender"), record.gender),
        (say("Email"), record.candidate_email),
    ]


def result_rows(record: Record) -> Rows:
    """What it has below that line, before the bands."""
    return [
        (say("Module"), Module(record.module).written_out if record.module else ""),
        (say("Candidate Number"), record.candidate_number),
        (say("Centre"), record.centre_number),
        (say("Test Date"), day(record.test_date)),
    ]


def band_rows(record: Record) -> Rows:
    """Its bands, the overall one first."""
    return [
        (say("Overall"), band_on_card(record.overall)),
        (say("Listening"), band_on_card(record.listening)),
        (say("Reading"), band_on_card(record.reading)),
        (say("Writing"), band_on_card(record.writing)),
        (say("Speaking"), band_on_card(record.speaking)),
    ]


def verdict_rows(card: VerificationCard) -> Rows:
    """How what was claimed compares."""
    return [(CLAIMS[key], VERDICTS[verdict]) for key, verdict in (card.comparison or {}).items()]


def full_name(record: Record) -> str:
    """The first name before the family's."""
    return f"{record.first_name} {record.family_name}".strip()


@lru_cache(4096)
def day(iso: str) -> str:
    """An ISO date, to be written in the reader's way."""
    return Phrase("{day}", day=date.fromisoformat(iso)) if iso else ""
