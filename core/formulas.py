"""What a spreadsheet would take for a formula, and the apostrophe that keeps it from doing so."""

from __future__ import annotations

import re

FORMULA = r"'*[=+\-@\t\r]"
_FORMULA = re.compile(FORMULA)
_NEUTRALISED = re.compile(r"'(?='*[=+\-@\t\r])")


def neutralised(text: str) -> str:
    """A cell that a spreadsheet takes for text, not for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """What a neutralised cell was before; any other cell as it is."""
    return text[1:] if _NEUTRALISED.match(text) else text
