"""What a load did, as text."""

from __future__ import annotations

from console.text.render import card, text
from core.intake.ingested import Ingested
from core.phrases import counted, in_language, say
from core.terms import Language


@text.register
def _(answer: Ingested, language: Language) -> str:
    rows = [
        (say("New"), str(answer.new)),
        (say("Changed"), str(answer.changed)),
        (say("Unchanged"), str(answer.unchanged)),
        (say("Older than ours"), str(answer.older) if answer.older else ""),
        (say("Rejected"), str(answer.rejected)),
        (say("Delivered"), str(answer.delivered)),
        (say("Held back"), str(answer.held) if answer.held else ""),
    ]
    lines = [card(say("{source} is loaded.", source=answer.source), rows, language)]
    for problem, n in answer.problems.most_common():
        row = counted(n, "{n} row: {problem}.", "{n} rows: {problem}.", problem=problem)
        lines.append(f"! {in_language(row, language)}")
    for hint, n in answer.warnings.most_common():
        record = counted(n, "{n} record: {hint}", "{n} records: {hint}", hint=hint)
        lines.append(f"? {in_language(record, language)}")
    if answer.unknown_columns:
        names = ", ".join(answer.unknown_columns)
        ignored = say("These columns are not known and were ignored: {names}.", names=names)
        lines.append(in_language(ignored, language))
    if answer.rejects is not None:
        kept = say("The rejected rows are in {path}.", path=answer.rejects)
        lines.append(in_language(kept, language))
    return "\n".join(lines)
