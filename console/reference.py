"""Write the reference pages that are made from the code: commands and settings.

`make docs` runs it; a test fails while a page and the code disagree.
"""

from __future__ import annotations

import sys
from pathlib import Path

from core.commands.grammar import usage_of
from core.commands.registry import Command, every_command
from core.settings import Settings

COMMANDS_HEAD = """# Commands

The one grammar of every surface. Here it is typed as `results-bot run --as EMAIL "LINE"`.
Command words, formats and TRF numbers do not mind case; names keep theirs. Quotes group words,
straight or curly. `key=value` options may stand anywhere after the command.

This page is made from the registry by `make docs`.
"""

SETTINGS_HEAD = """# Settings

Read from the environment, or from a file `.env` in the folder where the program is started.
A setting that cannot be read stops the program and is named.

This page is made from `core/settings.py` by `make docs`.

| variable | default | meaning |
| --- | --- | --- |
"""


def commands_page() -> str:
    """docs/commands.md."""
    return COMMANDS_HEAD + "".join(_command(one) for _, one in sorted(every_command().items()))


def settings_page() -> str:
    """docs/settings.md."""
    rows = (
        f"| `RESULTS_{name.upper()}` | {_default(field.default)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )
    return SETTINGS_HEAD + "".join(rows)


def _command(one: Command) -> str:
    lines = [f"\n## {one.name}\n", f"`{usage_of(one)}`\n", str(one.summary)]
    if one.administrator:
        lines[-1] += " For administrators."
    if one.examples:
        lines += ["", "```", *one.examples, "```"]
    return "\n".join(lines) + "\n"


def _default(value: object) -> str:
    return "none" if value is None else f"`{value}`"


def main() -> None:
    """Write both pages into the folder named on the command line."""
    folder = Path(sys.argv[1])
    (folder / "commands.md").write_text(commands_page(), encoding="utf-8")
    (folder / "settings.md").write_text(settings_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
