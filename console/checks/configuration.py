"""Settings that could be read and are nevertheless not what was meant."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values

from console.checks.finding import Finding, failure, off, ok, warning
from core.refusals import Refusal
from core.sealing import Seal
from core.settings import Settings

ENV_FILE = Path(".env")
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def settings(found: Settings) -> Iterator[Finding]:
    """The environment, the file that it may come from, and the key that seals."""
    if found.env == "production":
        yield ok("settings", "All could be read; the environment is production.")
    else:
        yield warning(
            "settings",
            f"The environment is {found.env}, which is not for real results.",
            "Set RESULTS_ENV=production, or unset it.",
        )
    if found.now is not None:
        yield warning("clock", f"It is frozen at {found.now:%Y-%m-%d %H:%M}.", "Unset RESULTS_NOW.")
    yield from _env_file()
    yield from _key(found)


def _env_file() -> Iterator[Finding]:
    if not ENV_FILE.is_file():
        return
    if ENV_FILE.stat().st_mode & OTHERS:
        yield warning("settings", "Others on this machine can read .env.", "Run `chmod 600 .env`.")
    names = {f"RESULTS_{name.upper()}" for name in Settings.model_fields}
    for name in dotenv_values(ENV_FILE):
        if name.upper().startswith("RESULTS_") and name.upper() not in names:
            near = get_close_matches(name.upper(), names, n=1)
            meant = f"Did you mean {near[0]}? " if near else ""
            yield failure(
                "settings",
                f".env sets {name}, which is no setting.",
                f"{meant}docs/settings.md has them all.",
            )


def _key(found: Settings) -> Iterator[Finding]:
    if found.secret_key is None:
        yield off(
            "secret key", "None: zip passphrases and workspaces that install themselves need one."
        )
        return
    try:
        Seal(found.secret_key.get_secret_value())
    except Refusal as no:
        yield failure("secret key", no.message, "Keep it apart from the database and its backups.")
    else:
        yield ok("secret key", "It can seal.")
