"""How many requests a program may make in a minute, by all processes together.

A process leases some of a minute's requests at a time, so that most requests write nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from core.prepared import Prepared

SHARES = 20
"""Leases into which a minute's requests are parted."""

_LEASE = Prepared(
    text(
        "INSERT INTO request_count (counted, used) VALUES (:counted, :share) "
        "ON CONFLICT (counted) DO UPDATE SET used = CASE "
        "WHEN request_count.used < :most - :share THEN request_count.used + :share ELSE :most END "
        "WHERE request_count.used < :most RETURNING used"
    )
)
_FORGET = Prepared(
    text("DELETE FROM request_count WHERE counted >= :prefix AND counted < :counted")
)


@dataclass(slots=True)
class Lease:
    """Requests that one process may make in a minute; `others` are those that nobody leased yet."""

    minute: int
    left: int
    others: int


def lease(session: Session, key_id: int, minute: int, *, most: int) -> Lease:
    """Some of what is left of the key's minute, if anything; earlier minutes are forgotten."""
    share = max(most // SHARES, 1)
    prefix = f"key:{key_id}:"
    counted = f"{prefix}{minute:012}"
    row = _LEASE.run(session, {"counted": counted, "share": share, "most": most}).fetchone()
    if row is None:
        return Lease(minute, 0, 0)
    (used,) = row
    if used == share:
        _FORGET.run(session, {"prefix": prefix, "counted": counted})
    return Lease(minute, (used - 1) % share + 1, most - used)
