"""notifications and settings."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from core import preferences
from core.actors import Actor
from core.commands.converters import EmailAddress, LocalTime, TimeZone
from core.commands.registry import command
from core.preference_cards import NotificationCard, SettingsCard
from core.preferences import Switch, Wishes
from core.terms import Language, StartPage, Weekday


@command(
    "notifications",
    examples=[
        "notifications daily",
        "notifications off",
        "notifications time=14:05 timezone=Europe/London",
        "notifications email=office@uni.example",
        "notifications email=login",
    ],
)
def notifications(
    session: Session,
    actor: Actor,
    frequency: Switch | None = None,
    *,
    email: EmailAddress | None = None,
    confirm: str | None = None,
    slack: bool | None = None,
    mail: bool | None = None,
    time: LocalTime | None = None,
    day: Weekday | None = None,
    timezone: TimeZone | None = None,
    template: str | None = None,
    marks: bool | None = None,
    now: datetime,
) -> NotificationCard:
    """Show or change how you hear of new results."""
    wishes = Wishes(email, confirm, slack, mail, time, day, timezone, template, marks)
    if frequency is None and wishes == Wishes():
        return preferences.show_notifications(session, actor)
    return preferences.set_notifications(session, actor, frequency, wishes, now=now)


@command("settings", examples=["settings start=verification", "settings language=en-US"])
def settings(
    session: Session,
    actor: Actor,
    *,
    start: StartPage | None = None,
    language: Language | None = None,
    now: datetime,
) -> SettingsCard:
    """Show or change your start page and language."""
    return preferences.set_settings(session, actor, start=start, language=language, now=now)
