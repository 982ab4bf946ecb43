"""The documents as markdown-it reads them: their links, their anchors and their code blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
PATHS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
RUNS, COMMANDS = "<!-- runs -->", "<!-- commands -->"
"""Stand before a block of `$ lines` that a test types in the page's order, and before one of lines
of the shared grammar."""


@dataclass(frozen=True)
class Code:
    """A fenced block: its language, its text, and how it is marked."""

    language: str
    text: str
    mark: str

    @property
    def runs(self) -> bool:
        return self.mark == RUNS

    @property
    def commands(self) -> bool:
        return self.mark == COMMANDS


@dataclass
class Page:
    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def tokens(self) -> list[Token]:
        return MarkdownIt("gfm-like", {"linkify": False}).parse(self.path.read_text("utf-8"))

    @property
    def links(self) -> Iterator[str]:
        """Where its links lead and its pictures lie."""
        for token in self._inline():
            if target := token.attrGet("href") or token.attrGet("src"):
                yield str(target)

    @property
    def anchors(self) -> set[str]:
        """Of its headings, as forges and the site make them."""
        return {
            _slug(content.content)
            for head, content in zip(self.tokens, self.tokens[1:], strict=False)
            if head.type == "heading_open"
        }

    @property
    def codes(self) -> Iterator[Code]:
        for before, token in zip([None, *self.tokens], self.tokens, strict=False):
            if token.type == "fence":
                mark = before.content.strip() if before and before.type == "html_block" else ""
                yield Code(token.info.strip(), token.content, mark)

    def _inline(self) -> Iterator[Token]:
        for token in self.tokens:
            yield from token.children or ()


def _slug(heading: str) -> str:
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.strip().lower()))


PAGES = [Page(path) for path in PATHS]
