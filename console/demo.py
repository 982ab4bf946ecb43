"""`make demo`: the program on invented results, in a folder of its own, and what to try next.

A first version: Slack, the mailbox and the addresses that are served come with their doors.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

FOLDER = Path("var/demo")
ANN = "ann@uni.example"
RECORDS = 500
SAMPLE = "results.csv"
ENVIRONMENT = "RESULTS_ENV=demo\nRESULTS_DATABASE_URL=sqlite:///results.db\n"


def main() -> None:
    """Set the demo up if it is not there yet, then show one thing after the other."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not (FOLDER / "results.db").exists():
        _set_up()
    number = (FOLDER / SAMPLE).read_text(encoding="utf-8").splitlines()[2].split(",")[-1]
    _shown("run", f'verify {number} overall=6.5 name="Anyone Else"')
    _shown("run", "verify 17GB000595ZOLJY03G")
    _shown("run", "results")
    _shown("run", "download csv")
    _say_what_next(number)


def _set_up() -> None:
    (FOLDER / ".env").write_text(ENVIRONMENT, encoding="utf-8")
    _quietly("init")
    _quietly(
        "org",
        "add",
        "Exeter",
        "--account-name=University of Exeter, Admissions",
        "--address=Northcote House|Exeter EX4 4QJ|United Kingdom",
    )
    _quietly("admin", "add", "Exeter", "--first=Ann", "--family=Bell", f"--email={ANN}")
    _quietly("sample", "--records", str(RECORDS), "--out", SAMPLE)
    _shown("ingest", SAMPLE, "--org", "Exeter")


def _shown(command: str, *arguments: str) -> None:
    """Print the command as one would type it, then what it answers."""
    person = ["--as", ANN] if command == "run" else []
    words = [command, *person, *arguments]
    print(f"\n$ results-bot {shlex.join(words)}", flush=True)
    _results_bot(words, quiet=False)


def _quietly(*words: str) -> None:
    _results_bot(list(words), quiet=True)


def _results_bot(words: list[str], *, quiet: bool) -> None:
    """Run in the demo's folder, whose `.env` names its database."""
    subprocess.run(  # noqa: S603  our own program, with our own words
        [sys.executable, "-m", "console.main", *words],
        check=True,
        cwd=FOLDER,
        stderr=subprocess.DEVNULL if quiet else None,
        stdout=subprocess.DEVNULL if quiet else None,
    )


def _say_what_next(number: str) -> None:
    program = f"results-bot run --as {ANN}"
    print(
        f"\nThe database, the sample and the download are in {FOLDER}/. Go there and try:\n\n"
        f"  cd {FOLDER} && export PATH=../../.venv/bin:$PATH\n"
        f"  {program} 'verify {number}'\n"
        f"  {program} 'templates create Mine format=xml dates=dd/mm/yyyy "
        "fields=trfNumber,familyName,overallBandScore default=yes'\n"
        f"  {program} 'redownload 1 template=Mine'\n\n"
        "`help` in place of a command lists them all. No address is served yet: this release is "
        "the core and the command line."
    )


if __name__ == "__main__":
    main()
