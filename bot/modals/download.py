"""Download now: template and format, as the guide asks for them."""

from __future__ import annotations

from bot.blocks.kit import Reader
from bot.modals.form import Form, Submitted, View, choice, entry, modal, quoted
from core.layouts import STANDARD_NAME
from core.phrases import say
from core.template_cards import TemplateList
from core.terms import Format

MOST_TEMPLATES = 98
OWN = "-"
"""The user's own choice, or the organisation's."""


def view(reader: Reader, templates: TemplateList) -> View:
    """The user's own template and its format, unless another is chosen."""
    names = [one.layout.name for one in templates.cards][:MOST_TEMPLATES]
    own = {OWN: reader.plain(say("My template"))}
    offered = own | {name: name for name in names} | {STANDARD_NAME: STANDARD_NAME}
    formats = {OWN: reader.plain(say("The template's format"))}
    formats |= {one.value: one.value.upper() for one in Format}
    blocks = [
        entry("template", say("Template"), choice("static_select", offered, reader, OWN), reader),
        entry("format", say("Format"), choice("static_select", formats, reader, OWN), reader),
    ]
    return modal(FORM, reader, blocks, say("Download"))


def _line(form: Submitted) -> str:
    template, format_ = form.chosen("template"), form.chosen("format")
    parts = ["download"]
    if format_ != OWN:
        parts.append(format_)
    if template != OWN:
        parts.append(f"template={quoted(template)}")
    return " ".join(parts)


FORM = Form("download", say("Download"), _line, otherwise="template")
