"""Lay the documents' site out for zensical: `python -m console.site build/pages`.

The pages in the repository's root come in beside those of docs/, which mends the links between
them: `../SECURITY.md` in docs/ and `docs/mail.md` in the root both become neighbours.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

DOCS = Path("docs")
FROM_ROOT = ("SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")
UP = re.compile(rf"\]\(((?:\.\./)*)\.\./({'|'.join(FROM_ROOT)})")
DOWN = re.compile(rf"\]\({DOCS}/")


def lay_out(folder: Path) -> None:
    """Fill the folder anew."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS, folder)
    for page in folder.rglob("*.md"):
        page.write_text(UP.sub(r"](\1\2", page.read_text(encoding="utf-8")), encoding="utf-8")
    for name in FROM_ROOT:
        text = Path(name).read_text(encoding="utf-8")
        (folder / name).write_text(DOWN.sub("](", text), encoding="utf-8")


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]))
