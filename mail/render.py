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
from typing import TYPE_CHECKING, Any

from core.notices import AttachedFile
from core.terms import Language

if TYPE_CHECKING:
    from css_inline import CSSInliner

LETTERS = Path(__file__).parent / "letters"

BODY = "<!--body-->"
"""Where the frame, whose styles are inlined apart, has its fragments put in."""

_GAP = re.compile(r"\n{3,}")
_STYLES = (LETTERS / "letter.css").read_text(encoding="utf-8")


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
    text, html = _rendered(f"{kind}/body.txt", language, values), _html(kind, language, values)
    return Fragment(text.strip() + "\n", html)


def subject(kind: str, language: Language, **values: Any) -> str:
    """The subject of a kind: one line, without anything of a candidate."""
    return " ".join(_rendered(f"{kind}/subject.txt", language, values).split())


def framed(
    subject: str, fragments: Iterable[Fragment], language: Language, **values: Any
) -> Letter:
    """A letter of fragments; `values` are the frame's own, see letters/frame.txt."""
    said = tuple(fragments)
    values |= {"subject": subject, "language_tag": language.value}
    bodies = "\n\n".join(one.text.strip() for one in said)
    text = _rendered("frame.txt", language, {**values, "body": bodies})
    html = _inliner().inline(_rendered("frame.html", language, {**values, "styles": _STYLES}))
    body = html.replace(BODY, "".join(one.html for one in said))
    return Letter(subject, _GAP.sub("\n\n", text.strip()) + "\n", body, _images(said))


def _images(said: Iterable[Fragment]) -> tuple[AttachedFile, ...]:
    """Each once, however often it is shown."""
    return tuple({image.filename: image for one in said for image in one.images}.values())


def _html(kind: str, language: Language, values: Mapping[str, Any]) -> str:
    html = _rendered(f"{kind}/body.html", language, values)
    return _inliner().inline_fragment(html, _STYLES)


def _rendered(path: str, language: Language, values: Mapping[str, Any]) -> str:
    from mail.typesetting import environment  # Jinja is not needed before the first letter

    return environment(language).get_template(path).render(values)


@cache
def _inliner() -> CSSInliner:
    from css_inline import CSSInliner  # 3 MB, as above

    return CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
