"""Mail as .eml files in a folder, while no SMTP is set: for the demo, for tests, and to look at."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4


class EmlFolder:
    """A carrier that keeps each mail as a file named by its Message-ID.

    A repetition replaces the file, as a mailbox would show a repeated mail once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def carry(self, sender: str, recipient: str, mail: bytes, message_id: str) -> str:  # noqa: ARG002  a carrier's
        """Write the file, whole or not at all; give its name."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{message_id.strip('<>')}.eml"
        part = path.with_name(f".{uuid4().hex}.part")
        with part.open("xb") as stream:
            stream.write(mail)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        return path.name

    def close(self) -> None:
        """Nothing is held open."""
