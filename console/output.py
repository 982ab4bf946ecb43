"""What goes to standard output: one JSON document, or text for a person."""

from __future__ import annotations

import json
import sys
from typing import Any

from console.text.render import text
from core.commands.registry import Answer
from core.terms import Language


def print_answer(
    answer: Answer,
    *,
    as_json: bool,
    language: Language = Language.ENGLISH_UK,
    more: dict[str, Any] | None = None,
) -> None:
    """Print an answer; `more` adds members to its document, such as the path of a file."""
    if as_json:
        document = answer.document() | (more or {})
        print(json.dumps(document, ensure_ascii=False))
    else:
        print(text(answer, language))


def say_to_operator(sentence: str) -> None:
    """A message on standard error, where it never mixes with an answer."""
    print(sentence, file=sys.stderr)
