"""A Slack account acts as a user only after one code went from the user's mail into Slack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from core import audit
from core.account_notices import owe_change
from core.actors import ENROLLED, Actor, actor_by_id, actor_of
from core.confirmation import MOST_TRIES
from core.database import Database
from core.link_codes import send_code, take_code
from core.phrases import Phrase, say
from core.prepared import Prepared
from core.refusals import Refusal, conflict, forbidden, limit, missing
from core.tables import AuditEvent, SlackInstallation, SlackLink, User
from core.terms import Role, Surface
from core.together import kept

REFUSED = "slack:code-refused"


_LINKED = Prepared(
    ENROLLED.join(SlackLink, col(SlackLink.user_id) == col(User.id))
    .join(SlackInstallation, col(SlackInstallation.id) == col(SlackLink.installation_id))
    .where(
        col(SlackInstallation.team_id) == bindparam("team"),
        col(SlackLink.slack_user_id) == bindparam("account"),
        col(SlackInstallation.revoked_at).is_(None),
        col(SlackInstallation.organisation_id) == col(User.organisation_id),
    )
)


@dataclass(frozen=True, slots=True)
class LinkCard:
    """What became of a link, or how to make one."""

    message: Phrase
    linked: bool

    def document(self) -> dict[str, Any]:
        """`linked` and `message`."""
        return {"linked": self.linked, "message": self.message}


@dataclass(frozen=True, slots=True)
class LinkLine:
    """Who acts by which Slack account, and since when."""

    name: str
    email: str
    slack_user_id: str
    linked_at: datetime

    def document(self) -> dict[str, Any]:
        """The line with its instant in UTC."""
        return {
            "name": self.name,
            "email": self.email,
            "slack_user": self.slack_user_id,
            "linked_at": self.linked_at.astimezone(UTC).isoformat(),
        }


@dataclass(frozen=True, slots=True)
class LinkList:
    """The organisation's linked Slack accounts; `deed` says what was just done."""

    links: tuple[LinkLine, ...]
    deed: Phrase | None = None

    def document(self) -> dict[str, Any]:
        """`links`."""
        document: dict[str, Any] = {"links": [one.document() for one in self.links]}
        return document if self.deed is None else document | {"message": self.deed}


@dataclass(frozen=True, slots=True)
class InSlack:
    """Whoever a Slack account acts as, found in a session."""

    team_id: str
    slack_user_id: str

    def __call__(self, session: Session) -> Actor:
        """Raise Refusal for an account that is not linked."""
        return actor_in_slack(session, self.team_id, self.slack_user_id)


def actor_in_slack(session: Session, team_id: str, slack_user_id: str) -> Actor:
    """The user that this Slack account acts as; raise Refusal for one that is not linked."""
    asked = {"team": team_id, "account": slack_user_id}
    row = _LINKED.run(session, asked).fetchone()
    if row is None:
        raise forbidden(
            "not_linked",
            "Your Slack account is not linked to a user yet. Type `link`: a code is sent to the "
            "e-mail address under which you are enrolled.",
        )
    return actor_of(row, Surface.SLACK)


def ask(
    session: Session, installation: SlackInstallation, email: str, *, now: datetime
) -> LinkCard:
    """Send a code to the address if it is a user's; the answer does not tell whether it is."""
    typed = email.strip().lower()
    found = select(User).where(User.email == typed, col(User.removed_at).is_(None))
    if installation.organisation_id is not None:
        found = found.where(User.organisation_id == installation.organisation_id)
    user = session.exec(found).first()
    if user is not None:
        send_code(session, user, now=now)
    return _on_its_way(typed)


def link_for(
    database: Database, team_id: str, slack_user_id: str, code: str, *, now: datetime
) -> LinkCard:
    """Link in a transaction of its own: what a wrong code wrote is kept, though it is refused."""

    def link(session: Session) -> LinkCard:
        installation = session.exec(
            select(SlackInstallation).where(SlackInstallation.team_id == team_id)
        ).one()
        return _link(session, installation, slack_user_id, code, now)

    return kept(database, link)


def linked_users(session: Session, actor: Actor) -> LinkList:
    """Who acts in Slack for the organisation; for administrators."""
    actor.require_administrator()
    rows = session.exec(
        select(User, SlackLink)
        .join(SlackLink, col(SlackLink.user_id) == User.id)
        .where(User.organisation_id == actor.organisation_id, col(User.removed_at).is_(None))
        .order_by(col(User.family_name), col(User.id))
    )
    return LinkList(tuple(_line(user, link) for user, link in rows))


