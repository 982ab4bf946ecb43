"""Write the reference pages into the folder named on the command line; `make docs` does."""

from __future__ import annotations

import sys
from pathlib import Path

from console.reference.command_line import command_line_page
from console.reference.commands import commands_page
from console.reference.rest import rest_page
from console.reference.settings import settings_page

PAGES = {
    "commands.md": commands_page,
    "command-line.md": command_line_page,
    "rest.md": rest_page,
    "settings.md": settings_page,
}


def main() -> None:
    """Write them all."""
    for name, page in PAGES.items():
        (Path(sys.argv[1]) / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
