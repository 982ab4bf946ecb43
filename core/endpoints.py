"""Webhook endpoints: addresses of an organisation that hear of everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlmodel import Session, col, select

from core import audit
from core.prepared import Prepared
from core.refusals import conflict, missing, usage
from core.settings import Settings
from core.tables import Organisation, WebhookEndpoint
from core.terms import Surface
from core.webhook_secrets import new_secret, stored

MOST = 10
LONGEST_URL = 2000

_ANY = Prepared(
    text(
        "SELECT 1 FROM webhook_endpoint WHERE organisation_id = :organisation "
        "AND removed_at IS NULL AND paused_at IS NULL LIMIT 1"
    )
)


@dataclass(frozen=True, slots=True)
class EndpointLine:
    """An endpoint as lists have it, without its secret."""

    id: int
    organisation: str
    url: str
    state: str
    delivered_at: datetime | None
    failing_since: datetime | None
    last_error: str

    def document(self) -> dict[str, Any]:
        """The line with its instants in UTC."""
        return {
            "id": self.id,
            "organisation": self.organisation,
            "url": self.url,
            "state": self.state,
            "delivered_at": self.delivered_at and self.delivered_at.isoformat(),
            "failing_since": self.failing_since and self.failing_since.isoformat(),
            "last_error": self.last_error,
        }


@dataclass(frozen=True, slots=True)
class EndpointAdded:
    """A new endpoint, the only time that its secret is seen."""

    line: EndpointLine
    secret: str = field(repr=False)

    def document(self) -> dict[str, Any]:
        """The line and `secret`, with which the receiver checks signatures."""
        return {"secret": self.secret} | self.line.document()


@dataclass(frozen=True, slots=True)
class EndpointList:
    """Endpoints by id; `removed` where one was just removed."""

    lines: tuple[EndpointLine, ...]
    removed: bool = False

    def document(self) -> dict[str, Any]:
        """`webhooks`, the paused ones too."""
        return {"webhooks": [one.document() for one in self.lines]}


def add_endpoint(
    session: Session, organisation: Organisation, url: str, *, settings: Settings, now: datetime
) -> EndpointAdded:
    """Send events to an address from now on; raise Refusal for one that we would never call."""
    refuse_bad_url(url, settings)
    known = session.exec(
        select(WebhookEndpoint.url).where(
            WebhookEndpoint.organisation_id == organisation.id,
            col(WebhookEndpoint.removed_at).is_(None),
        )
    ).all()
    if url in known:
        raise conflict("endpoint_exists", "{url} is a webhook already.", url=url)
    if len(known) >= MOST:
        raise conflict(
            "too_many_endpoints", "There are {most} webhooks already. Remove one first.", most=MOST
        )
    assert organisation.id is not None  # noqa: S101  it came from the database
    secret = new_secret()
    row = WebhookEndpoint(
        organisation_id=organisation.id,
        url=url,
        secret=stored(secret, settings),
        created_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, row, "webhook:added", now)
    return EndpointAdded(_line(row, organisation.name), secret)


def list_endpoints(session: Session) -> EndpointList:
    """All that were not removed."""
    rows = session.exec(
        select(WebhookEndpoint, Organisation.name)
        .join(Organisation, col(Organisation.id) == WebhookEndpoint.organisation_id)
        .where(col(WebhookEndpoint.removed_at).is_(None))
        .order_by(col(WebhookEndpoint.id))
    )
    return EndpointList(tuple(_line(row, name) for row, name in rows))


def remove_endpoint(session: Session, endpoint_id: int, *, now: datetime) -> EndpointList:
    """Send nothing more to it; raise Refusal if there is none of this number."""
    row = endpoint(session, endpoint_id)
    row.removed_at = now
    session.add(row)
    _record(session, row, "webhook:removed", now)
    name = session.get_one(Organisation, row.organisation_id).name
    return EndpointList((_line(row, name),), removed=True)


def endpoint(session: Session, endpoint_id: int) -> WebhookEndpoint:
    """The row; raise Refusal if there is none, or it was removed."""
    row = session.get(WebhookEndpoint, endpoint_id)
    if row is None or row.removed_at is not None:
        raise missing(
            "no_such_endpoint",
            "There is no webhook {id}. `results-bot webhook list` shows them.",
            id=endpoint_id,
        )
    return row


def active(session: Session, organisation_id: int | None = None) -> list[WebhookEndpoint]:
    """Those that are sent to, of one organisation or of all."""
    c = WebhookEndpoint
    wanted = select(c).where(col(c.removed_at).is_(None), col(c.paused_at).is_(None))
    if organisation_id is not None:
        wanted = wanted.where(c.organisation_id == organisation_id)
    return list(session.exec(wanted.order_by(col(c.id))))


def has_any(session: Session, organisation_id: int) -> bool:
    """Whether anything is sent by webhook: asked at every look-up, so by the quick way."""
    return _ANY.run(session, {"organisation": organisation_id}).fetchone() is not None


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """Hosts that need neither TLS nor a public address."""
    names = settings.webhook_allowed_hosts.split(",")
    return frozenset(name.strip().lower() for name in names if name.strip())


def refuse_bad_url(url: str, settings: Settings) -> None:
    """Raise Refusal for what is not https, unless its host is allowed by the settings."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or not url.isprintable() or " " in url:
        raise usage("url_misshapen", "{url} is not the address of a webhook.", url=url[:100])
    if len(url) > LONGEST_URL or parts.username is not None or parts.fragment:
        raise usage(
            "url_unwanted",
            "A webhook's address has no user, no fragment, and up to {most} characters.",
            most=LONGEST_URL,
        )
    if parts.scheme != "https" and host not in allowed_hosts(settings):
        raise usage(
            "url_insecure",
            "Webhooks go to https addresses only. For {host}, which you may trust without, "
            "set RESULTS_WEBHOOK_ALLOWED_HOSTS.",
            host=host,
        )


def _line(row: WebhookEndpoint, organisation: str) -> EndpointLine:
    state = "paused" if row.paused_at else "failing" if row.failing_since else "active"
    return EndpointLine(
        row.id or 0,
        organisation,
        row.url,
        state,
        row.delivered_at,
        row.failing_since,
        row.last_error,
    )


def _record(session: Session, row: WebhookEndpoint, action: str, now: datetime) -> None:
    audit.record_system(
        session,
        row.organisation_id,
        action,
        now=now,
        surface=Surface.CONSOLE,
        subject=str(row.id),
    )
