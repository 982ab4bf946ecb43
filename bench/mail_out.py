"""Digests built and sent on one connection, beside plain strings, EmailMessage and smtplib.

The receiver is a process of its own that only counts. Ours also commits a reply address for each
mail before it leaves; its database is in memory where there is a place for that, since building
and sending are compared here, and the floor writes to no disk.
"""

import asyncio
import multiprocessing
import smtplib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from html import escape
from multiprocessing.connection import Connection
from pathlib import Path

from pydantic import SecretStr

from bench.timing import Contender, Measured, Row, compare, options, report
from core.database import Database, migrate
from core.enrolment import enrol
from core.notices import AttachedFile, Digest
from core.organisations import add_organisation, organisation_named
from core.records import Record
from core.settings import Settings
from core.terms import Frequency, Language, Role, Service
from core.transports import Message, Recipient
from mail.transport import MailTransport, mail_transport

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
MAILS = 200
ROWS = 20
FILE_BYTES = 50_000
MEMORY = Path("/dev/shm")
SPAWN = multiprocessing.get_context("spawn")


def main(argv: Sequence[str]) -> None:
    """Mails a second, each with a file of its own and all with the same."""
    rounds = options(argv, records=0).rounds
    here, there = SPAWN.Pipe()
    sink = SPAWN.Process(target=_sink, args=(there,), daemon=True)
    sink.start()
    port = here.recv()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        rows = list(_rows(port, f"sqlite:///{Path(folder, 'mail.db')}", rounds))
    here.send("stop")
    assert here.recv() == MAILS * rounds * 3
    sink.join()
    report("mail out, 70 kB, built and sent on one connection", rows)


def _rows(port: int, url: str, rounds: int) -> Iterator[Row]:
    database, user_id = _database(url)
    settings = Settings(smtp_url=SecretStr(f"smtp://127.0.0.1:{port}"), smtp_tls="off")
    transport = mail_transport(settings, database, lambda: NOW)
    measured = compare(
        {
            "floor": Contender(partial(_floor, port)),
            "unique": Contender(partial(_ours, transport, user_id, shared=False)),
            "shared": Contender(partial(_ours, transport, user_id, shared=True)),
        },
        rounds=rounds,
        fresh=False,
    )
    transport.close()
    database.close()
    floor = measured["floor"]
    yield Row("EmailMessage and smtplib", _speed(floor))
    unique, shared = measured["unique"], measured["shared"]
    yield Row("a file each", _speed(unique), unique.speed_to(floor), least=0.6, aim=1.5)
    yield Row("one file for all", _speed(shared), shared.speed_to(floor), least=1.2, aim=3)


def _floor(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for n in range(MAILS):
            mail = EmailMessage()
            mail["From"], mail["To"] = "results@results.localhost", "ann@uni.example"
            mail["Subject"] = "20 new IELTS results"
            mail.set_content(_text())
            mail.add_alternative(_html(), subtype="html")
            mail.add_attachment(_data(n), maintype="text", subtype="csv", filename="results.csv")
            client.sendmail("results@results.localhost", "ann@uni.example", mail.as_bytes())


def _text() -> str:
    lines = "\n".join(f"{one.trf_number} {one.family_name}" for one in RECORDS)
    return f"Dear Ann,\n\n{lines}\n"


def _html() -> str:
    rows = "".join(
        f"<tr><td>{escape(one.trf_number)}</td><td>{escape(one.family_name)}</td></tr>"
        for one in RECORDS
    )
    return f"<html><body><p>Dear Ann,</p><table>{rows}</table></body></html>"


def _ours(transport: MailTransport, user_id: int, *, shared: bool) -> None:
    same = _digest(0)
    for n in range(MAILS):
        transport.send(_message(same if shared else _digest(n), user_id, n))


def _digest(n: int) -> Digest:
    file = AttachedFile("results.csv", "text/csv", _data(n))
    return Digest(Frequency.DAILY, ROWS, RECORDS, "Standard", file, None, ROWS)


def _data(n: int) -> bytes:
    return (f"{n:06}," + "x" * 40 + "\r\n").encode() * (FILE_BYTES // 49)


def _message(digest: Digest, user_id: int, n: int) -> Message:
    to = Recipient(
        user_id, 1, "Exeter", "Ann Bell", "Ann", "ann@uni.example", Language.ENGLISH_UK, "UTC"
    )
    return Message(f"digest:{n}", Digest.KIND, "smtp", 1, to, digest)


def _record(n: int) -> Record:
    bands = (17, 16, 15, 15, 16)
    return Record(
        n, f"25GB{n:06}ZOLJS03G", "ZOLA", "JANE", "1982-05-02", "F", "jane@mail.example", "G",
        f"{n:06}", "GBS03", "2025-07-08", *bands, "RELEASED",
    )  # fmt: skip


RECORDS = tuple(map(_record, range(ROWS)))


def _database(url: str) -> tuple[Database, int]:
    migrate(url)
    database = Database(url)
    with database.transaction() as session:
        add_organisation(
            session,
            name="Exeter",
            account_name="Exeter",
            address="Exeter",
            service=Service.E_DELIVERY,
            now=NOW,
        )
        organisation = organisation_named(session, "Exeter")
        user = enrol(
            session,
            organisation,
            first="Ann",
            family="Bell",
            email="ann@uni.example",
            role=Role.USER,
            now=NOW,
        )
        return database, user.id or 0


class _Counting(asyncio.Protocol):
    """As little of an SMTP server as a client needs."""

    mails = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._tail, self._in_data = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        if self._in_data:
            self._tail = (self._tail + data)[-5:]
            if self._tail == b"\r\n.\r\n":
                type(self).mails += 1
                self._in_data, self._tail = False, b""
                self._transport.write(b"250 OK\r\n")
            return
        self._in_data = data[:4].lower() == b"data"
        answer = {b"data": b"354 go", b"quit": b"221 bye"}.get(data[:4].lower(), b"250 OK")
        self._transport.write(answer + b"\r\n")


def _sink(pipe: Connection) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_Counting, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(pipe.recv)
        pipe.send(_Counting.mails)

    asyncio.run(serve())


def _speed(measured: Measured) -> str:
    return f"{MAILS / measured.seconds:,.0f} mails/s"


if __name__ == "__main__":
    main(sys.argv[1:])
