"""Letters: what we tell a person as subject, text and HTML in their language.

Each kind has a folder of its name in mail/letters/. What its bodies make is a fragment; the
frame around one or several of them greets, and says who writes and how to answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    pass_eval_context,
    select_autoescape,
)
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from core.notices import AttachedFile
from core.phrases import Phrase, counted, in_language, say
from core.terms import Language
from mail.look_up_lists import LOOK_UP_VIEWS
from mail.picture_views import picture_views
from mail.tables import text_card, text_table
from mail.views import VIEWS

LETTERS = Path(__file__).parent / "letters"

BODY = "<!--body-->"
"""Where the frame, whose styles are inlined apart, has its fragments put in."""

_GAP = re.compile(r"\n{3,}")
_TYPED = re.compile("`([^`]*)`")
_STYLES = (LETTERS / "letter.css").read_text(encoding="utf-8")
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


@dataclass(frozen=True, slots=True)
class Fragment:
    """One thing said, in both ways; the HTML has its styles inlined.

    It shows its `images` by their names: `cid:month-2026-10.png@letter`.
    """

    text: str
    html: str
    images: tuple[AttachedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole letter."""

    subject: str
    text: str
    html: str
    images: tuple[AttachedFile, ...] = ()


def fragment(kind: str, language: Language, **values: Any) -> Fragment:
    """The bodies of a kind."""
    text, html = _rendered(kind, "body.txt", language, values), _html(kind, language, values)
    return Fragment(text.strip() + "\n", html)


def subject(kind: str, language: Language, **values: Any) -> str:
    """The subject of a kind: one line, without anything of a candidate."""
    return " ".join(_rendered(kind, "subject.txt", language, values).split())


def framed(
    subject: str, fragments: Iterable[Fragment], language: Language, **values: Any
) -> Letter:
    """A letter of fragments; `values` are the frame's own, see letters/frame.txt."""
    said = tuple(fragments)
    values |= {"subject": subject, "language_tag": language.value}
    text = (
        _environment(language)
        .get_template("frame.txt")
        .render(values, body="\n\n".join(one.text.strip() for one in said))
    )
    html = _INLINER.inline(
        _environment(language).get_template("frame.html").render(values, styles=_STYLES)
    )
    body = html.replace(BODY, "".join(one.html for one in said))
    return Letter(subject, _GAP.sub("\n\n", text.strip()) + "\n", body, _images(said))


def _images(said: Iterable[Fragment]) -> tuple[AttachedFile, ...]:
    """Each once, however often it is shown."""
    return tuple({image.filename: image for one in said for image in one.images}.values())


def _html(kind: str, language: Language, values: Mapping[str, Any]) -> str:
    return _INLINER.inline_fragment(_rendered(kind, "body.html", language, values), _STYLES)


def _rendered(kind: str, part: str, language: Language, values: Mapping[str, Any]) -> str:
    return _environment(language).get_template(f"{kind}/{part}").render(values)


@cache
def _environment(language: Language) -> Environment:
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
