"""The one parser: a line into words, words into a command and its values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from core.commands.converters import convert
from core.commands.registry import Command, Word, every_command, find_command
from core.refusals import Refusal, usage
from core.trf_numbers import TrfNumber, in_one

QUOTES = frozenset('"\u201c\u201d\u201e\u00ab\u00bb')
"""Any of them opens and any closes; phones and mail programs curl them as they like."""

LONGEST_LINE = 200_000
LONGEST_ECHO = 60
"""Of what somebody typed, when it is told back to them."""
ALIKE = 0.7
"""How much of a slip is still a command's name: a word of small talk is none."""
SHORTEST_BEGUN = 3
_BLANK = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `key` is '' for a plain one, and a quoted word is never an option or command."""

    key: str
    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command with its values by parameter name."""

    command: Command
    values: dict[str, Any]


def parse(line: str) -> Parsed:
    """Read one command line; raise Refusal naming what could not be understood."""
    if len(line) > LONGEST_LINE:
        raise usage("line_too_long", "That is too long for one command. Send a file instead.")
    tokens = tokens_of(line)
    command, rest = _command_of(tokens)
    return Parsed(command, _values(command, rest))


def tokens_of(line: str) -> list[Token]:
    """Split at blanks outside quotes; `key="two words"` is one token."""
    tokens: list[Token] = []
    position = 0
    while position < len(line):
        if line[position].isspace():
            position += 1
            continue
        token, position = _token(line, position)
        tokens.append(token)
    return tokens


def _token(line: str, start: int) -> tuple[Token, int]:
    key, at = _key(line, start)
    if at < len(line) and line[at] in QUOTES:
        text, after = _quoted(line, at)
        return Token(key, text, quoted=True), after
    blank = _BLANK.search(line, at)
    end = blank.start() if blank else len(line)
    return Token(key, line[at:end]), end


def _key(line: str, start: int) -> tuple[str, int]:
    end = start
    while end < len(line) and (line[end].isalpha() or line[end] == "_"):
        end += 1
    if end > start and line[end : end + 1] == "=":
        return line[start:end].lower(), end + 1
    return "", start


def _quoted(line: str, at: int) -> tuple[str, int]:
    end = at + 1
    while end < len(line) and line[end] not in QUOTES:
        end += 1
    if end == len(line):
        raise usage("quote_open", "A quote was opened and not closed: {rest}", rest=line[at:])
    return line[at + 1 : end], end + 1


def _command_of(tokens: list[Token]) -> tuple[Command, list[Token]]:
    """The longest command name that the words start with, and the tokens that are not its own."""
    words = [token for token in tokens if not token.key]
    for length in (2, 1):
        head = words[:length]
        name = " ".join(token.text.lower() for token in head)
        found = None if any(token.quoted for token in head) else find_command(name)
        if found is not None:
            return found, [token for token in tokens if not any(token is one for one in head)]
    raise _unknown([_as_typed(token) for token in words])


def _as_typed(token: Token) -> str:
    return f'"{token.text}"' if token.quoted else token.text.lower()


def _unknown(words: list[str]) -> Refusal:
    if not words:
        return usage("no_command", "No command was given. Try `help`.")
    names = every_command()
    words = [word if len(word) <= LONGEST_ECHO else f"{word[:LONGEST_ECHO]}…" for word in words]
    family = [name for name in names if name.startswith(f"{words[0]} ")]
    typed = " ".join(words[:2]) if family else words[0]
    near = _begun(typed, names) or get_close_matches(typed, family or names, n=1, cutoff=ALIKE)
    if near:
        return usage(
            "unknown_command",
            "There is no command {typed}. Did you mean `{near}`?",
            typed=typed,
            near=near[0],
        )
    return usage("unknown_command", "There is no command {typed}. `help` lists them.", typed=typed)


def _begun(typed: str, names: Iterable[str]) -> list[str]:
    """The command whose beginning was typed, as in `notif`."""
    return [name for name in names if len(typed) >= SHORTEST_BEGUN and name.startswith(typed)][:1]


def _values(command: Command, tokens: list[Token]) -> dict[str, Any]:
    options = command.options
    plain = [token for token in tokens if token.key not in options]
    typed = [token for token in tokens if token.key in options]
    values = _positional_values(command, _as_words(command, plain))
    for token in typed:
        if token.key in values:
            raise usage("given_twice", "{name} was given twice.", name=token.key)
        values[token.key] = convert(token.text, options[token.key].annotation, token.key)
    _require(command, values)
    return values


def _as_words(command: Command, tokens: list[Token]) -> list[str]:
    """Words in order; an unknown `key=` is refused rather than taken for a word."""
    for token in tokens:
        if token.key:
            raise _unknown_option(command, token.key)
    return [token.text for token in tokens]


def _unknown_option(command: Command, key: str) -> Refusal:
    near = get_close_matches(key, command.options, n=1)
    if near:
        return usage(
            "unknown_option",
            "`{command}` has no option {key}. Did you mean {near}?",
            command=command.name,
            key=key,
            near=near[0],
        )
    return usage(
        "unknown_option",
        "`{command}` has no option {key}. Usage: `{usage}`",
        command=command.name,
        key=key,
        usage=usage_of(command),
    )


def _positional_values(command: Command, words: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    rest = words
    for word in command.positionals:
        if word.many and rest:
            values[word.name] = _many(word, rest)
            rest = []
        elif rest:
            values[word.name] = convert(rest[0], word.annotation, word.name)
            rest = rest[1:]
    if rest:
        raise usage(
            "too_many_words",
            "{extra} was not expected. Usage: `{usage}`",
            extra=rest[0],
            usage=usage_of(command),
        )
    return values


def _many(word: Word, typed: list[str]) -> list[Any]:
    """Numbers may be pasted with commas or semicolons between them, and one with blanks in it."""
    if word.annotation is not TrfNumber:
        return [convert(one, word.annotation, word.name) for one in typed]
    words = [one for text in typed for one in _parted(text)] or typed
    found = [convert(one, word.annotation, word.name) for one in words]
    whole = in_one(found)
    return found if whole is None else [whole]


def _parted(text: str) -> list[str]:
    """A link with its label stays whole."""
    return [text] if text[:1] in {"<", "["} else [one for one in re.split("[,;]", text) if one]


def _require(command: Command, values: dict[str, Any]) -> None:
    for word in command.words:
        if word.required and word.name not in values:
            raise usage(
                "word_missing",
                "{name} is missing. Usage: `{usage}`",
                name=shown(word),
                usage=usage_of(command),
            )


def usage_of(command: Command) -> str:
    """How to type a command, made from its signature: `verify NUMBER… [name="…"]`."""
    return " ".join([command.name, *(_usage_word(word) for word in command.words)])


def shown(word: Word) -> str:
    """A word's name as usage lines write it."""
    return f"{word.name}=" if word.is_option else word.name.upper().removesuffix("S" * word.many)


def _usage_word(word: Word) -> str:
    choices = _choices(word)
    if word.is_option:
        typed = f"{word.name}={choices or _sketch(word)}"
    else:
        typed = choices or (shown(word) + "…" * word.many)
    return typed if word.required else f"[{typed}]"


def _choices(word: Word) -> str:
    if isinstance(word.annotation, type) and issubclass(word.annotation, str):
        return "|".join(
            choice.value for choice in getattr(word.annotation, "__members__", {}).values()
        )
    return "yes|no" if word.annotation is bool else ""


def _sketch(word: Word) -> str:
    return '"…"' if word.annotation is str else "…"
