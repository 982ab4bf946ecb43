"""Choices in words."""

from __future__ import annotations

from core.comparison import Verdict
from core.phrases import Phrase, say
from core.terms import (
    Frequency,
    Language,
    Outcome,
    Role,
    Service,
    StartPage,
    Weekday,
)

WORDS: dict[object, Phrase] = {
    Verdict.MATCH: say("match"),
    Verdict.MISMATCH: say("MISMATCH"),
    Verdict.AMBIGUOUS: say("ambiguous"),
    Outcome.MATCH: say("match"),
    Outcome.NO_MATCH: say("no match"),
    Outcome.UNAVAILABLE: say("could not be checked"),
    Frequency.IMMEDIATE: say("Immediate"),
    Frequency.DAILY: say("Daily"),
    Frequency.WEEKLY: say("Weekly"),
    Language.ENGLISH_UK: say("English (UK)"),
    Language.ENGLISH_US: say("English (US)"),
    StartPage.HOME: say("Home"),
    StartPage.VERIFICATION: say("Verification"),
    Role.ADMINISTRATOR: say("Administrator"),
    Role.USER: say("User"),
    Service.VERIFICATION: say("Verification"),
    Service.E_DELIVERY: say("E-Delivery"),
    Service.API: say("E-Delivery with API Integration"),
    Weekday.MONDAY: say("Monday"),
    Weekday.TUESDAY: say("Tuesday"),
    Weekday.WEDNESDAY: say("Wednesday"),
    Weekday.THURSDAY: say("Thursday"),
    Weekday.FRIDAY: say("Friday"),
    Weekday.SATURDAY: say("Saturday"),
    Weekday.SUNDAY: say("Sunday"),
}
"""Keyed by members; those of equal value in two enums mean the same."""
