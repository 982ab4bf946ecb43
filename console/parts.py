"""The parts of the service, built here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Protocol

from console.playground import playground_of
from core.database import Database
from core.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from core.transports import Transport


class Name(StrEnum):
    """The parts of the service, in the order in which they start."""

    WORKER = "worker"
    SCHEDULER = "scheduler"
    MAIL = "mail"
    BOT = "bot"
    API = "api"


class Part(Protocol):
    """Something that serves in threads of its own."""

    def start(self) -> None:
        """Serve; come back at once."""

    def stop(self, grace: float) -> None:
        """Take nothing new, finish what was taken within the grace, give back the rest."""


Now = Callable[[], datetime]

SLACK_GRACE_SECONDS = 10.0
"""What Slack's lazy listeners get when the HTTP application ends."""


def parts_of(
    chosen: Sequence[Name], settings: Settings, database: Database, now: Now
) -> list[Part]:
    """The parts of these names, in the order in which they start.

    Slack over HTTP and the REST interface are one application at one address.
    """
    builders: dict[Name, Callable[[Settings, Database, Now], Part]] = {
        Name.WORKER: _worker,
        Name.SCHEDULER: _scheduler,
        Name.MAIL: _mail,
    }
    parts = [build(settings, database, now) for name, build in builders.items() if name in chosen]
    by_socket = settings.slack_app_token is not None
    if Name.BOT in chosen and by_socket:
        parts.append(_socket(settings, database, now))
    with_slack = Name.BOT in chosen and not by_socket
    played = playground_of(settings) if with_slack else None
    if Name.API in chosen or with_slack:
        rest, more = Name.API in chosen, {} if played is None else {"/playground": played.app}
        parts.append(_http(settings, database, now, more, rest=rest, with_slack=with_slack))
    return parts if played is None else [*parts, played]


def speaks_slack(settings: Settings) -> bool:
    """Whether a workspace, or any that installs us, is configured."""
    return settings.slack_bot_token is not None or settings.slack_client_id is not None


def _worker(settings: Settings, database: Database, now: Now) -> Part:
    from core.terms import Channel
    from core.transports import Later
    from core.worker import WorkerPart
    from mail.service import mail_jobs
    from mail.transport import mail_transport

    transports: dict[Channel, Transport] = {
        Channel.MAIL: mail_transport(settings, database, now),
        Channel.WEBHOOK: Later(partial(_webhooks, settings, database, now)),
    }
    if speaks_slack(settings):
        from bot.transport import SlackTransport

        transports[Channel.SLACK] = SlackTransport(settings, database, now)
    stopping = Event()
    jobs = mail_jobs(settings, database, now, stopping)
    return WorkerPart(database, transports, now, jobs, stopping)


def _webhooks(settings: Settings, database: Database, now: Now) -> Transport:
    from api.push import WebhookTransport

    return WebhookTransport(settings, database, now)


def _scheduler(settings: Settings, database: Database, now: Now) -> Part:
    from scheduler.service import SchedulerPart

    return SchedulerPart(database, settings, now)


def _mail(settings: Settings, database: Database, now: Now) -> Part:
    from mail.service import MailPart

    return MailPart(settings, database, now)


def _socket(settings: Settings, database: Database, now: Now) -> Part:
    from bot.socket import SocketPart

    return SocketPart(settings, database, now)


def _http(
    settings: Settings,
    database: Database,
    now: Now,
    mounts: dict[str, ASGIApp],
    *,
    rest: bool,
    with_slack: bool,
) -> Part:
    from api.app import AtEnd, application
    from api.service import ApiPart

    at_end = list[AtEnd]()
    if with_slack:
        from bot.app import slack_app

        door = slack_app(settings, database, now)
        mounts["/slack"] = door
        at_end.append(lambda: door.close(SLACK_GRACE_SECONDS))
    app = application(settings, database, now, mounts, rest=rest, at_end=at_end)
    return ApiPart(app, settings.http_host, settings.http_port)
