"""What a person wrote: the top of their mail, without quotations, signature and disclaimer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailparser_reply.constants import MAIL_LANGUAGES
from mailparser_reply.parser import EmailMessage

MOST_LINES = 1500
LONGEST_LINE = 1000
MOST_PARSED = 8000
"""Characters that the parser sees: its patterns take the square of a hostile text's length."""

_LANGUAGES = [one for one in MAIL_LANGUAGES if one != "david"]
_QUOTED = re.compile(r"\s*(?:>|&gt;|\|\s*>)")
_DASHES = re.compile(r"\s*(?:--\s?|[-_=*]{5,}.*)\Z")
_ORIGINAL = re.compile(r"\s*-{2,}\s*[^\W\d_].*-{2,}\s*\Z")
_YEAR = re.compile(r"\b20\d\d\b")
_FIELD = re.compile(r"[\s*]*[^\s:=\"]+(?: [^\s:=\"]+)?\s?[:\uff1a][\s*]+[^\s\"]")
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD])


@dataclass(frozen=True, slots=True)
class OurName:
    """What a mail program names above its quotation of our mail, whatever its language is."""

    domain: str
    name: str

    def begins_quotation(self, line: str) -> bool:
        """Whether a line says that what follows is from us."""
        low, host = line.lower(), f"@{self.domain.lower()}"
        if host in low and ("reply+" in low or f"results{host}" in low):
            return True
        if self.name.lower() not in low:
            return False
        return line.rstrip().endswith((":", "\uff1a", "<")) or _FIELD.match(line) is not None


def written_text(text: str, ours: OurName) -> str:
    """The newest part of a mail's text, '' where all of it is quotation."""
    own = _until_quotation(text.translate(_INVISIBLE).replace("\xa0", " "), ours)
    head, rest = own[:MOST_PARSED], own[MOST_PARSED:]
    parsed = EmailMessage(head, languages=_LANGUAGES, keep_hyphen_lists=True)
    first = parsed.read().replies[0]
    if first.headers:
        return ""
    is_whole = first.body == head.strip()
    return f"{first.body}{rest}" if is_whole else first.body


def _until_quotation(text: str, ours: OurName) -> str:
    """What stands above the first quoted line or rule, or the first that names us as its sender.

    A cheap cut, which keeps the parser's patterns away from text that nobody wrote for us.
    """
    lines: list[str] = []
    for line in text.splitlines()[:MOST_LINES]:
        if _QUOTED.match(line) or _ORIGINAL.match(line):
            break
        if lines and _DASHES.match(line):
            break
        if ours.begins_quotation(line):
            return "\n".join(_without_date(lines))
        if line.strip() or (lines and lines[-1]):
            lines.append(line.strip()[:LONGEST_LINE])
    return "\n".join(lines)


def _without_date(lines: Sequence[str]) -> Sequence[str]:
    """Long heads are wrapped: the line above our name has the day on which we wrote."""
    wrapped = lines and "=" not in lines[-1] and _YEAR.search(lines[-1])
    return lines[:-1] if wrapped else lines
