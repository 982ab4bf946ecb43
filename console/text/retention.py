"""Retention as text."""

from __future__ import annotations

from dataclasses import asdict

from console.text.render import card, text
from core.phrases import say
from core.retention import Purged
from core.terms import Language

LABELS = {
    "photos": say("Photos"),
    "results": say("Results"),
    "changes": say("Old values"),
    "watches": say("Watched numbers"),
    "verifications": say("Verifications"),
    "enquiries": say("Enquiries"),
    "preferences": say("Preferences of removed users"),
    "codes": say("Codes that nobody used"),
    "messages": say("Messages sent long ago"),
    "audit_events": say("Audit events"),
}


@text.register
def _(answer: Purged, language: Language) -> str:
    rows = [(LABELS[name], str(count)) for name, count in asdict(answer).items()]
    return card(say("Deleted, being past their time"), rows, language)
