"""A notification address is used only after the code that was sent there came back."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sqlmodel import Session, col, func, select

from core import audit
from core.account_notices import owe_change, owe_code
from core.actors import Actor
from core.phrases import counted, say
from core.refusals import Kind, Refusal, limit, usage
from core.tables import AuditEvent, Preference

LIFETIME = timedelta(days=1)
LENGTH = 8
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that are mistaken for one another."""

MOST_TRIES = 5
MOST_CODES = 5
"""In an hour: whoever owns the address may not want our mail."""

ASKED = "preference:address-asked"


def ask(session: Session, actor: Actor, row: Preference, address: str, *, now: datetime) -> None:
    """Let the address wait for a new code, which is sent there; any earlier code is void."""
    _require_few(session, actor, now)
    code = new_code()
    row.pending_address, row.code_hash = address, hashed(code)
    row.code_expires_at, row.code_tries = now + LIFETIME, 0
    audit.record(session, actor, ASKED, now=now, subject=address)
    owe_code(session, actor, row, address, code, now=now)


def confirm(session: Session, actor: Actor, row: Preference, code: str, *, now: datetime) -> None:
    """Use the address from now on; raise Refusal for a wrong code, which counts as a try.

    A wrong code is a limit, since what a refused limit wrote is kept (core.commands.run).
    """
    if row.code_hash is None or row.code_expires_at is None or row.code_expires_at < now:
        raise usage(
            "no_code",
            "No code is waited for, or its time is over. `notifications email=…` sends a new one.",
        )
    if row.code_hash != hashed(code):
        raise _refuse(session, actor, row, now)
    row.address = row.pending_address
    forget(row)
    audit.record(session, actor, "preference:address-confirmed", now=now, subject=row.address or "")
    change = say("Your notifications go to {address} from now on.", address=row.address)
    owe_change(session, actor, change, now=now)


def forget(row: Preference) -> None:
    """Wait for no code."""
    row.pending_address = row.code_hash = row.code_expires_at = None
    row.code_tries = 0


def _require_few(session: Session, actor: Actor, now: datetime) -> None:
    sent = session.exec(
        select(func.count(col(AuditEvent.id))).where(
            AuditEvent.organisation_id == actor.organisation_id,
            AuditEvent.user_id == actor.user_id,
            AuditEvent.action == ASKED,
            AuditEvent.at > now - timedelta(hours=1),
        )
    ).one()
    if sent >= MOST_CODES:
        raise limit(
            "too_many_codes",
            "{most} codes were sent within an hour. Try again in an hour.",
            most=MOST_CODES,
        )


def _refuse(session: Session, actor: Actor, row: Preference, now: datetime) -> Refusal:
    row.code_tries += 1
    left = MOST_TRIES - row.code_tries
    audit.record(session, actor, "preference:code-refused", now=now)
    if left:
        message = counted(
            left,
            "That code is not right. {n} try is left.",
            "That code is not right. {n} tries are left.",
        )
    else:
        forget(row)
        message = say(
            "That code is not right, and it was the last try. "
            "`notifications email=…` sends a new one."
        )
    session.flush()
    return Refusal(Kind.LIMIT, "code_wrong", message)


def new_code() -> str:
    """Eight letters and digits, of more than half a million million."""
    import secrets  # brings more than a cold command line wants

    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def hashed(code: str) -> str:
    """As it is kept; what people put between the letters does not matter."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return sha256(letters.encode()).hexdigest()
