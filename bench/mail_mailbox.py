"""A mailbox read in batches, beside the same message by message, and how soon a mail is answered.

The server is Dovecot where it is installed, else the one that tests use (pymap). Each round has a
server of its own, for a folder that has grown takes longer to move into.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlmodel import func, select

from bench.mail_commands import Desk
from bench.timing import Row, options, report
from core.database import Database, migrate
from core.settings import Settings
from core.tables import Incoming
from mail import imap
from mail.imap import PROCESSED, Mailbox
from tests.mail_programs.dovecot import Dovecot
from tests.mail_programs.programs import where
from tests.servers.imap import ImapServer

MAILS = 300
LONGEST = 1.5
"""Seconds from a mail's arrival to its answer; of these Dovecot itself waits half a second."""

BODY = "The quick brown fox jumps over the lazy dog and writes it down.\r\n" * 75


def main(argv: Sequence[str]) -> None:
    """The ratio of both."""
    rounds = options(argv, records=0).rounds
    by_one, in_batches = [], []
    for _ in range(rounds):
        by_one.append(_read(1))
        in_batches.append(_read(imap.BATCH))
    one, many = MAILS / median(by_one), MAILS / median(in_batches)
    waits = _answered(max(rounds, 3))
    rows = [
        Row("message by message", f"{one:,.0f} mails/s"),
        Row(f"in batches of {imap.BATCH}", f"{many:,.0f} mails/s", many / one, least=3, aim=10),
        Row("from arrival to answer", f"{median(waits):.2f} s", LONGEST / median(waits), least=1),
        Row("the longest", f"{max(waits):.2f} s"),
    ]
    report(f"a mailbox at {'Dovecot' if where('dovecot') else 'pymap'}", rows)


def _server() -> Dovecot | ImapServer:
    return Dovecot() if where("dovecot") else ImapServer()


def _url(server: Dovecot | ImapServer) -> str:
    return server.url() if isinstance(server, Dovecot) else server.url


def _read(batch: int) -> float:
    """Seconds until every mail is stored and moved."""
    with _server() as server, tempfile.TemporaryDirectory() as folder:
        server.append(*(_mail(n) for n in range(MAILS)))
        url = f"sqlite:///{Path(folder, 'mail.db')}"
        migrate(url)
        database, settings = Database(url), Settings(database_url=url)
        mailbox = Mailbox(settings, database, lambda: datetime.now(UTC), _url(server))
        usual, imap.BATCH = imap.BATCH, batch
        began = time.perf_counter()
        mailbox.start()
        _wait(lambda: server.count(PROCESSED) == MAILS)
        seconds = time.perf_counter() - began
        mailbox.stop(10)
        imap.BATCH = usual
        with database.reading() as session:
            assert session.exec(select(func.count()).select_from(Incoming)).one() == MAILS
        database.close()
    return seconds


def _answered(times: int) -> list[float]:
    """Seconds from each mail's arrival until its answer is a file, by the service as it runs."""
    with _server() as server, tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder, 'mail.db')}"
        migrate(url)
        desk, outbox = Desk(url), Path(folder, "outbox")
        with _serving(url, outbox, _url(server)):
            return [_wait_for_answer(server, desk, outbox, n) for n in range(times + 1)][1:]


def _wait_for_answer(
    server: Dovecot | ImapServer, desk: Desk, outbox: Path, answered: int
) -> float:
    server.append(_mail(answered, desk.address, "results\r\n"))
    began = time.perf_counter()
    _wait(lambda: len(list(outbox.glob("*.eml"))) > answered)
    seconds = time.perf_counter() - began
    time.sleep(1)  # until it waits again
    return seconds


@contextmanager
def _serving(url: str, outbox: Path, mailbox: str) -> Iterator[None]:
    settings = {
        "RESULTS_DATABASE_URL": url,
        "RESULTS_OUTBOX_DIR": str(outbox),
        "RESULTS_IMAP_URL": mailbox,
        "RESULTS_SMTP_LISTEN": "",
    }
    command = ["env", *(f"{name}={value}" for name, value in settings.items())]
    command += [sys.executable, "-m", "console.main", "serve", "mail", "worker"]
    with (outbox.parent / "log").open("w") as log:
        service = subprocess.Popen(command, stderr=log)
    try:
        yield
    finally:
        service.terminate()
        service.wait(30)


def _mail(n: int, to: str = "results@results.localhost", text: str = BODY) -> bytes:
    head = f"From: ann@uni.example\r\nTo: {to}\r\nMessage-ID: <{n}@uni.example>\r\n\r\n"
    return (head + text).encode()


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not done():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.01)


if __name__ == "__main__":
    main(sys.argv[1:])
