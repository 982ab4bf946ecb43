"""Postfix's test programs: smtp-source, which sends as fast as it can, and smtp-sink, which takes
whatever comes and answers as it is told."""

import email
import shutil
import subprocess
import tempfile
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from tests.mail_programs.programs import ended, program, started
from tests.scratch import scratch
from tests.servers.owners import owner_of
from tests.servers.ports import free_port


def sent_by_source(port: int, to: str, *options: str) -> subprocess.CompletedProcess:
    """What smtp-source says, once everything it sent has been answered."""
    command = [program("smtp-source"), "-f", "ann@uni.example", "-t", to, *options]
    return subprocess.run(
        [*command, f"inet:127.0.0.1:{port}"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


class Sink:
    """An smtp-sink; its options are in smtp-sink(1)."""

    def __init__(self, *options: str) -> None:
        smtp_sink = program("smtp-sink")
        self._folder = Path(tempfile.mkdtemp(prefix="sink-", dir=scratch()))
        self.port = free_port()
        command = [smtp_sink, "-d", f"{self._folder}/mail.", *options]
        log, owner = self._folder / "log", owner_of(self._folder)
        self._running = started([*command, f"127.0.0.1:{self.port}", "50"], self.port, log, owner)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def mails(self) -> list[EmailMessage]:
        """What it took. It writes the envelope above each as headers of its own: X-Mail-Args,
        X-Rcpt-Args, and X-Client-Addr and others."""
        paths = self._folder.glob("mail.*")
        return [email.message_from_bytes(path.read_bytes(), policy=default) for path in paths]

    def close(self) -> None:
        ended(self._running)
        shutil.rmtree(self._folder)
