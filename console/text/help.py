"""Help as text."""

from __future__ import annotations

from console.text.render import text
from core.commands.help import HelpPage
from core.phrases import in_language
from core.terms import Language


@text.register
def _(answer: HelpPage, language: Language) -> str:
    lines = []
    for entry in answer.entries:
        lines += [entry.usage, f"    {in_language(entry.summary, language)}"]
        if len(answer.entries) == 1:
            lines += [f"    > {example}" for example in entry.examples]
    return "\n".join(lines)
