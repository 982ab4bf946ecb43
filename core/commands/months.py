"""month."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from core import picture_counts
from core.actors import Actor
from core.commands.registry import command
from core.monthly_picture import MonthlyPicture
from core.months import Month


@command("month", administrator=True, examples=["month", "month 2026-10"])
def show_month(
    session: Session, actor: Actor, month: Month | None = None, *, now: datetime
) -> MonthlyPicture:
    """Show a month in figures: results, verifications and how results came."""
    return picture_counts.picture(session, actor, month, now=now)
