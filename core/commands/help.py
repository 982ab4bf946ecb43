"""`help [COMMAND]`, made from the registry and the actor's role."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlmodel import Session

from core.actors import Actor
from core.commands.grammar import usage_of
from core.commands.registry import Command, command, every_command
from core.phrases import Phrase
from core.refusals import missing
from core.terms import Role


@dataclass(frozen=True, slots=True)
class HelpEntry:
    """One command: how to type it and what it does."""

    name: str
    usage: str
    summary: Phrase
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HelpPage:
    """The commands this person may use, or the one that was asked for."""

    entries: tuple[HelpEntry, ...]

    def document(self) -> dict[str, Any]:
        """A list of commands with usage, summary and examples."""
        return {
            "commands": [
                {
                    "name": entry.name,
                    "usage": entry.usage,
                    "summary": entry.summary,
                    "examples": list(entry.examples),
                }
                for entry in self.entries
            ]
        }


@command("help", examples=["help", "help verify"])
def help_page(session: Session, actor: Actor, topic: list[str] | None = None) -> HelpPage:  # noqa: ARG001  every command takes a session
    """Show what you can type here."""
    allowed = [one for one in every_command().values() if _may_use(actor, one)]
    if not topic:
        return HelpPage(tuple(_entry(one) for one in allowed))
    name = " ".join(topic).lower()
    found = [one for one in allowed if one.name == name or one.name.startswith(f"{name} ")]
    if not found:
        raise missing(
            "no_such_command",
            "There is no command {name} for you. Did you mean `{near}`?",
            name=name,
            near=_nearest(name, allowed),
        )
    return HelpPage(tuple(_entry(one) for one in found))


def _nearest(name: str, allowed: list[Command]) -> str:
    near = get_close_matches(name, [one.name for one in allowed], n=1)
    return f"help {near[0]}" if near else "help"


def _may_use(actor: Actor, one: Command) -> bool:
    return actor.role is Role.ADMINISTRATOR or not one.administrator


def _entry(one: Command) -> HelpEntry:
    return HelpEntry(one.name, usage_of(one), one.summary, one.examples)
