"""Records of an XML file, ours or E-Download's: no entities, bounded in depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse

from core.intake.encodings import Utf8

RECORDS = frozenset({"result", "candidate"})
DECLARATION = 200
DEEPEST = 12
LONGEST_TEXT = 4 * 1024 * 1024


class Broken(Exception):  # noqa: N818  the file is, not the program
    """The file is no XML that we read."""


def records(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and leaf elements of each record; a `Score` within it is flattened."""
    depth = number = 0
    root: Element | None = None
    try:
        for event, element in _events(stream, encoding):
            depth += 1 if event == "start" else -1
            root = element if root is None else root
            if depth > DEEPEST:
                raise Broken("elements lie too deep in one another")
            if event == "end" and _name(element) in RECORDS:
                number += 1
                yield number, _leaves(element)
                root.clear()
    except (ParseError, DefusedXmlException, UnicodeError, LookupError, ValueError) as error:
        raise Broken(_said(error)) from None


def _events(stream: BinaryIO, encoding: str) -> Iterator[tuple[str, Element]]:
    """The parser knows single bytes and UTF-8 by itself, if the file declares what it is."""
    declared = b"encoding=" in stream.read(DECLARATION)
    stream.seek(0)
    if encoding.startswith("utf-16") or (encoding == "cp1252" and not declared):
        parser = DefusedXMLParser(encoding="utf-8", forbid_dtd=True)
        source: Any = Utf8(stream, encoding)
        return iterparse(source, ("start", "end"), parser, forbid_dtd=True)
    return iterparse(stream, ("start", "end"), forbid_dtd=True)


def _said(error: Exception) -> str:
    if isinstance(error, DefusedXmlException):
        return "it declares document types or entities, which are not accepted"
    return str(error)


def _leaves(record: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in record.iter():
        if element is record or len(element):
            continue
        text = element.text or ""
        if len(text) > LONGEST_TEXT:
            raise Broken(f"{_name(element)} is too long")
        found.setdefault(_tag(element), text)
    return found


def _tag(element: Element) -> str:
    tag: Any = element.tag
    return str(tag).rpartition("}")[2]


def _name(element: Element) -> str:
    return _tag(element).lower()
