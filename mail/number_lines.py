"""Lines with Test Report Form numbers: bare ones, rows of a pasted table, questions about them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ASKED_WORDS = """
about band bands bitte de favor merci por pr\u00fcfen result results s score scores still
\u00fcberpr\u00fcfen verificar v\u00e9rifier what who
are authentic authenticity belong belongs check confirm correct fake form forms genuine if is issued
legit look lookup no nr number numbers of official one ones please real report right test trf trfs
up valid validate validity verification verify was whether &
"""
_ASKED = frozenset(_ASKED_WORDS.split())
_WATCHES = frozenset({"notify", "tell", "know", "alert", "inform"})
_WATCHED_WORDS = """
appears arrives available becomes comes here in is know let of result there when once
"""
_WATCHED = frozenset(_WATCHED_WORDS.split())
_NUMBER = re.compile(r"\d{2}[A-Za-z]{2}[0-9A-Za-z]{10,16}\Z")
_USUAL_NUMBER = re.compile(r"\d{2}[A-Za-z]{2}\d{6}[A-Za-z]{4}[0-9A-Za-z]{3}[AGag]\Z")
_SEPARATORS = re.compile(r"[\s,;|/]+")
_AROUND = "'\"<>()[].:?!*_#-\u2022\u2013\u2014\u201c\u201d\u2018\u2019\u00b7"
_OF_A_ROW = re.compile(r"[\d.,/:-]+\Z|[^\W\d_][^\s@=]*\Z")
MOST_IN_A_ROW, MOST_NAMES, MOST_GROUPS, MOST_ASKED = 12, 6, 7, 10
_NAMED = re.compile(r"\b(?:belongs? to|issued to|is from|from|for|of)\b", re.IGNORECASE)
_REPORT = re.compile(
    r"report\s+(?:(?:the|form|trf|number|no\.?)\s+)*(.*)\Z", re.IGNORECASE | re.DOTALL
)
LONGEST_COMMENT = 2000


def is_trf_like(word: str) -> bool:
    """Whether a word can be meant as a TRF number and as nothing else."""
    return _NUMBER.match(word) is not None


def about_numbers(word: str) -> bool:
    """Whether it is a word that is asked about numbers with."""
    return word in _ASKED


def bare_words(line: str) -> list[str]:
    """Words without what stands around them."""
    return [word for one in _SEPARATORS.split(line) if (word := one.strip(_AROUND))]


def numbers_of(line: str) -> list[str]:
    """The numbers of a line that holds nothing else, also one that was typed in groups."""
    words = bare_words(line)
    if words and all(map(is_trf_like, words)):
        return words
    whole = "".join(words).replace("-", "")
    return [whole] if [whole] != words and _USUAL_NUMBER.match(whole) else []


def number_of_row(line: str) -> list[str]:
    """The number of a table's row: first or last in it, among names, bands and dates."""
    words = bare_words(line)
    numbers = [word for word in words if is_trf_like(word)]
    others = [word for word in words if not is_trf_like(word)]
    if len(numbers) != 1 or numbers[0] not in {words[0], words[-1]}:
        return []
    is_row = 0 < len(others) <= MOST_IN_A_ROW and all(map(_is_cell, others))
    return numbers if is_row else []


def _is_cell(word: str) -> bool:
    """A name, a band, a date: `Zola`, `8.0`, `2025-07-08`."""
    if word.lower() in _ASKED or not _OF_A_ROW.match(word):
        return False
    return not word[0].islower()


def looked_up(
    typed: str, words: list[str], courtesies: Iterable[str], *, is_question: bool
) -> str | None:
    """`verify …` for words that ask about numbers, and for `check the attached list`.

    Names behind one number are what its copy shows: `verify A Jane Zola`.
    """
    named = words[1:] if words[0].lower() == "verify" else words
    if grouped := numbers_of(" ".join(named)):
        return f"verify {' '.join(grouped)}"
    numbers = [word for word in words if is_trf_like(word)]
    about = [word for word in words if not is_trf_like(word)]
    low = [word.lower() for word in about]
    if len(numbers) == 1 and (
        one := _watching(low, numbers[0], courtesies) or _with_name(typed, words, numbers)
    ):
        return one
    asks_so = is_question and bool(numbers) and len(low) <= MOST_ASKED
    if asks_so or all(word in _ASKED or word in courtesies for word in low):
        asks = low and low[0] in {"verify", "check", "validate", "confirm"}
        return " ".join(["verify", *numbers]) if numbers or asks else None
    return None


def _watching(low: list[str], number: str, courtesies: Iterable[str]) -> str | None:
    """`tell me when A appears`, `stop watching A`."""
    if low[:2] == ["stop", "watching"] and all(word in courtesies for word in low[2:]):
        return f"unwatch {number}"
    known = _WATCHES | _WATCHED
    asks = bool(_WATCHES & set(low)) and bool({"when", "once"} & set(low))
    return f"watch {number}" if asks and all(w in known or w in courtesies for w in low) else None


def _with_name(typed: str, words: list[str], numbers: list[str]) -> str | None:
    if words[0].lower() not in {"verify", "check"} or len(numbers) != 1:
        return None
    behind = _NAMED.sub(" ", typed.partition(numbers[0])[2], count=1).strip(" ,:-?.")
    name = behind.split()
    is_name = 0 < len(name) <= MOST_NAMES and all(map(_is_name, name))
    return f'verify {numbers[0]} name="{" ".join(name)}"' if is_name else None


def _is_name(word: str) -> bool:
    return word[0].isupper() and all(one.isalpha() or one in "-'\u2019" for one in word)


def reported(typed: str) -> str | None:
    """`report A`, and what is written behind it as the comment on it."""
    found = _REPORT.match(typed)
    words = found[1].split() if found else []
    for n in range(1, min(len(words), MOST_GROUPS) + 1):
        if number := numbers_of(" ".join(words[:n])):
            said = " ".join(words[n:]).lstrip(" ,;:.-\u2013\u2014")
            return with_comment(f"report {number[0]}", said)
    return None


def with_comment(report: str, said: str) -> str:
    """A report with more said about it."""
    line, _, before = report.partition(' "')
    before = before.removesuffix('"')
    stop = "." if before and before[-1] not in ".!?" else ""
    text = " ".join(f"{before}{stop} {_unquoted(said)}".split())[:LONGEST_COMMENT]
    return f'{line} "{text}"' if text else line


def _unquoted(said: str) -> str:
    """Any quotation mark would end the comment (core.commands.grammar)."""
    return re.sub('["\u201c\u201d\u201e\u00ab\u00bb]', "'", said)
