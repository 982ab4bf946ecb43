"""Mail taken durably, beside a handler of aiosmtpd that throws everything away, on the same loop.

Client and server have a process each; the same client loads both servers in turn.
"""

import asyncio
import multiprocessing
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import uvloop
from aiosmtpd.smtp import SMTP
from sqlmodel import func, select

from bench.timing import Row, options, report
from core.database import Database, migrate
from core.settings import Settings
from core.tables import Incoming
from mail.service import MailPart

KB = 1000
HEAD = "From: ann@uni.example\r\nTo: results@results.localhost\r\nMessage-ID: <{n}@uni.example>\r\n"
LINE = "The quick brown fox jumps over the lazy dog and writes it down.\r\n"
SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Load:
    """So many mails of a size over so many sessions."""

    name: str
    mails: int
    size: int
    sessions: int
    least: float
    aim: float


LOADS = (
    Load("5 kB, 10 sessions", 3000, 5 * KB, 10, 0.5, 0.58),
    Load("5 kB, 50 sessions", 3000, 5 * KB, 50, 0.4, 0.68),
    Load("1 MB, 10 sessions", 100, 1000 * KB, 10, 0.7, 0.94),
)


def main(argv: Sequence[str]) -> None:
    """The ratio of each load."""
    rounds = options(argv, records=0).rounds
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder, 'mail.db')}"
        migrate(url)
        report("mail in, durable, to a null handler", list(_rows(url, rounds)))


def _rows(url: str, rounds: int) -> Iterator[Row]:
    first = 0
    for load in LOADS:
        null, ours = [], []
        for _ in range(rounds):
            null.append(_loaded(_null, load, first))
            ours.append(_loaded(partial(_ours, url), load, first))
            first += load.mails
        _check_content(url, first)
        ratio = median(ours) / median(null)
        yield Row(f"{load.name}: null", f"{median(null):,.0f} mails/s")
        yield Row(load.name, f"{median(ours):,.0f} mails/s", ratio, load.least, load.aim)


def _check_content(url: str, sent: int) -> None:
    """Every mail that was answered 250 is there, once."""
    database = Database(url)
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Incoming)).one() == sent
    database.close()


def _loaded(serve: "partial[None] | object", load: Load, first: int) -> float:
    """Mails a second."""
    here, there = SPAWN.Pipe()
    server = SPAWN.Process(target=serve, args=(there,))  # type: ignore[arg-type]
    server.start()
    port = here.recv()
    mails = [_mail(first + n, load.size) for n in range(load.mails)]
    seconds = asyncio.run(_send(port, mails, load.sessions))
    here.send("stop")
    server.join()
    return load.mails / seconds


def _mail(n: int, size: int) -> bytes:
    text = HEAD.format(n=n) + "\r\n" + LINE * (size // len(LINE))
    return text.encode() + b".\r\n"


async def _send(port: int, mails: Sequence[bytes], sessions: int) -> float:
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for one in range(sessions):
            group.create_task(_session(port, mails[one::sessions]))
    return time.perf_counter() - began


async def _session(port: int, mails: Sequence[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    await _say(reader, writer, b"HELO bench\r\n", b"250")
    for mail in mails:
        await _say(reader, writer, b"MAIL FROM:<ann@uni.example>\r\n", b"250")
        await _say(reader, writer, b"RCPT TO:<results@results.localhost>\r\n", b"250")
        await _say(reader, writer, b"DATA\r\n", b"354")
        await _say(reader, writer, mail, b"250")
    writer.close()


async def _say(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes, wanted: bytes
) -> None:
    writer.write(line)
    await writer.drain()
    answer = await reader.readline()
    assert answer.startswith(wanted), answer


def _null(pipe: Connection) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        limit = 30_000_000
        server = await loop.create_server(
            lambda: SMTP(_Null(), data_size_limit=limit, loop=loop), "127.0.0.1", 0
        )
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(pipe.recv)

    uvloop.run(serve())


class _Null:
    async def handle_DATA(self, *_: object) -> str:  # noqa: N802  aiosmtpd's name
        return "250 OK"


def _ours(url: str, pipe: Connection) -> None:
    settings = Settings(smtp_listen="127.0.0.1:0", database_url=url, mails_per_sender=10_000_000)
    database = Database(url)
    part = MailPart(settings, database, lambda: datetime.now(UTC))
    part.start()
    assert database.work is not None  # its import is not timed
    pipe.send(part.ports["smtp"])
    pipe.recv()
    part.stop(10)
    database.close()
    assert threading.active_count() < 20


if __name__ == "__main__":
    main(sys.argv[1:])
