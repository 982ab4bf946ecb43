"""Sentences for people, kept with their parts so that any language can be made of them."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Self

from core.terms import Language

OMITTED = "…"

LOCALES = Path(__file__).parent / "locales"


class Phrase(str):
    """A sentence in English (UK) that remembers how it was made.

    It is an ordinary string wherever one is wanted; `into(language)` makes it again from the
    catalogue of that language. Dates among the parts are written in the language's way, and a
    tuple of words as a list with commas.
    """

    msgid: str
    plural: str | None
    parts: dict[str, Any]

    def __new__(cls, msgid: str, plural: str | None = None, /, **parts: Any) -> Self:
        """Raise KeyError where the sentence names a part that was not given."""
        text = msgid if plural is None or parts["n"] == 1 else plural
        phrase = super().__new__(cls, _filled(text, parts, Language.ENGLISH_UK))
        phrase.msgid, phrase.plural, phrase.parts = msgid, plural, parts
        return phrase

    def into(self, language: Language) -> str:
        """The same sentence in another language; English (UK) where the catalogue is silent."""
        if not self.parts:
            return _translated(self.msgid, language)
        if self.plural is None:
            text = _catalogue(language).gettext(self.msgid)
        else:
            text = _catalogue(language).ngettext(self.msgid, self.plural, self.parts["n"])
        return _filled(text, self.parts, language)

    def without(self, hides: Callable[[str, Any], bool]) -> Phrase:
        """The same sentence with `…` for every part, by name and value, that is to be hidden."""
        parts = {name: OMITTED if hides(name, part) else part for name, part in self.parts.items()}
        return Phrase(self.msgid, self.plural, **parts)

    def stored(self) -> list[Any]:
        """As JSON can hold it; its parts must be texts and numbers."""
        return [self.msgid, self.plural, self.parts]

    @classmethod
    def restored(cls, stored: list[Any]) -> Phrase:
        """What `stored` gave."""
        msgid, plural, parts = stored
        return cls(msgid, plural, **parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return _remake, (self.msgid, self.plural, self.parts)


def say(msgid: str, /, **parts: Any) -> Phrase:
    """A sentence with `{named}` parts; extracted into the catalogues by this name."""
    return Phrase(msgid, **parts) if parts else _plain(msgid)


def counted(n: int, one: str, many: str, /, **parts: Any) -> Phrase:
    """A sentence in the singular or the plural by `n`, which it may name as `{n}`."""
    return Phrase(one, many, n=n, **parts)


def in_language(text: str, language: Language) -> str:
    """A phrase translated; any other string as it is, for it came from a person or a record."""
    return text.into(language) if isinstance(text, Phrase) else text


@lru_cache(4096)
def date_text(day: date, language: Language) -> str:
    """A date as the language writes it: 2 May 1982 in English (UK), May 2, 1982 in (US)."""
    from babel.dates import format_date

    pattern = "d MMM y" if language is Language.ENGLISH_UK else "medium"
    return format_date(day, pattern, locale=language.locale)


def _filled(text: str, parts: dict[str, Any], language: Language) -> str:
    if not parts:
        return text
    return text.format_map({name: _part(value, language) for name, value in parts.items()})


def _part(value: object, language: Language) -> object:
    if isinstance(value, str):
        return in_language(value, language)
    if isinstance(value, tuple):
        return ", ".join(in_language(one, language) for one in value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return date_text(value, language)
    return value


@cache
def _plain(msgid: str) -> Phrase:
    """One of the program's own sentences, made once."""
    return Phrase(msgid)


@cache
def _translated(msgid: str, language: Language) -> str:
    return _catalogue(language).gettext(msgid)


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    return gettext.translation("results", LOCALES, languages=[language.locale], fallback=True)


def _remake(msgid: str, plural: str | None, parts: dict[str, Any]) -> Phrase:
    return Phrase(msgid, plural, **parts)
