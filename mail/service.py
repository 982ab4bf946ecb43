"""The part that takes mail in: SMTP, LMTP and, where one is set, an IMAP mailbox."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
import uvloop

from core.database import Database
from core.engine import Job
from core.inbox import TAKE_UP
from core.refusals import unavailable, usage
from core.settings import Settings
from mail.process import InboxWork
from mail.sessions import LmtpSession, MailSession
from mail.smtp import Doorkeeper, Turnstile, sessions
from mail.storing import Storing

if TYPE_CHECKING:
    from mail.imap import Mailbox

log = structlog.get_logger(__name__)

START_SECONDS = 10.0


def mail_jobs(
    settings: Settings,
    database: Database,
    clock: Callable[[], datetime],
    stopping: threading.Event,
) -> Mapping[str, Job]:
    """The jobs that a worker does for this door, until it is `stopping`."""
    return {TAKE_UP: InboxWork(settings, database, clock, stopping).take_up}


class MailPart:
    """Listens in a thread of its own; `ports` says where, once started."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime]
    ) -> None:
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's names every sender
        self._settings, self._database, self._clock = settings, database, clock
        self._loop = uvloop.new_event_loop()
        self._storing = Storing(database, clock)
        self._keeper = Doorkeeper(settings, database, self._storing, clock)
        self._servers: list[asyncio.Server] = []
        self._turnstiles: list[Turnstile] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail", daemon=True)
        self._mailbox = _mailbox(settings, database, clock)
        self.ports: dict[str, int] = {}

    def start(self) -> None:
        """Listen; raise Refusal where an address cannot be listened on."""
        self._thread.start()
        for name, kind, address in self._wanted():
            listening = asyncio.run_coroutine_threadsafe(self._listen(kind, address), self._loop)
            try:
                server = listening.result(START_SECONDS)
            except OSError as error:
                raise _cannot_listen(name, address, error) from error
            self._servers.append(server)
            self.ports[name] = server.sockets[0].getsockname()[1]
            log.info("listening", by=name, address=address)
        if self._mailbox is not None:
            self._mailbox.start()

    def stop(self, grace: float) -> None:
        """Take no new connections, let what is being stored be stored, then close."""
        end = time.monotonic() + grace
        if self._mailbox is not None:
            self._mailbox.stop(grace)
        gone = [asyncio.run_coroutine_threadsafe(_close(one), self._loop) for one in self._servers]
        while self._keeper.at_work and time.monotonic() < end:
            time.sleep(0.02)
        for turnstile in self._turnstiles:
            self._loop.call_soon_threadsafe(turnstile.shut)
        for one in gone:
            one.result(5)
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _wanted(self) -> list[tuple[str, type[MailSession], str]]:
        both = [
            ("smtp", MailSession, self._settings.smtp_listen),
            ("lmtp", LmtpSession, self._settings.lmtp_listen),
        ]
        return [one for one in both if one[2]]

    async def _listen(self, kind: type[MailSession], address: str) -> asyncio.Server:
        host, port = _host_and_port(address)
        turnstile = sessions(kind, self._keeper, self._settings, self._loop)
        self._turnstiles.append(turnstile)
        listening: Any = await self._loop.create_server(turnstile, host, port)
        return listening  # type: ignore[no-any-return]  # uvloop has a class of its own


def _mailbox(
    settings: Settings, database: Database, clock: Callable[[], datetime]
) -> Mailbox | None:
    if settings.imap_url is None:
        return None
    from mail.imap import Mailbox

    return Mailbox(settings, database, clock, settings.imap_url.get_secret_value())


async def _close(server: asyncio.Server) -> None:
    """Listen no more; it comes back when the last of those that were let in is gone.

    They are waited for from before the close: afterwards uvloop waits for nobody.
    """
    gone = asyncio.ensure_future(server.wait_closed())
    await asyncio.sleep(0)
    server.close()
    await gone


async def _cancel_all() -> None:
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise usage(
            "bad_listen",
            "{address} is not an address to listen on. Write it as host:port.",
            address=address,
        )
    return host.strip("[]"), int(port)


def _cannot_listen(name: str, address: str, error: OSError) -> Exception:
    return unavailable(
        "cannot_listen",
        "{name} cannot listen on {address} ({reason}). Is another program there? "
        "RESULTS_{setting}_LISTEN chooses another address.",
        name=name.upper(),
        address=address,
        reason=error.strerror or str(error),
        setting=name.upper(),
    )
