"""Notification preferences and settings as text."""

from __future__ import annotations

from console.text.render import card, text
from core.phrases import Phrase, in_language, say
from core.preference_cards import NotificationCard, SettingsCard
from core.terms import Frequency, Language
from core.wording import DAYS, FREQUENCIES, LANGUAGES, NO, OFF, ON, START_PAGES, YES


@text.register
def _(answer: NotificationCard, language: Language) -> str:
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
    lines = [card(say("Notification Preferences"), rows, language)]
    lines += [f"! {in_language(note, language)}" for note in answer.notes]
    return "\n".join(lines)


def _time(answer: NotificationCard) -> str | Phrase:
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


@text.register
def _(answer: SettingsCard, language: Language) -> str:
    rows = [
        (say("Start Page"), START_PAGES[answer.start]),
        (say("Language"), LANGUAGES[answer.language]),
    ]
    return card(say("Application Preferences"), rows, answer.language or language)
