"""What letters are written with: Jinja, our tables and lists, and every sentence in a language.

Imported with the first letter that a process writes, see mail/render.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    pass_eval_context,
    select_autoescape,
)
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from core.phrases import Phrase, counted, in_language, say
from core.terms import Language
from mail.look_up_lists import LOOK_UP_VIEWS
from mail.picture_views import picture_views
from mail.render import LETTERS
from mail.tables import text_card, text_table
from mail.views import VIEWS

_TYPED = re.compile("`([^`]*)`")


@cache
def environment(language: Language) -> Environment:
    """Where the letters of a language are found and what they may use."""
    environment = Environment(
        loader=FileSystemLoader(LETTERS),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_finalize(language),
    )
    environment.globals |= {
        "say": say,
        "counted": counted,
        "text_card": lambda rows: text_card(_in(rows, language)),
        "text_table": lambda headings, rows: text_table(_in([headings, *rows], language)),
        **VIEWS,
        **LOOK_UP_VIEWS,
        **picture_views(language),
    }
    return environment


def _in(rows: Iterable[Iterable[str]], language: Language) -> list[list[str]]:
    return [[in_language(cell, language) for cell in row] for row in rows]


def _finalize(language: Language) -> Any:
    """Every sentence in the language; in HTML, what is to be typed is marked as code."""

    @pass_eval_context
    def finalize(context: EvalContext, value: Any) -> Any:
        if not isinstance(value, Phrase):
            return "" if value is None else value
        said = value.into(language)
        if not context.autoescape:
            return said
        marked = _TYPED.sub(r"<code>\1</code>", str(escape(said))).replace("\n", "<br>")
        return Markup(marked)  # noqa: S704  escaped the line before

    return finalize
