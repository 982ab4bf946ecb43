"""Templates as blocks."""

from __future__ import annotations

from bot.blocks.kit import Block, Reader, actions, confirm, escaped, opens, runs, section, warnings
from bot.blocks.render import blocks, headline
from core.fields import headings
from core.phrases import Phrase, counted, say
from core.template_cards import TemplateCard, TemplateDeleted, TemplateList

MOST_SHOWN = 40


@headline.register
def _(answer: TemplateList) -> Phrase:
    n = len(answer.cards) + 1  # with the standard one
    return counted(n, "{n} template.", "{n} templates.")


@blocks.register
def _(answer: TemplateList, reader: Reader) -> list[Block]:
    create = opens(reader.plain(say("Create a template")), "template", style="primary")
    cards = (*answer.cards[:MOST_SHOWN], answer.standard)
    return [*(template_line(one, reader) for one in cards), actions(create)]


def template_line(one: TemplateCard, reader: Reader) -> Block:
    """One template with a button that shows it."""
    layout = one.layout
    n = len(layout.fields)
    default = f" · {reader.says(say('Default'))}" * one.is_default
    told = (
        f"*{escaped(layout.name)}*{default}\n{layout.format.value.upper()} · "
        f"{layout.date_format.value} · {reader.says(counted(n, '{n} field', '{n} fields'))}"
    )
    show = runs(reader.plain(say("Show")), f'templates show "{layout.name}"', "show")
    return section(told, show)


@headline.register
def _(answer: TemplateCard) -> Phrase:
    return answer.deed or say("Template {name}.", name=answer.layout.name)


@blocks.register
def _(answer: TemplateCard, reader: Reader) -> list[Block]:
    deed = [section(reader.says(answer.deed))] if answer.deed is not None else []
    header_row = f"```{escaped(', '.join(headings(answer.layout.fields)))}```"
    shown = [*deed, _facts(answer, reader), section(header_row)]
    shown += warnings(answer.notes, reader)
    if answer.layout.name == "Standard":
        return shown
    return [*shown, _choices(answer.layout.name, reader)]


def _facts(answer: TemplateCard, reader: Reader) -> Block:
    layout = answer.layout
    default = f" · {reader.says(say('Default'))}" * answer.is_default
    facts = f"{layout.format.value.upper()} · {layout.date_format.value}{default}"
    return section(f"*{escaped(layout.name)}*\n{facts}")


def _choices(name: str, reader: Reader) -> Block:
    asked = confirm(
        reader.plain(say("Delete this template?")),
        reader.plain(say("Earlier downloads keep theirs.")),
        reader.plain(say("Delete")),
        reader.plain(say("Cancel")),
    )
    delete = f'templates delete "{name}"'
    return actions(
        opens(reader.plain(say("Edit")), "template", name),
        runs(reader.plain(say("Make default")), f'templates default "{name}"', "default"),
        runs(reader.plain(say("Delete")), delete, "delete", style="danger", confirm=asked),
    )


@headline.register
def _(answer: TemplateDeleted) -> Phrase:
    return say("Template {name} is deleted.", name=answer.name)


@blocks.register
def _(answer: TemplateDeleted, reader: Reader) -> list[Block]:
    return [section(reader.says(headline(answer)))]
