"""Notification preferences and settings as text."""

from __future__ import annotations

from console.text.render import card, text
from console.text.templates import NO, YES
from core.phrases import Phrase, in_language, say
from core.preference_cards import NotificationCard, SettingsCard
from core.terms import Frequency, Language, StartPage, Weekday

FREQUENCIES = {
    Frequency.IMMEDIATE: say("Immediate"),
    Frequency.DAILY: say("Daily"),
    Frequency.WEEKLY: say("Weekly"),
}
LANGUAGES = {Language.ENGLISH_UK: say("English (UK)"), Language.ENGLISH_US: say("English (US)")}
START_PAGES = {StartPage.HOME: say("Home"), StartPage.VERIFICATION: say("Verification")}
DAYS = {
    Weekday.MONDAY: say("Monday"),
    Weekday.TUESDAY: say("Tuesday"),
    Weekday.WEDNESDAY: say("Wednesday"),
    Weekday.THURSDAY: say("Thursday"),
    Weekday.FRIDAY: say("Friday"),
    Weekday.SATURDAY: say("Saturday"),
    Weekday.SUNDAY: say("Sunday"),
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
