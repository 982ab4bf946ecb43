"""By which channels a user can be reached, and where an organisation's channel is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from more_itertools import chunked
from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from core.outbox import MAIL_LANE, Owed
from core.tables import Preference, SlackInstallation, SlackLink, User
from core.terms import Channel

MOST_NAMED = 10_000
"""Values that one statement may list."""


@dataclass(frozen=True, slots=True)
class Route:
    """One user by one channel, which the user has left on."""

    user_id: int
    organisation_id: int
    channel: Channel
    lane: str

    def owed(self, key: str, kind: str, about: dict[str, Any], **due: Any) -> Owed:
        """A notice by this route; `key` is completed with the user and the channel."""
        return Owed(
            self.channel,
            self.lane,
            f"{kind}:{self.user_id}:{key}:{self.channel.value}",
            kind,
            about,
            self.organisation_id,
            self.user_id,
            **due,
        )


def routes(session: Session, *which: ColumnElement[bool]) -> list[Route]:
    """The ways to the users (User, Preference) that the conditions choose, removed ones never."""
    c = User.__table__.c, Preference.__table__.c  # type: ignore[attr-defined]
    people = session.execute(
        select(
            c[0].id,
            c[0].organisation_id,
            c[1].mail_on,
            c[1].slack_on,
            col(SlackInstallation.team_id),
            col(SlackLink.slack_user_id),
        )
        .join(Preference, col(Preference.user_id) == col(User.id))
        .outerjoin(SlackLink, col(SlackLink.user_id) == col(User.id))
        .outerjoin(
            SlackInstallation,
            (col(SlackInstallation.id) == col(SlackLink.installation_id))
            & col(SlackInstallation.revoked_at).is_(None),
        )
        .where(col(User.removed_at).is_(None), *which)
        .order_by(col(User.id))
    )
    return [route for person in people for route in _ways(*person)]


def routes_of(session: Session, user_ids: Iterable[int]) -> list[Route]:
    """The ways to these users."""
    return [
        route
        for some in chunked(set(user_ids), MOST_NAMED)
        for route in routes(session, col(User.id).in_(some))
    ]


def slack_lane(team_id: str, conversation: str) -> str:
    """A channel, or the direct messages of a person, in a workspace."""
    return f"{team_id}:{conversation}"


def _ways(
    user_id: int,
    organisation_id: int,
    mail_on: bool,
    slack_on: bool,
    team_id: str | None,
    slack_user_id: str | None,
) -> Iterator[Route]:
    if mail_on:
        yield Route(user_id, organisation_id, Channel.MAIL, MAIL_LANE)
    if slack_on and team_id is not None and slack_user_id is not None:
        lane = slack_lane(team_id, slack_user_id)
        yield Route(user_id, organisation_id, Channel.SLACK, lane)
