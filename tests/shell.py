"""A shell in which `results-bot` starts at once: forked from a process that has imported it.

What is typed goes through bash as it stands; only the program's own start is saved, which would be
most of the time.
"""

import os
import subprocess
import sys
import threading
from multiprocessing import get_context
from pathlib import Path

END = "@@ end of a command @@"
PRELOADED = [
    "alembic.command",
    "console.main",
    "core.commands.run",
    "core.engine_dbos",
    "core.intake.load",
    "core.users",
]
FUNCTION = """
results-bot() {
    printf '%s\\0' "$PWD" "$@" > "$PIPES/asked"
    cat "$PIPES/said"
    return "$(cat "$PIPES/code")"
}
"""


def type_all(commands: list[str], folder: Path) -> list[str]:
    """What each said, all typed into one shell; AssertionError for the first that fails."""
    pipes = folder / ".pipes"
    pipes.mkdir()
    for name in ("asked", "said", "code"):
        os.mkfifo(pipes / name)
    asked = threading.Thread(target=_answer, args=(pipes,), daemon=True)
    asked.start()
    script = FUNCTION + "".join(f"{command}\necho '{END}'\n" for command in commands)
    done = subprocess.run(
        ["bash", "-e"],
        input=script,
        cwd=folder,
        env=os.environ | {"PIPES": str(pipes)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    (pipes / "asked").write_bytes(b"")
    asked.join(10)
    assert done.returncode == 0, done.stdout
    return done.stdout.split(f"{END}\n")[:-1]


def _answer(pipes: Path) -> None:
    """Run what is asked for, until nothing is."""
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    while asked := (pipes / "asked").read_bytes():
        folder, *words = (word.decode() for word in asked.split(b"\0")[:-1])
        child = context.Process(target=_run, args=(folder, words, pipes / "said"))
        child.start()
        child.join()
        (pipes / "code").write_text(str(child.exitcode))


def _run(folder: str, words: list[str], said: Path) -> None:
    """As the program is run; its exit code is the process's."""
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith("RESULTS_")]:
        del os.environ[name]
    sys.argv = ["results-bot", *words]

    from console.main import main

    with said.open("w", encoding="utf-8", buffering=1) as sys.stdout:
        sys.stderr = sys.stdout
        main()
