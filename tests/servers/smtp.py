"""A real SMTP server for tests, whose answers can be scripted."""

import asyncio
import threading

from aiosmtpd.smtp import SMTP


class SmtpServer:
    """Keeps the mail it takes. `answers` gives the reply to a recipient or to DATA by address."""

    def __init__(self, **options) -> None:
        self.mails: list[tuple[str, list[str], bytes]] = []
        self.answers: dict[str, str] = {}
        self.connections = 0
        self._options = options
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        made = self._loop.create_server(self._session, "127.0.0.1", 0)
        server = self._loop.run_until_complete(made)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    def _session(self) -> SMTP:
        self.connections += 1
        return SMTP(self, loop=self._loop, **self._options)

    async def handle_MAIL(self, _server, _session, envelope, address, mail_options):  # noqa: N802  aiosmtpd's name
        if (answer := self.answers.get("MAIL")) is not None:
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 OK"

    async def handle_RCPT(self, server, _session, envelope, address, _options):  # noqa: N802  aiosmtpd's name
        if (answer := self.answers.get(f"RCPT {address}")) is not None:
            if answer == "drop":
                server.transport.abort()
                return "421 gone"
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802  aiosmtpd's name
        answer = self.answers.get(f"DATA {envelope.rcpt_tos[0]}", "250 2.0.0 queued")
        if answer == "drop":
            server.transport.abort()
            return "421 gone"
        if answer.startswith("250"):
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return answer
