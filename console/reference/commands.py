"""docs/commands.md: the one grammar of every surface."""

from __future__ import annotations

from core.commands.grammar import usage_of
from core.commands.registry import Command, every_command

HEAD = """# Commands

The one grammar of every surface. Here it is typed as `results-bot run --as EMAIL "LINE"`.
Command words, formats and TRF numbers do not mind case; names keep theirs. Quotes group words,
straight or curly. `key=value` options may stand anywhere after the command.

This page is made from the registry by `make docs`.
"""


def commands_page() -> str:
    """A section for each."""
    return HEAD + "".join(_command(one) for _, one in sorted(every_command().items()))


def _command(one: Command) -> str:
    lines = [f"\n## {one.name}\n", f"`{usage_of(one)}`\n", str(one.summary)]
    if one.administrator:
        lines[-1] += " For administrators."
    if one.examples:
        lines += ["", "```", *one.examples, "```"]
    return "\n".join(lines) + "\n"
