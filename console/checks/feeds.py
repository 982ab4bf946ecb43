"""Where results come from: how long ago the last ones came, and how the official API goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session, col, func, select

from console.checks.finding import Finding, failure, listed, off, ok, warning
from console.opening import Desk
from core.settings import Settings
from core.sources import rejected
from core.sources.client import ResultsApi
from core.sources.failures import CredentialRefused, QuotaUsedUp, Unanswered
from core.tables import Arrival, Feed, Organisation
from core.terms import Service
from core.trf_numbers import TrfNumber

EXAMPLE = TrfNumber("17GB000595ZOLJS03G")
EXPIRES_SOON = timedelta(days=14)


def freshness(desk: Desk) -> Iterator[Finding]:
    """How long ago each organisation got results, against RESULTS_FEED_ALARM_HOURS."""
    with desk.database.reading() as session:
        last_ones = _last_arrivals(session)
    patience = timedelta(hours=desk.settings.feed_alarm_hours)
    never = [name for name, last in last_ones if last is None]
    silent = [name for name, last in last_ones if last is not None and desk.now - last > patience]
    if never:
        remedy = f"Load a file: `results-bot ingest FILE --org {never[0]!r}`."
        yield warning("results", f"None has come yet for {listed(never)}.", remedy)
    if silent:
        said = f"None for {patience.days} days for {listed(silent)}."
        remedy = "See whether results are sent at all, by file, mail or the official API."
        yield warning("results", said, remedy)
    if last_ones and not never and not silent:
        yield ok("results", "Every organisation had some lately.")


def _last_arrivals(session: Session) -> list[tuple[str, datetime | None]]:
    rows = session.execute(
        select(Organisation.name, func.max(col(Arrival.arrived_at)))
        .outerjoin(Arrival, col(Arrival.organisation_id) == col(Organisation.id))
        .where(Organisation.service != Service.VERIFICATION.value)
        .group_by(Organisation.name)
        .order_by(Organisation.name)
    )
    return [(name, last) for name, last in rows]


def official(settings: Settings, today: date) -> Iterator[Finding]:
    """The official results API's settings."""
    if settings.ielts_api_url is None:
        yield off("results API", "Not asked: RESULTS_IELTS_API_URL is not set.")
        return
    if not settings.ielts_api_client_id or not settings.ielts_api_client_secret:
        yield failure(
            "results API",
            "The client that IELTS gave you is missing.",
            "Set RESULTS_IELTS_API_CLIENT_ID and RESULTS_IELTS_API_CLIENT_SECRET.",
        )
    if not _is_safe(settings.ielts_api_url):
        yield failure(
            "results API",
            f"{settings.ielts_api_url} would carry the secret in the clear.",
            "Use its https:// address.",
        )
    yield from _expiry(settings.ielts_api_secret_expires, today)


def polls(desk: Desk) -> Iterator[Finding]:
    """How the polls went."""
    with desk.database.reading() as session:
        found = session.exec(select(Feed).order_by(Feed.name)).all()
        bad = rejected.count(session)
    if bad:
        said = f"{bad} records could not be taken in, and are kept."
        yield warning("results API", said, "Mend what `results-bot poll --rejects FILE` writes.")
    for feed in found:
        if feed.failing_since is not None:
            yield failure(
                "results API",
                f"{feed.name} fails since {feed.failing_since:%Y-%m-%d %H:%M}: {feed.error}",
                "Nothing is lost: once it works, what was missed is read. Mend what it says.",
            )
        elif feed.read_upto is not None:
            yield ok("results API", f"{feed.name} is read up to {feed.read_upto:%Y-%m-%d %H:%M}.")


def client(desk: Desk) -> Iterator[Finding]:
    """Whether it answers us: the guide's own example is looked up, which is one request."""
    if desk.settings.ielts_api_url is None:
        return
    with ResultsApi(desk.settings, desk.database, lambda: desk.now, tries=1) as api:
        try:
            api.look_up(EXAMPLE)
        except CredentialRefused as no:
            remedy = (
                "Compare RESULTS_IELTS_API_CLIENT_ID and RESULTS_IELTS_API_CLIENT_SECRET with what "
                "IELTS gave you; a secret that has ended is replaced by them."
            )
            yield failure("results API", no.reason, remedy)
        except QuotaUsedUp as no:
            remedy = "Ask again tomorrow, or see RESULTS_IELTS_API_REQUESTS_PER_DAY."
            yield warning("results API", no.reason, remedy)
        except Unanswered as no:
            remedy = (
                "See RESULTS_IELTS_API_URL and RESULTS_IELTS_API_VERSION, and that this machine "
                "may go there (firewall)."
            )
            yield failure("results API", no.reason, remedy)
        else:
            yield ok("results API", f"{desk.settings.ielts_api_url} answers our client.")


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1", "::1"}


def _expiry(ends: date | None, today: date) -> Iterator[Finding]:
    if ends is None:
        return
    remedy = "Ask IELTS for a new one, and set RESULTS_IELTS_API_SECRET_EXPIRES with it."
    if ends < today:
        yield failure("results API", f"The client secret ended on {ends}.", remedy)
    elif ends < today + EXPIRES_SOON:
        yield warning("results API", f"The client secret ends on {ends}.", remedy)
    else:
        yield ok("results API", f"The client secret is good until {ends}.")
