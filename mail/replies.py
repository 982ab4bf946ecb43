"""What a person wrote: the top of their mail, without quotations, signature and disclaimer."""

from __future__ import annotations

import re

from mailparser_reply import EmailReplyParser
from mailparser_reply.constants import MAIL_LANGUAGES

MOST_LINES = 1500
LONGEST_LINE = 1000
MOST_PARSED = 8000
"""Characters that the parser sees: its patterns take the square of a hostile text's length."""

_PARSER = EmailReplyParser(languages=[one for one in MAIL_LANGUAGES if one != "david"])
_QUOTED = re.compile(r"\s*(?:>|&gt;|\|\s*>)")
_DASHES = re.compile(r"\s*(?:--\s?|[-_=*]{5,}.*)\Z")
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD])


def written_text(text: str) -> str:
    """The newest part of a mail's text, '' where all of it is quotation."""
    own = _until_quotation(text.translate(_INVISIBLE).replace("\xa0", " "))
    head, rest = own[:MOST_PARSED], own[MOST_PARSED:]
    first = _PARSER.read(head).replies[0]
    if first.headers:
        return ""
    is_whole = first.body == head.strip()
    return f"{first.body}{rest}" if is_whole else first.body


def _until_quotation(text: str) -> str:
    """What stands above the first quoted line or rule.

    A cheap cut, which keeps the parser's patterns away from text that nobody wrote for us.
    """
    lines: list[str] = []
    for line in text.splitlines()[:MOST_LINES]:
        if _QUOTED.match(line):
            break
        if lines and _DASHES.match(line):
            break
        if line.strip() or (lines and lines[-1]):
            lines.append(line.strip()[:LONGEST_LINE])
    return "\n".join(lines)
