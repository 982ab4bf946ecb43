"""What the ledger owes, composed as its sending would."""

from sqlmodel import Session, col, select

import core.courier  # noqa: F401  registers the composers
from core.composing import compose
from core.database import Database
from core.tables import Outgoing
from core.terms import Fate
from tests.builders import NOW


def owed(session: Session, kind: str | None = None) -> list[Outgoing]:
    """The rows, oldest first."""
    rows = session.exec(select(Outgoing).order_by(col(Outgoing.id)))
    return [row for row in rows if kind in {None, row.kind}]


def told(session: Session, kind: str | None = None, now=NOW) -> list:
    """Their messages, or why nobody wants them."""
    return [compose(session, row, {}, now=now) for row in owed(session, kind)]


def notices(database: Database, email: str, now=NOW) -> list:
    """What this address gets now, in the order in which it was owed."""
    with database.reading() as session:
        waiting = [row for row in owed(session) if row.fate == Fate.READY and row.due_at <= now]
        messages = [compose(session, row, {}, now=now) for row in waiting]
    return [
        one.notice
        for one in messages
        if getattr(one, "recipient", None) is not None and one.recipient.address == email
    ]
