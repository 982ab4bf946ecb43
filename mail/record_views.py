"""What letters show of results, look-ups and changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.comparison import Verdict
from core.fields import title_of
from core.notices import FieldChange, ResultsChanged
from core.phrases import say
from core.record_rows import Rows, band_rows, day, full_name, person_rows, verdict_rows
from core.records import Record
from core.terms import Outcome, band_on_card
from core.verification_cards import VerificationCard
from core.wording import WORDS

Cells = Sequence[str]

BLANK = say("blank")


def card_rows(record: Record) -> Rows:
    """A record as a card, with its number, and its status where that is not the usual one."""
    return [
        (say("TRF Number"), record.trf_number),
        *person_rows(record),
        (say("Status"), "" if record.released else record.status),
    ]


RESULT_HEADINGS = (
    say("TRF Number"),
    say("Name"),
    say("Test Date"),
    say("Module"),
    say("Overall"),
)


def result_cells(records: Iterable[Record]) -> list[Cells]:
    """Several results as rows under RESULT_HEADINGS."""
    return [
        (
            one.trf_number,
            full_name(one),
            day(one.test_date),
            one.module,
            band_on_card(one.overall) if one.released else one.status,
        )
        for one in records
    ]


VERIFICATION_HEADINGS = (
    say("TRF Number"),
    say("Outcome"),
    say("Name"),
    say("Test Date"),
    say("Module"),
    say("Overall"),
)


def verification_cells(cards: Iterable[VerificationCard]) -> list[Cells]:
    """Several look-ups as rows under VERIFICATION_HEADINGS."""
    return [
        (one.trf_number, WORDS[one.outcome], "", "", "", "")
        if one.record is None
        else (one.trf_number, WORDS[one.outcome], *result_cells([one.record])[0][1:])
        for one in cards
    ]


TONES: dict[str, str] = {WORDS[Verdict.MATCH]: "right", WORDS[Verdict.MISMATCH]: "wrong"}


def tone(verdict: str) -> str:
    """The class of a verdict's cell; its colour says nothing that the word does not."""
    return TONES.get(verdict, "")


def card_tone(card: VerificationCard) -> str:
    """The class of a look-up's message."""
    differs = set((card.comparison or {}).values()) - {Verdict.MATCH}
    return "good" if card.outcome is Outcome.MATCH and not differs else "note"


def change_cells(changes: Iterable[FieldChange]) -> list[Cells]:
    """Field, old value, new value; an empty one is said so."""
    return [(title_of(one.field), one.old or BLANK, one.new or BLANK) for one in changes]


def changed_downloads(notice: ResultsChanged) -> list[int]:
    """The reader's downloads that have old values."""
    return sorted({number for one in notice.results for number in one.downloads})


CHANGE_HEADINGS = (say("Field"), say("Before"), say("Now"))


RECORD_VIEWS = {
    "RESULT_HEADINGS": RESULT_HEADINGS,
    "VERIFICATION_HEADINGS": VERIFICATION_HEADINGS,
    "CHANGE_HEADINGS": CHANGE_HEADINGS,
    "person_rows": card_rows,
    "band_rows": band_rows,
    "result_cells": result_cells,
    "verification_cells": verification_cells,
    "verdict_rows": verdict_rows,
    "change_cells": change_cells,
    "changed_downloads": changed_downloads,
    "tone": tone,
    "card_tone": card_tone,
}
