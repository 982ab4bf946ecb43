"""The program as an operator runs it: a process of its own, with a database of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Terminal:
    """A folder and a database; `now` freezes the clock of every command."""

    folder: Path
    database_url: str
    now: str = "2026-11-25T09:00:00Z"

    def type(self, *words: str, exits: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "console.main", *words],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == exits, (done.returncode, done.stdout, done.stderr)
        return done

    def json(self, *words: str, exits: int = 0) -> dict:
        return json.loads(self.type(*words, "--json", exits=exits).stdout)

    def run(self, line: str, *, email: str = "ann@uni.example", exits: int = 0) -> dict:
        return self.json("run", "--as", email, line, exits=exits)

    def serve(self, *parts: str) -> subprocess.Popen[str]:
        """The service in the background, by the real clock; what it says is in the file `log`.

        A pipe that nobody empties would fill, and stop the service in the middle of a line.
        """
        environment = self.environment()
        del environment["RESULTS_NOW"]
        path = self.folder / f"serve-{len(list(self.folder.glob('serve-*.log')))}.log"
        with path.open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "console.main", "serve", *parts],
                cwd=self.folder,
                env=environment,
                stderr=log,
                text=True,
            )
        process.log = path
        return process

    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if "RESULTS_" not in name},
            "PYTHONUNBUFFERED": "1",
            "RESULTS_DATABASE_URL": self.database_url,
            "RESULTS_ENV": "test",
            "RESULTS_NOW": self.now,
        }
