"""The bot in workspaces: which organisation each belongs to, its token, and its channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, delete, func, select

from core import audit
from core.actors import Actor
from core.phrases import Phrase, say
from core.refusals import missing, usage
from core.tables import Delivery, Organisation, SlackChannel, SlackClaim, SlackInstallation
from core.terms import Language, Surface

if TYPE_CHECKING:
    from core.sealing import Seal

OFF = "off"
FORGET_AFTER = timedelta(days=2)
"""Longer than Slack repeats an event."""

_INSTANT = SlackClaim.__table__.c.at.type  # type: ignore[attr-defined]
_CLAIM = text(
    "INSERT INTO slack_claim (id, at) VALUES (:id, :at) ON CONFLICT (id) DO UPDATE SET at = :at "
    "WHERE slack_claim.at < :before RETURNING id"
).bindparams(bindparam("at", type_=_INSTANT), bindparam("before", type_=_INSTANT))


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace as Slack describes it when the bot is installed, or a whole organisation of them.

    See SlackInstallation for its ids.
    """

    team_id: str
    team_name: str = ""
    enterprise_id: str = ""
    bot_user_id: str = ""
    scopes: str = ""


@dataclass(frozen=True, slots=True)
class ChannelCard:
    """Where new results are announced, None for nowhere."""

    channel: str | None
    deed: Phrase | None = None

    def document(self) -> dict[str, Any]:
        """`channel` is Slack's id, or null."""
        return {"channel": self.channel} | ({"message": self.deed} if self.deed else {})


def installation_of(session: Session, team_id: str) -> SlackInstallation | None:
    """The bot in this workspace, if it is there still."""
    return session.exec(
        select(SlackInstallation).where(
            SlackInstallation.team_id == team_id, col(SlackInstallation.revoked_at).is_(None)
        )
    ).first()


def install(
    session: Session, workspace: Workspace, *, token: str = "", seal: Seal | None, now: datetime
) -> SlackInstallation:
    """Remember a workspace, or what is new about it; a token is sealed.

    It belongs to the only organisation there is; with several, to that of the first
    administrator who links in it.
    """
    known = select(SlackInstallation).where(SlackInstallation.team_id == workspace.team_id)
    row = session.exec(known.with_for_update()).first()
    if row is None:
        row = SlackInstallation(team_id=workspace.team_id, installed_at=now)
        row.organisation_id = _only_organisation(session)
        session.add(row)
    row.team_name, row.enterprise_id = workspace.team_name[:200], workspace.enterprise_id
    row.bot_user_id, row.scopes = workspace.bot_user_id, workspace.scopes[:500]
    row.sealed_token = seal.sealed(token) if seal is not None and token else ""
    row.revoked_at = None
    session.flush()
    audit.record_system(
        session,
        row.organisation_id,
        "slack:installed",
        now=now,
        surface=Surface.SLACK,
        subject=row.team_id,
    )
    return row


def revoke(session: Session, team_id: str, *, now: datetime) -> bool:
    """The workspace took the bot out: forget its token. Links stay, should it come back."""
    row = installation_of(session, team_id)
    if row is None:
        return False
    row.revoked_at, row.sealed_token = now, ""
    session.flush()
    audit.record_system(
        session,
        row.organisation_id,
        "slack:revoked",
        now=now,
        surface=Surface.SLACK,
        subject=team_id,
    )
    return True


def set_channel(
    session: Session, actor: Actor, channel: str | None, *, now: datetime
) -> ChannelCard:
    """Choose or show where new results are announced; for administrators."""
    actor.require_administrator()
    row = session.get(SlackChannel, actor.organisation_id)
    if channel is None:
        return ChannelCard(row.channel_id if row is not None else None)
    if row is not None:
        session.delete(row)
        session.flush()
    if channel.lower() == OFF:
        audit.record(session, actor, "slack:channel", now=now, outcome=OFF)
        return ChannelCard(None, say("New results are announced in no channel any more."))
    channel_id = channel_id_of(channel)
    session.add(
        SlackChannel(
            organisation_id=actor.organisation_id,
            installation_id=_own(session, actor),
            channel_id=channel_id,
            chosen_at=now,
            language=actor.language.value,
            since_arrival_id=session.exec(select(func.max(Delivery.arrival_id))).one() or 0,
        )
    )
    session.flush()
    audit.record(session, actor, "slack:channel", now=now, subject=channel_id)
    return ChannelCard(channel_id, say("New results are announced in this channel now."))


def channel_language(session: Session, organisation_id: int | None) -> Language:
    """In which language an organisation's channels are told."""
    row = session.get(SlackChannel, organisation_id) if organisation_id is not None else None
    return Language(row.language) if row is not None else Language.ENGLISH_UK


def channel_id_of(typed: str) -> str:
    """`C0123`, or as Slack writes a mention: `<#C0123|admissions>`."""
    found = typed.strip().removeprefix("<#").removesuffix(">").partition("|")[0].upper()
    if not (found[:1] in {"C", "G"} and found.isalnum() and any(map(str.isdigit, found))):
        raise usage(
            "not_a_channel",
            "{channel} is not a channel. Type # and choose it from Slack's list, or `here`, or "
            "`off`.",
            channel=typed,
        )
    return found


def claim(session: Session, key: str, *, within: timedelta = FORGET_AFTER, now: datetime) -> bool:
    """Whether this is the first time that `key` comes within the time: by one conditional write."""
    session.execute(delete(SlackClaim).where(col(SlackClaim.at) < now - FORGET_AFTER))
    asked = {"id": key[:255], "at": now, "before": now - within}
    return session.execute(_CLAIM, asked).first() is not None


def give_back(session: Session, key: str) -> None:
    """What was claimed could not be done, so it may be tried again at once."""
    session.execute(delete(SlackClaim).where(col(SlackClaim.id) == key[:255]))


def _only_organisation(session: Session) -> int | None:
    ids = session.exec(select(Organisation.id).limit(2)).all()
    return ids[0] if len(ids) == 1 else None


def _own(session: Session, actor: Actor) -> int:
    """The workspace of the actor's organisation; raise Refusal if it has none."""
    found = session.exec(
        select(SlackInstallation.id).where(
            SlackInstallation.organisation_id == actor.organisation_id,
            col(SlackInstallation.revoked_at).is_(None),
        )
    ).first()
    if found is None:
        raise missing("no_slack", "Your organisation has no Slack workspace here yet.")
    return found
