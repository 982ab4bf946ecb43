"""How long a cold `results-bot run "verify …"` takes: a process, a look-up, an audit row.

Whether compiled bytecode lies beside the sources is the installation's affair, and worth half of
the time, so the bench keeps its own, written by the first, untimed start. What may fail is the
ratio to the import that we cannot do without; the seconds double while others use the machine.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bench.timing import Contender, Row, compare, options, report

NUMBER = "25GB000595ZOLJS03G"
PERSON = "ann@uni.example"
LIMIT_SECONDS = 0.7
ROUNDS = 7
COMMAND = (sys.executable, "-m", "console.main")
VERIFY = (*COMMAND, "run", "--as", PERSON, f"verify {NUMBER}")
SET_UP = (
    ("init",),
    ("org", "add", "Exeter", "--account-name", "University of Exeter", "--address", "Exeter"),
    ("admin", "add", "Exeter", "--first", "Ann", "--family", "Bell", "--email", PERSON),
)


def main(argv: Sequence[str]) -> None:
    chosen = options(argv, records=1)
    with tempfile.TemporaryDirectory() as folder:
        environment = _environment(Path(folder))
        start = partial(_start, environment)
        for words in SET_UP:
            start((*COMMAND, *words))
        assert start(VERIFY).startswith("No match found.")
        measured = compare(
            {
                "bare": Contender(partial(start, (sys.executable, "-c", "pass"))),
                "sqlmodel": Contender(partial(start, (sys.executable, "-c", "import sqlmodel"))),
                "verify": Contender(partial(start, VERIFY)),
            },
            rounds=max(chosen.rounds, ROUNDS),
            fresh=False,
        )
    seconds = {name: one.seconds for name, one in measured.items()}
    report(
        "cold start of the command line",
        [
            Row("python -c pass", f"{seconds['bare']:.3f} s"),
            Row("python -c 'import sqlmodel'", f"{seconds['sqlmodel']:.3f} s"),
            Row(
                "results-bot run 'verify …', of that import",
                f"{seconds['verify']:.3f} s",
                ratio=seconds["sqlmodel"] / seconds["verify"],
                least=0.5,
                aim=0.65,
            ),
            Row(
                f"the same, of {LIMIT_SECONDS} s on a machine at rest",
                f"{seconds['verify']:.3f} s",
                ratio=LIMIT_SECONDS / seconds["verify"],
                aim=1.0,
            ),
        ],
    )


def _environment(folder: Path) -> Sequence[str]:
    return (
        "env",
        "--unset=PYTHONDONTWRITEBYTECODE",
        f"PYTHONPATH={Path(__file__).parent.parent}",
        f"PYTHONPYCACHEPREFIX={folder / 'bytecode'}",
        f"RESULTS_DATABASE_URL=sqlite:///{folder / 'results.db'}",
    )


def _start(environment: Sequence[str], command: Sequence[str]) -> str:
    done = subprocess.run([*environment, *command], check=True, capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1:])
