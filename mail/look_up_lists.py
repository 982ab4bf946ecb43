"""Many numbers looked up at once: counts and what needs a second look, and a file of them all.

The file is for lists that are too long for a letter.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import Any

from core.formulas import neutralised
from core.notices import AttachedFile
from core.phrases import in_language, say
from core.record_rows import Rows
from core.terms import Language, Outcome
from core.verification_cards import VerificationCard
from core.wording import OUTCOMES
from mail.record_views import VERIFICATION_HEADINGS, verification_cells

MOST_ROWS = 50
"""More are no letter to read."""

Cards = Sequence[VerificationCard]


def is_long(cards: Cards) -> bool:
    """Whether the list goes as a file."""
    return len(cards) > MOST_ROWS


def outcome_rows(cards: Cards) -> Rows:
    """How many had which outcome, and how many of those found need a second look."""
    counts = Counter(card.outcome for card in cards)
    warned = sum(card.outcome is Outcome.MATCH and bool(card.remarks) for card in cards)
    rows: Rows = [(OUTCOMES[one], str(counts[one])) for one in Outcome if counts[one]]
    return [*rows, (say("match, with a warning"), str(warned))] if warned else rows


def exceptional(cards: Cards) -> list[VerificationCard]:
    """Those without a record, and those of which something is to be said."""
    return [card for card in cards if card.record is None or card.remarks]


def lacks_some(cards: Cards) -> bool:
    """Whether a number has no record."""
    return any(card.outcome is Outcome.NO_MATCH for card in cards)


def listed(cards: Cards) -> Cards:
    """Those that stand in the letter."""
    return exceptional(cards)[:MOST_ROWS] if is_long(cards) else cards


def list_file(cards: Cards, language: Language) -> dict[str, Any]:
    """The whole list as the ledger holds it."""
    stream = io.StringIO(newline="")
    rows = csv.writer(stream)
    headings = (*VERIFICATION_HEADINGS, say("Notes"))
    rows.writerow([in_language(one, language) for one in headings])
    for cells, card in zip(verification_cells(cards), cards, strict=True):
        notes = "; ".join(in_language(one, language) for one in card.remarks)
        shown = [*(in_language(one, language) for one in cells), notes]
        rows.writerow([neutralised(one) for one in shown])
    return {"filename": "verifications.csv", "text": stream.getvalue()}


def restored_file(stored: dict[str, Any]) -> AttachedFile:
    """The list as a file; a spreadsheet takes it for UTF-8 by its first bytes."""
    return AttachedFile(stored["filename"], "text/csv", stored["text"].encode("utf-8-sig"))


LOOK_UP_VIEWS = {
    "outcome_rows": outcome_rows,
    "is_long": is_long,
    "lacks_some": lacks_some,
    "listed": listed,
    "exceptional": exceptional,
}
