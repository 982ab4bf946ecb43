"""The names of choices as people read them, on every surface."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.comparison import Verdict
from core.phrases import Phrase, say
from core.terms import (
    AttachmentPolicy,
    Frequency,
    Language,
    Outcome,
    Role,
    Service,
    Skill,
    StartPage,
    Weekday,
)

YES, NO = say("yes"), say("no")
ON, OFF = say("On"), say("Off")
SET, NOT_SET = say("Set"), say("Not set")

VERDICTS = {
    Verdict.MATCH: say("match"),
    Verdict.MISMATCH: say("MISMATCH"),
    Verdict.AMBIGUOUS: say("ambiguous"),
}
OUTCOMES = {
    Outcome.MATCH: say("match"),
    Outcome.NO_MATCH: say("no match"),
    Outcome.UNAVAILABLE: say("could not be checked"),
}
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
SKILLS = {
    Skill.LISTENING: say("Listening"),
    Skill.READING: say("Reading"),
    Skill.WRITING: say("Writing"),
    Skill.SPEAKING: say("Speaking"),
}
ROLES = {Role.ADMINISTRATOR: say("Administrator"), Role.USER: say("User")}
SERVICES = {
    Service.VERIFICATION: say("Verification"),
    Service.E_DELIVERY: say("E-Delivery"),
    Service.API: say("E-Delivery with API Integration"),
}
POLICIES = {
    AttachmentPolicy.ATTACH: say("Attached as they are"),
    AttachmentPolicy.ZIP: say("In a zip that only the reader's passphrase opens (AES-256)"),
    AttachmentPolicy.NOTICE: say("Not by mail, which then names no candidate either"),
}

WORDS: dict[Any, Phrase] = {
    **VERDICTS,
    **OUTCOMES,
    **FREQUENCIES,
    **LANGUAGES,
    **START_PAGES,
    **DAYS,
    **ROLES,
    **SERVICES,
    **POLICIES,
}
"""All of them by member, for letters; those of equal value in two enums mean the same."""


def moment(when: datetime) -> Phrase:
    """A moment in the reader's way, in the time zone that it came with."""
    return say("{date} at {time} {zone}", date=when.date(), time=f"{when:%H:%M}", zone=f"{when:%Z}")