def own_link(session: Session, actor: Actor, *, now: datetime) -> LinkCard:
    """Whether this user is linked; if not, send the code that does it."""
    row = session.get(SlackLink, actor.person())
    if row is not None:
        return LinkCard(say("Your Slack account is linked. `unlink` ends that."), linked=True)
    send_code(session, session.get_one(User, actor.person()), now=now)
    return _on_its_way(actor.email)


def unlink(session: Session, actor: Actor, email: str | None, *, now: datetime) -> LinkList:
    """End one's own link, or as an administrator another user's."""
    if email is not None and email.strip().lower() != actor.email:
        actor.require_administrator()
    row = _linked(session, actor, (email or actor.email).strip().lower())
    user = session.get_one(User, row.user_id)
    line = _line(user, row)
    session.delete(row)
    session.flush()
    audit.record(session, actor, "slack:unlinked", now=now, subject=user.email)
    return LinkList((line,), say("{name} no longer acts in Slack.", name=user.name))


def _on_its_way(email: str) -> LinkCard:
    message = say(
        "If {email} is a user here, a code is on its way to that address. Type `link CODE` with "
        "it in Slack; it is good for a day.",
        email=email,
    )
    return LinkCard(message, linked=False)


def _link(
    session: Session, installation: SlackInstallation, slack_user_id: str, code: str, now: datetime
) -> LinkCard:
    _require_few(session, slack_user_id, now)
    user = take_code(session, code, now=now)
    if user is None or user.id is None:
        raise _wrong(session, installation, slack_user_id, now)
    _require_same_organisation(installation, user)
    _replace(session, installation, slack_user_id, user.id, now)
    actor = actor_by_id(session, user.id, Surface.SLACK)
    audit.record(session, actor, "slack:linked", now=now, subject=slack_user_id)
    owe_change(session, actor, say("A Slack account was linked to you."), now=now)
    return LinkCard(
        say(
            "You are linked: here you are {name} now. `help` shows what you can do.", name=user.name
        ),
        linked=True,
    )


def _require_same_organisation(installation: SlackInstallation, user: User) -> None:
    """An unowned workspace becomes that of its first linking administrator."""
    if installation.organisation_id is None and user.role == Role.ADMINISTRATOR:
        installation.organisation_id = user.organisation_id
    if installation.organisation_id is None:
        raise forbidden(
            "workspace_unowned",
            "This workspace belongs to no organisation yet. An administrator of yours has to "
            "link first; then link again.",
        )
    if installation.organisation_id != user.organisation_id:
        raise forbidden(
            "other_organisation",
            "This workspace belongs to another organisation than you. Link in one of your own; "
            "where the app is installed for several workspaces at once, they all belong to one "
            "organisation, and yours needs an installation of its own.",
        )


def _replace(
    session: Session,
    installation: SlackInstallation,
    slack_user_id: str,
    user_id: int,
    now: datetime,
) -> None:
    """A user has one Slack account; the new code proves that it changed."""
    assert installation.id is not None  # noqa: S101  it came from the database
    other = session.exec(
        select(SlackLink).where(
            SlackLink.installation_id == installation.id,
            SlackLink.slack_user_id == slack_user_id,
            SlackLink.user_id != user_id,
        )
    ).first()
    if other is not None:
        raise conflict(
            "linked_otherwise",
            "This Slack account acts as somebody else already. Type `unlink` first.",
        )
    session.merge(
        SlackLink(
            user_id=user_id,
            installation_id=installation.id,
            slack_user_id=slack_user_id,
            linked_at=now,
        )
    )
    session.flush()


def _require_few(session: Session, slack_user_id: str, now: datetime) -> None:
    wrong = session.exec(
        select(func.count(col(AuditEvent.id))).where(
            AuditEvent.action == REFUSED,
            AuditEvent.subject == slack_user_id,
            AuditEvent.at > now - timedelta(hours=1),
        )
    ).one()
    if wrong >= MOST_TRIES:
        raise limit("too_many_tries", "Too many wrong codes. Try again in an hour.")


def _wrong(
    session: Session, installation: SlackInstallation, slack_user_id: str, now: datetime
) -> Refusal:
    audit.record_system(
        session,
        installation.organisation_id,
        REFUSED,
        now=now,
        surface=Surface.SLACK,
        subject=slack_user_id,
    )
    return limit(
        "code_wrong",
        "That code is not right, or its time is over. `link` sends a new one.",
    )


def _linked(session: Session, actor: Actor, email: str) -> SlackLink:
    row = session.exec(
        select(SlackLink)
        .join(User, col(User.id) == SlackLink.user_id)
        .where(User.organisation_id == actor.organisation_id, User.email == email)
    ).first()
    if row is None:
        raise missing("no_link", "{email} has no Slack account linked here.", email=email)
    return row


def _line(user: User, link: SlackLink) -> LinkLine:
    return LinkLine(user.name, user.email, link.slack_user_id, link.linked_at)
