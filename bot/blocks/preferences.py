"""Notifications and settings as blocks."""

from __future__ import annotations

from bot.blocks.kit import Block, Reader, actions, fields, opens, section, warnings
from bot.blocks.render import blocks, headline
from core.phrases import Phrase, say
from core.preference_cards import NotificationCard, SettingsCard
from core.terms import Frequency
from core.wording import DAYS, FREQUENCIES, LANGUAGES, NO, OFF, ON, START_PAGES, YES


@headline.register
def _(_: NotificationCard) -> Phrase:
    return say("Notification Preferences")


@blocks.register
def _(answer: NotificationCard, reader: Reader) -> list[Block]:
    rows = [
        (say("Notifications"), ON if answer.on else OFF),
        (say("Frequency"), FREQUENCIES[answer.frequency]),
        (say("Time"), _time(answer)),
        (say("Email Address"), answer.email),
        (say("E-mail"), ON if answer.mail else OFF),
        (say("Slack"), ON if answer.slack else OFF),
        (say("Template"), answer.template or say("Default")),
        (say("Marks as downloaded"), YES if answer.marks_downloaded else NO),
        (say("Next"), _next(answer)),
    ]
    return [
        section(f"*{reader.says(say('Notification Preferences'))}*"),
        *fields([(label, reader.plain(value)) for label, value in rows], reader),
        *warnings(answer.notes, reader),
        actions(opens(reader.plain(say("Change")), "notifications")),
    ]


def summary(answer: NotificationCard, reader: Reader) -> str:
    """In one line, for the Home tab."""
    if not answer.on:
        return reader.says(say("Notifications are off."))
    how = [ON_SLACK] * answer.slack + [BY_MAIL] * answer.mail
    parts = [FREQUENCIES[answer.frequency], _time(answer), *how]
    return " · ".join(reader.says(part) for part in parts if part)


ON_SLACK, BY_MAIL = say("Slack"), say("E-mail")


def _time(answer: NotificationCard) -> str:
    if answer.frequency is Frequency.IMMEDIATE:
        return ""
    if answer.frequency is Frequency.DAILY:
        return f"{answer.time} {answer.time_zone}"
    return say("{day} {time} {zone}", day=DAYS[answer.day], time=answer.time, zone=answer.time_zone)


def _next(answer: NotificationCard) -> str:
    due = answer.next_due_at
    if due is None:
        return ""
    return say("{date} at {time} {zone}", date=due.date(), time=f"{due:%H:%M}", zone=f"{due:%Z}")


@headline.register
def _(_: SettingsCard) -> Phrase:
    return say("Application Preferences")


@blocks.register
def _(answer: SettingsCard, reader: Reader) -> list[Block]:
    rows = [
        (say("Start Page"), reader.plain(START_PAGES[answer.start])),
        (say("Language"), reader.plain(LANGUAGES[answer.language])),
    ]
    return [*fields(rows, reader), actions(opens(reader.plain(say("Change")), "settings"))]
