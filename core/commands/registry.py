"""One grammar for every surface: commands as plain functions, described by their signatures.

A command takes `session` and `actor`, then its words, then its `key=value` options as
keyword-only parameters. Three keyword-only names are no options but what the surface hands
over: `now`, `settings` and `attachments`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib import import_module
from typing import Any, Protocol, TypeVar, get_args, get_origin, get_type_hints

from core.phrases import Phrase, say

F = TypeVar("F", bound=Callable[..., Any])

TOPICS = {
    "verify": "verification",
    "watch": "verification",
    "unwatch": "verification",
    "report": "verification",
    "results": "downloads",
    "download": "downloads",
    "history": "downloads",
    "redownload": "downloads",
    "templates": "templates",
    "users": "users",
    "notifications": "preferences",
    "settings": "preferences",
    "link": "links",
    "links": "links",
    "unlink": "links",
    "channel": "links",
    "attachments": "mail",
    "passphrase": "mail",
    "revoke": "mail",
    "account": "account",
    "month": "months",
    "queue": "queue",
    "help": "help",
}
"""The module beside this one in which the commands of a first word are, in the order of `help`.
It is imported when it is needed: a start of the command line pays for one topic only."""

HANDED_OVER = frozenset({"now", "settings", "attachments"})


class Answer(Protocol):
    """What a command gives back: a frozen model that each surface renders by its type."""

    def document(self) -> dict[str, Any]:
        """The answer as the JSON document that CONTRACT.md promises."""
        ...


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with the command."""

    filename: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Word:
    """One thing to type: a positional word, or an option if `is_option`."""

    name: str
    annotation: Any
    is_option: bool
    required: bool
    many: bool


@dataclass(frozen=True)
class Command:
    """A registered command; `call` is the plain function, `handed` what it wants from us.

    What is typed after the name of a `secret` one is repeated to nobody and not taken by mail.
    """

    name: str
    call: Callable[..., Answer]
    summary: Phrase
    words: tuple[Word, ...]
    handed: frozenset[str]
    administrator: bool
    examples: tuple[str, ...] = field(default=())
    secret: bool = False

    @property
    def topic(self) -> str:
        """The module that holds it; surfaces keep its answers' renderings under the same name."""
        return self.call.__module__.rpartition(".")[2]

    @cached_property
    def positionals(self) -> list[Word]:
        """The words that are typed in order."""
        return [word for word in self.words if not word.is_option]

    @cached_property
    def options(self) -> dict[str, Word]:
        """The words that are typed as key=value."""
        return {word.name: word for word in self.words if word.is_option}


_REGISTRY: dict[str, Command] = {}


def find_command(name: str) -> Command | None:
    """The command of this name, if there is one."""
    topic = TOPICS.get(name.partition(" ")[0])
    if topic is not None:
        _load(topic)
    return _REGISTRY.get(name)


@cache
def _load(topic: str) -> None:
    import_module(f"core.commands.{topic}")


def secret_in(line: str) -> Command | None:
    """The command of a line whose words are a secret, whatever may be wrong with them."""
    name, *words = line.split(maxsplit=1) or [""]
    found = find_command(name.lower()) if words else None
    return found if found is not None and found.secret else None


def every_command() -> Mapping[str, Command]:
    """All commands by name."""
    for topic in TOPICS.values():
        _load(topic)
    first_words = list(TOPICS)
    return {
        name: _REGISTRY[name]
        for name in sorted(_REGISTRY, key=lambda one: first_words.index(one.partition(" ")[0]))
    }


def command(
    name: str, *, administrator: bool = False, secret: bool = False, examples: Sequence[str] = ()
) -> Callable[[F], F]:
    """Register a function under one or more words; the function itself stays as it was."""

    def register(call: F) -> F:
        if name in _REGISTRY:
            raise ValueError(name)
        described = _described(name, call, administrator, tuple(examples))
        _REGISTRY[name] = replace(described, secret=secret)
        return call

    return register


def _described(
    name: str, call: Callable[..., Any], administrator: bool, examples: tuple[str, ...]
) -> Command:
    hints = get_type_hints(call)
    parameters = list(inspect.signature(call).parameters.values())
    if [parameter.name for parameter in parameters[:2]] != ["session", "actor"]:
        raise TypeError(name, "takes session and actor first")
    typed = [one for one in parameters[2:] if one.name not in HANDED_OVER]
    return Command(
        name=name,
        call=call,
        summary=say((inspect.getdoc(call) or "").partition("\n")[0]),
        words=tuple(_word(one, hints[one.name]) for one in typed),
        handed=frozenset(one.name for one in parameters) & HANDED_OVER,
        administrator=administrator,
        examples=examples,
    )


def _word(parameter: inspect.Parameter, annotation: Any) -> Word:
    given = _given(annotation)
    many = get_origin(given) is list
    return Word(
        name=parameter.name,
        annotation=get_args(given)[0] if many else given,
        is_option=parameter.kind is parameter.KEYWORD_ONLY,
        required=parameter.default is parameter.empty,
        many=many,
    )


def _given(annotation: Any) -> Any:
    """`X` of `X | None`: an option left out is None and is never converted."""
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    return kinds[0] if kinds and type(None) in get_args(annotation) else annotation
