"""Notification preferences and settings as text."""

from __future__ import annotations

from console.text.render import card, text
from console.text.templates import NO, YES
from core.phrases import Phrase, in_language, say
from core.preferences import NotificationCard, SettingsCard
from core.terms import Frequency, Language, StartPage

FREQUENCIES = {
    Frequency.IMMEDIATE: say("Immediate"),
    Frequency.DAILY: say("Daily"),
    Frequency.WEEKLY: say("Weekly"),
}
LANGUAGES = {Language.ENGLISH_UK: say("English (UK)"), Language.ENGLISH_US: say("English (US)")}
START_PAGES = {StartPage.HOME: say("Home"), StartPage.VERIFICATION: say("Verification")}
DAYS = {
    "monday": say("Monday"),
    "tuesday": say("Tuesday"),
    "wednesday": say("Wednesday"),
    "thursday": say("Thursday"),
    "friday": say("Friday"),
    "saturday": say("Saturday"),
    "sunday": say("Sunday"),
}


@text.register
def _(answer: NotificationCard, language: Language) -> str:
    rows = [
        (say("Notifications"), say("On") if answer.on else say("Off")),
        (say("Frequency"), FREQUENCIES[answer.frequency]),
        (say("Time"), _time(answer)),
        (say("Email Address"), answer.email),
        (say("E-mail"), say("On") if answer.mail else say("Off")),
        (say("Slack"), say("On") if answer.slack else say("Off")),
        (say("Template"), answer.template or say("Default")),
        (say("Marks as downloaded"), YES if answer.marks_downloaded else NO),
        (say("Next"), (answer.next_due_at and f"{answer.next_due_at:%Y-%m-%d %H:%M %Z}") or ""),
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


@text.register
def _(answer: SettingsCard, language: Language) -> str:
    rows = [
        (say("Start Page"), START_PAGES[answer.start]),
        (say("Language"), LANGUAGES[answer.language]),
    ]
    return card(say("Application Preferences"), rows, answer.language or language)
