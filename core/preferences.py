"""Each user's SETTINGS page (guide, Set up notifications)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel import Session, func, select

from core import audit, confirmation
from core.actors import Actor
from core.addresses import clean_address
from core.due_times import moment_of, next_due
from core.months import Month
from core.phrases import Phrase, say
from core.preference_cards import NotificationCard, SettingsCard
from core.tables import Delivery, Preference, Template
from core.templates import template_id
from core.terms import Frequency, Language, StartPage, Weekday
from core.time_zones import time_zone_named

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


def show_notifications(session: Session, actor: Actor) -> NotificationCard:
    """How this user is told of new results."""
    return _card(session, actor, session.get_one(Preference, actor.user_id))


def set_notifications(
    session: Session, actor: Actor, switch: Switch | None, wishes: Wishes, *, now: datetime
) -> NotificationCard:
    """Change what is given; daily and weekly take the time of day at which they are set."""
    row = session.get_one(Preference, actor.user_id, with_for_update=True)
    zone = row.time_zone if wishes.timezone is None else time_zone_named(wishes.timezone)
    template = row.template_id
    if wishes.template is not None:
        template = template_choice(session, actor, wishes.template)
    _address(session, actor, row, wishes, now)
    month = month_owed(row, zone, now)
    row.time_zone, row.template_id = zone, template
    _switch(row, switch, now)
    _times(row, wishes)
    due_at = due_after(row, now)
    if row.next_due_at is None:
        row.told_arrival_id = latest_arrival(session, actor.organisation_id)
    row.next_due_at, row.picture_due_at = due_at, picture_due(row, month)
    session.flush()
    if changed := _changed(switch, wishes):
        audit.record(
            session, actor, "preference:changed", now=now, subject=actor.email, changed=changed
        )
    return _card(session, actor, row)


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
    given = {"start": start, "language": language}
    changed = {name: value.value for name, value in given.items() if value is not None}
    if changed:
        row.start_page = start or row.start_page
        row.language = language or row.language
        session.flush()
        audit.record(
            session, actor, "preference:changed", now=now, subject=actor.email, changed=changed
        )
    return SettingsCard(StartPage(row.start_page), Language(row.language))


def latest_arrival(session: Session, organisation_id: int) -> int:
    """The newest arrival that brought this organisation something; what came before is old."""
    newest = select(func.max(Delivery.arrival_id))
    return session.exec(newest.where(Delivery.organisation_id == organisation_id)).one() or 0


def due_after(row: Preference, moment: datetime) -> datetime | None:
    """When this user's next digest is due; None where none is owed."""
    if not _hears(row):
        return None
    return next_due(
        Frequency(row.frequency), row.set_time, Weekday(row.set_day), row.time_zone, moment
    )


def month_owed(row: Preference, zone: str, now: datetime) -> Month:
    """The next month of which an administrator is owed the picture, also after a move of zone.

    For somebody who was owed none it is the one that it is now in the new zone.
    """
    if row.picture_due_at is None:
        return Month.at(now, zone)
    return Month.at(row.picture_due_at, row.time_zone).before


def picture_due(row: Preference, month: Month) -> datetime | None:
    """When the picture of a month is owed: once it is over, at the time of day of digests."""
    if not _hears(row):
        return None
    return moment_of(month.after.first, row.set_time, row.time_zone)


def _hears(row: Preference) -> bool:
    return row.notifications_on and (row.mail_on or row.slack_on)


def template_choice(session: Session, actor: Actor, name: str) -> int | None:
    """The row of the template by name; None for the default or the built-in one."""
    if name.strip().casefold() in {STANDARD, "default"}:
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


def _address(
    session: Session, actor: Actor, row: Preference, wishes: Wishes, now: datetime
) -> None:
    """Confirm the address that waits, then let another wait; the login address needs no code."""
    address = None if wishes.email is None else _cleaned(wishes.email, actor)
    if wishes.confirm is not None:
        confirmation.confirm(session, actor, row, wishes.confirm, now=now)
    if address is None:
        return
    if address in {actor.email, row.address}:
        row.address = None if address == actor.email else address
        confirmation.forget(row)
    else:
        confirmation.ask(session, actor, row, address, now=now)


def _cleaned(email: str, actor: Actor) -> str:
    return actor.email if email.strip().lower() == LOGIN else clean_address(email)


def _changed(switch: Switch | None, wishes: Wishes) -> dict[str, object]:
    """What was asked for, for the trail: never a code."""
    given = {one.name: getattr(wishes, one.name) for one in fields(Wishes)} | {"switch": switch}
    return {
        name: value
        for name, value in given.items()
        if value is not None and name not in {"email", "confirm"}
    }


def _card(session: Session, actor: Actor, row: Preference) -> NotificationCard:
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
