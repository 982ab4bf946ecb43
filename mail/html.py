"""The text of a mail that has HTML only, without what it quotes."""

from __future__ import annotations

import re

from inscriptis import get_text
from lxml import html as lxml_html
from lxml.etree import LxmlError

QUOTED = (
    "//blockquote | //*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    " | //*[contains(@class, 'yahoo_quoted')] | //*[contains(@class, 'moz-cite-prefix')]"
    " | //*[contains(@class, 'gmail_signature')] | //*[@id='Signature']"
    " | //*[contains(@class, 'protonmail_quote')] | //style | //script | //head | //title"
)
FROM_HERE = (
    "//*[@id='divRplyFwdMsg'] | //*[@id='appendonsend']"
    " | //*[@id='mail-editor-reference-message-container']"
    " | //*[contains(@style, 'border-top:solid #E1E1E1')]"
    " | //*[contains(@style, 'border-top:solid #B5C4DF')]"
)
"""Where Outlook begins its quotation, which then goes to the end."""

_TAG = re.compile(r"<[^<>]{0,2000}>")


def text_of_html(source: str) -> str:
    """Line by line as it is shown; without its tags at least, where no parser can read it."""
    try:
        document = lxml_html.document_fromstring(_without_declaration(source))
        for end in document.xpath(FROM_HERE):
            _drop_after(end)
        for quoted in document.xpath(QUOTED):
            quoted.drop_tree()
        return str(get_text(lxml_html.tostring(document, encoding="unicode")))
    except (LxmlError, ValueError, AssertionError, RecursionError):
        return _TAG.sub(" ", source)


def _drop_after(element: lxml_html.HtmlElement) -> None:
    """The element and everything behind it in the document."""
    at = element
    while (parent := at.getparent()) is not None:
        for later in list(at.itersiblings()):
            parent.remove(later)
        at = parent
    if element.getparent() is not None:
        element.drop_tree()


def _without_declaration(source: str) -> str:
    """An XML declaration of an encoding would be refused: the text is decoded already."""
    return re.sub(r"\A\s*<\?xml[^>]{0,200}\?>", "", source) or "<p></p>"
