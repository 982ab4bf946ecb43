"""Test Report Form numbers in whatever somebody wrote or dropped."""

from __future__ import annotations

import re

from core.refusals import Refusal
from core.terms import TRF_LENGTH
from core.trf_numbers import TrfNumber

SHORTEST = 15
_CANDIDATE = re.compile(rf"(?<![0-9A-Za-z])[0-9A-Za-z]{{{SHORTEST},{TRF_LENGTH}}}(?![0-9A-Za-z])")


def numbers_in(text: str) -> list[TrfNumber]:
    """Each once, in order: words of digits and letters as long as such numbers are."""
    found: dict[TrfNumber, None] = {}
    for word in _CANDIDATE.findall(text):
        if any(map(str.isdigit, word)) and any(map(str.isalpha, word)):
            try:
                found[TrfNumber.read(word)] = None
            except Refusal:
                continue
    return list(found)


def masked(number: str) -> str:
    """Enough to tell two apart for whoever has the form, and nothing of whose it is."""
    return f"•••• {number[-4:]}"
