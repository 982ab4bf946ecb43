"""A database, a stand-in and a request, for the benches of the Slack bot."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from sqlmodel import Session, col, select

from core.database import Database, migrate
from core.enrolment import enrol
from core.installations import Workspace, install
from core.intake.load import ingest
from core.intake.rejects import Rejects
from core.organisations import add_organisation, organisation_named
from core.sample import write_sample
from core.settings import Settings
from core.tables import Result, SlackLink
from core.terms import RELEASED, Format, Role, Service
from playground.slack import SlackStandIn

ANN = "U0ANN"

Request = tuple[str, dict[str, str | Sequence[str]]]
"""A body and its headers."""


@contextmanager
def a_slack() -> Iterator[SlackStandIn]:
    """The stand-in, with Ann in a channel."""
    slack = SlackStandIn()
    slack.add_bot_token()
    slack.workspace.add_member(ANN, "Ann", "ann@uni.example")
    slack.workspace.add_channel("C0OPEN", "admissions", ANN, slack.workspace.bot)
    slack.start()
    try:
        yield slack
    finally:
        slack.stop()


def settings_for(folder: Path, slack: SlackStandIn) -> Settings:
    """With limits that nobody reaches."""
    return Settings(
        env="test",
        database_url=f"sqlite:///{folder / 'results.db'}",
        slack_bot_token="xoxb-exeter",
        slack_signing_secret=slack.signing_secret,
        slack_api_url=slack.api_url,
        look_ups_per_user=2**31 - 1,
        look_ups_per_organisation=2**31 - 1,
    )


def now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def prepare(folder: Path, records: int) -> str:
    """A database with results, and Ann, who is linked; a number to verify."""
    url, sample = f"sqlite:///{folder / 'results.db'}", folder / "sample.csv"
    migrate(url)
    database = Database(url)
    with sample.open("wb") as stream:
        write_sample(
            stream, format=Format.CSV, records=records, seed=1, photos=False, now=now().date()
        )
    with database.transaction() as session, sample.open("rb") as stream:
        _link_ann(session)
        organisation = organisation_named(session, "Exeter")
        ingest(
            session,
            organisation.id or 0,
            stream,
            source="sample.csv",
            rejects=Rejects(folder / "rejects.csv"),
            now=now(),
        )
        newest = select(Result.trf_number).where(Result.status == RELEASED)
        number = session.exec(newest.order_by(col(Result.test_date).desc()).limit(1)).one()
    database.close()
    return number


def _link_ann(session: Session) -> None:
    add_organisation(
        session,
        name="Exeter",
        account_name="E",
        address="A",
        service=Service.E_DELIVERY,
        now=now(),
    )
    ann = enrol(
        session,
        organisation_named(session, "Exeter"),
        first="Ann",
        family="Bell",
        email="ann@uni.example",
        role=Role.USER,
        now=now(),
    )
    there = install(session, Workspace("T0EXETER"), seal=None, now=now())
    link = SlackLink(
        user_id=ann.id or 0, installation_id=there.id or 0, slack_user_id=ANN, linked_at=now()
    )
    session.add(link)


def signed_request(slack: SlackStandIn, number: str) -> Request:
    """A slash command's body with its signature, good for five minutes."""
    body = urlencode(
        {
            "command": "/verify",
            "text": number,
            "team_id": slack.workspace.team_id,
            "user_id": ANN,
            "channel_id": "C0OPEN",
            "response_url": f"{slack.url}/hooks/none",
            "trigger_id": "1.trigger",
            "api_app_id": slack.workspace.app_id,
        }
    )
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return body, {**slack.signed(body, at=time.time() + 240), **form}
