"""Templates as text."""

from __future__ import annotations

from console.text.render import card, table, text
from core.fields import headings
from core.phrases import in_language, say
from core.template_cards import TemplateCard, TemplateDeleted, TemplateList
from core.terms import Language
from core.wording import NO, YES


@text.register
def _(answer: TemplateList, language: Language) -> str:
    titles = [say("Template"), say("Default"), say("Format"), say("Dates"), say("Fields")]
    rows = [
        [
            one.layout.name,
            YES if one.is_default else "",
            one.layout.format.value.upper(),
            one.layout.date_format.value,
            str(len(one.layout.fields)),
        ]
        for one in (*answer.cards, answer.standard)
    ]
    return table([titles, *rows], language)


@text.register
def _(answer: TemplateCard, language: Language) -> str:
    layout = answer.layout
    rows = [
        (say("Default"), YES if answer.is_default else NO),
        (say("Format"), layout.format.value.upper()),
        (say("Dates"), layout.date_format.value),
        (say("Spreadsheet-safe"), YES if layout.spreadsheet_safe else NO),
        (say("Header row"), ",".join(headings(layout.fields))),
    ]
    lines = [in_language(answer.deed, language)] if answer.deed is not None else []
    lines.append(card(layout.name, rows, language))
    lines += [f"! {in_language(note, language)}" for note in answer.notes]
    return "\n".join(lines)


@text.register
def _(answer: TemplateDeleted, language: Language) -> str:
    return in_language(say("Template {name} is deleted.", name=answer.name), language)
