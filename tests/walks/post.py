"""Mail as people outside see it: letters appear in the outbox folder, theirs go in by SMTP."""

import email
import smtplib
import socket
import time
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP, default

from sqlmodel import select

from core.database import Database
from core.tables import Incoming
from tests.walks.terminal import Terminal

SECONDS = 40.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class PostOffice:
    """The service's mail, by process and socket; `terminal` is the operator's."""

    def __init__(self, folder, database_url: str, **settings: str) -> None:
        self.smtp_port, self.http_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        chosen = {
            "SMTP_LISTEN": f"127.0.0.1:{self.smtp_port}",
            "HTTP_PORT": str(self.http_port),
            "PUBLIC_URL": self.url,
        } | settings
        lines = "".join(f"RESULTS_{name}={value}\n" for name, value in chosen.items())
        (folder / ".env").write_text(lines)
        self.folder = folder
        self.terminal = Terminal(folder, database_url)
        self.database = Database(database_url)

    @contextmanager
    def serving(self, *parts: str):
        """The parts as a process, until the end, which must be a clean one."""
        process = self.terminal.serve(*parts)
        try:
            self.until(lambda: "Serving:" in process.log.read_text())
            yield process
            process.terminate()
            assert process.wait(40) == 0, process.log.read_text()
        finally:
            process.kill()
            process.wait()

    def letters(self, subject: str = "") -> list[EmailMessage]:
        """Everything that was sent, oldest first, whose subject has the words."""
        paths = (self.folder / "var/outbox").glob("*.eml")
        made = [read(path) for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns)]
        return [one for one in made if subject in one["Subject"]]

    def letter(self, subject: str) -> EmailMessage:
        """The newest with these words in its subject, as soon as there is one."""
        self.until(lambda: self.letters(subject))
        return self.letters(subject)[-1]

    def until(self, done) -> None:
        """Wait for it; what was logged says why it did not happen."""
        until(done, self.logs)

    def logs(self) -> list[str]:
        return [path.read_text()[-2000:] for path in self.folder.glob("serve-*.log")]

    def fates(self) -> list[str]:
        """What became of each mail that came in."""
        with self.database.reading() as session:
            return list(session.exec(select(Incoming.fate).order_by(Incoming.id)))

    def hand_in(self, mail: EmailMessage, to: str, sender: str | None = None) -> None:
        """By SMTP, as a relay would."""
        sender = sender or mail["From"].addresses[0].addr_spec
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as client:
            client.sendmail(sender, [to], mail.as_bytes(policy=SMTP))


def read(path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=default)


def until(done, why, seconds: float = SECONDS) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, why()
        time.sleep(0.05)
