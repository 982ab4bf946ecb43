"""The expected noes. Each surface maps the six kinds once; everything else raised is a bug."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from core.phrases import say
from core.terms import Language


class Kind(StrEnum):
    """Why something was refused."""

    USAGE = "usage"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    CONFLICT = "conflict"
    LIMIT = "limit"
    UNAVAILABLE = "unavailable"


class Refusal(Exception):  # noqa: N818  DESIGN.md's word; a refusal is an answer, not an error
    """An expected no: `code` is for programs, `message` tells a person what happened and to do.

    `language` is that person's, where it was known in time.
    """

    def __init__(self, kind: Kind, code: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.message = message
        self.language = Language.ENGLISH_UK


def usage(code: str, msgid: str, /, **parts: Any) -> Refusal:
    """The words could not be understood, or a value breaks a rule that the message names."""
    return Refusal(Kind.USAGE, code, say(msgid, **parts))


def forbidden(code: str, msgid: str, /, **parts: Any) -> Refusal:
    """This person, account or place may not do it."""
    return Refusal(Kind.FORBIDDEN, code, say(msgid, **parts))


def missing(code: str, msgid: str, /, **parts: Any) -> Refusal:
    """The thing that was named does not exist in the actor's organisation."""
    return Refusal(Kind.MISSING, code, say(msgid, **parts))


def conflict(code: str, msgid: str, /, **parts: Any) -> Refusal:
    """It exists already, or something depends on it."""
    return Refusal(Kind.CONFLICT, code, say(msgid, **parts))


def limit(code: str, msgid: str, /, **parts: Any) -> Refusal:
    """Too much or too often; the message says when to try again."""
    return Refusal(Kind.LIMIT, code, say(msgid, **parts))


def unavailable(code: str, msgid: str, /, **parts: Any) -> Refusal:
    """Something outside could not be asked; nothing was decided."""
    return Refusal(Kind.UNAVAILABLE, code, say(msgid, **parts))
