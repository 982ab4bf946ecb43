"""What the ledger owes, composed as its sending would."""

from sqlmodel import Session, col, select

from core.composing import compose
from core.tables import Outgoing
from tests.builders import NOW


def owed(session: Session) -> list[Outgoing]:
    """The rows, oldest first."""
    return list(session.exec(select(Outgoing).order_by(col(Outgoing.id))))


def told(session: Session, now=NOW) -> list:
    """Their messages, or why nobody wants them."""
    return [compose(session, row, {}, now=now) for row in owed(session)]
