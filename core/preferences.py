"""Each user's SETTINGS page (guide, Set up notifications)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlmodel import Session

from core import audit
from core.actors import Actor
from core.due_times import next_due
from core.notices import ConfirmAddress, Notice
from core.phrases import Phrase, say
from core.refusals import usage
from core.tables import Preference, Template
from core.templates import template_id
from core.terms import Frequency, Language, StartPage, Weekday
from core.users import clean_address

CODE_LIFETIME = timedelta(days=2)
CODE_LENGTH = 10
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LOGIN = "login"
STANDARD = "standard"


class Switch(StrEnum):
    """What one word sets: off, on (the last frequency is kept), or on with a frequency."""

    OFF = "off"
    ON = "on"
    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Wishes:
    """Options of `notifications`; None leaves a thing as it is."""

    email: str | None = None
    confirm: str | None = None
    slack: bool | None = None
    mail: bool | None = None
    time: str | None = None
    day: Weekday | None = None
    timezone: str | None = None
    template: str | None = None
    marks: bool | None = None


@dataclass(frozen=True, slots=True)
class NotificationCard:
    """How a user is told of new results; `next_due_at` in the user's own time zone."""

    on: bool
    frequency: Frequency
    email: str
    pending: str | None
    slack: bool
    mail: bool
    time: str
    day: Weekday
    time_zone: str
    template: str | None
    marks_downloaded: bool
    next_due_at: datetime | None
    notes: tuple[Phrase, ...] = ()
    notices: tuple[Notice, ...] = ()

    def document(self) -> dict[str, Any]:
        """`notifications`, with `next_due_at` in ISO or null."""
        return {
            "notifications": {
                "on": self.on,
                "frequency": self.frequency.value,
                "email": self.email,
                "pending_email": self.pending,
                "slack": self.slack,
                "mail": self.mail,
                "time": self.time,
                "day": self.day.value,
                "timezone": self.time_zone,
                "template": self.template,
                "marks_downloaded": self.marks_downloaded,
                "next_due_at": self.next_due_at and self.next_due_at.isoformat(),
            },
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class SettingsCard:
    """Start page and language."""

    start: StartPage
    language: Language

    def document(self) -> dict[str, Any]:
        """`settings`."""
        return {"settings": {"start": self.start.value, "language": self.language.value}}


def show_notifications(session: Session, actor: Actor) -> NotificationCard:
    """How this user is told of new results."""
    return _card(session, actor, session.get_one(Preference, actor.user_id))


def set_notifications(
    session: Session, actor: Actor, switch: Switch | None, wishes: Wishes, *, now: datetime
) -> NotificationCard:
    """Change what is given; daily and weekly take the time of day at which they are set."""
    row = session.get_one(Preference, actor.user_id)
    zone = _zone(wishes.timezone) if wishes.timezone is not None else row.time_zone
    chosen = template_choice(session, actor, wishes.template)
    notices = _address(row, actor, wishes, now)
    row.time_zone = zone
    if wishes.template is not None:
        row.template_id = chosen
    _switch(row, switch, now)
    _times(row, wishes)
    row.next_due_at = due_after(row, now)
    session.flush()
    audit.record(session, actor, "preference:changed", now=now, subject=actor.email)
    return _card(session, actor, row, notices)


def set_settings(
    session: Session,
    actor: Actor,
    *,
    start: StartPage | None = None,
    language: Language | None = None,
    now: datetime,
) -> SettingsCard:
    """Change or show the start page and the language."""
    row = session.get_one(Preference, actor.user_id)
    if start is not None or language is not None:
        row.start_page = start or row.start_page
        row.language = language or row.language
        session.flush()
        audit.record(session, actor, "preference:changed", now=now, subject=actor.email)
    return SettingsCard(StartPage(row.start_page), Language(row.language))


def due_after(row: Preference, moment: datetime) -> datetime | None:
    """When this user's next digest is due; None where none is owed."""
    if not (row.notifications_on and (row.mail_on or row.slack_on)):
        return None
    return next_due(
        Frequency(row.frequency), row.set_time, Weekday(row.set_day), row.time_zone, moment
    )


def template_choice(session: Session, actor: Actor, name: str | None) -> int | None:
    """The row of the template by name; None for the default or the built-in one."""
    if name is None or name.strip().casefold() in {STANDARD, "default"}:
        return None
    return template_id(session, actor, name)


def _switch(row: Preference, switch: Switch | None, now: datetime) -> None:
    if switch is None:
        return
    row.notifications_on = switch is not Switch.OFF
    if switch in {Switch.OFF, Switch.ON}:
        return
    row.frequency = switch.value
    local = now.astimezone(ZoneInfo(row.time_zone))
    row.set_time = f"{local:%H:%M}"
    row.set_day = list(Weekday)[local.weekday()].value


def _times(row: Preference, wishes: Wishes) -> None:
    row.slack_on = row.slack_on if wishes.slack is None else wishes.slack
    row.mail_on = row.mail_on if wishes.mail is None else wishes.mail
    row.marks_downloaded = row.marks_downloaded if wishes.marks is None else wishes.marks
    row.set_time = wishes.time or row.set_time
    row.set_day = wishes.day or row.set_day


def _address(row: Preference, actor: Actor, wishes: Wishes, now: datetime) -> tuple[Notice, ...]:
    if wishes.confirm is not None:
        _confirm(row, wishes.confirm, now)
    if wishes.email is None:
        return ()
    if wishes.email.strip().lower() in {LOGIN, actor.email}:
        row.address = row.pending_address = row.code_hash = row.code_expires_at = None
        return ()
    row.pending_address = clean_address(wishes.email)
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    row.code_hash, row.code_expires_at = _hashed(code), now + CODE_LIFETIME
    return (ConfirmAddress(actor.user_id, row.pending_address, code),)


def _confirm(row: Preference, code: str, now: datetime) -> None:
    expired = row.code_expires_at is None or row.code_expires_at < now
    if row.code_hash is None or expired or not _same(row.code_hash, code):
        raise usage(
            "code_wrong",
            "That code is not right, or its time is over. `notifications email=…` sends a new one.",
        )
    row.address = row.pending_address
    row.pending_address = row.code_hash = row.code_expires_at = None


def _hashed(code: str) -> str:
    return sha256(code.strip().upper().encode()).hexdigest()


def _same(hashed: str, code: str) -> bool:
    return secrets.compare_digest(hashed, _hashed(code))


def _zone(name: str) -> str:
    zones = available_timezones()
    if name in zones:
        return name
    by_case = {zone.lower(): zone for zone in zones}
    if name.lower() in by_case:
        return by_case[name.lower()]
    last = {zone.rpartition("/")[2].lower(): zone for zone in sorted(zones)}
    near = get_close_matches(name.lower().replace(" ", "_"), [*by_case, *last], n=1)
    found = by_case.get(near[0]) or last[near[0]] if near else "Europe/London"
    raise usage(
        "unknown_time_zone",
        "{name} is not a time zone. Write it like {near}.",
        name=name,
        near=found,
    )


def _card(
    session: Session, actor: Actor, row: Preference, notices: tuple[Notice, ...] = ()
) -> NotificationCard:
    template = session.get(Template, row.template_id) if row.template_id else None
    due = row.next_due_at and row.next_due_at.astimezone(ZoneInfo(row.time_zone))
    return NotificationCard(
        on=row.notifications_on,
        frequency=Frequency(row.frequency),
        email=row.address or actor.email,
        pending=row.pending_address,
        slack=row.slack_on,
        mail=row.mail_on,
        time=row.set_time,
        day=Weekday(row.set_day),
        time_zone=row.time_zone,
        template=template.name if template is not None else None,
        marks_downloaded=row.marks_downloaded,
        next_due_at=due,
        notes=tuple(_notes(row)),
        notices=notices,
    )


def _notes(row: Preference) -> list[Phrase]:
    notes = []
    if row.pending_address is not None:
        notes.append(
            say(
                "A code was sent to {address}. `notifications confirm=CODE` completes the change; "
                "until then nothing is sent there.",
                address=row.pending_address,
            )
        )
    if row.notifications_on and not (row.mail_on or row.slack_on):
        notes.append(say("Both e-mail and Slack are off, so nothing is sent."))
    if row.notifications_on and row.frequency == Frequency.IMMEDIATE:
        notes.append(
            say(
                "If you typically receive a large number of IELTS scores, please note that you "
                "will receive an email for each individual applicant, resulting in numerous "
                "emails sent to your inbox."
            )
        )
    return notes
