"""Create a user, as the guide's form has it: all but the tick are required."""

from __future__ import annotations

from bot.blocks.kit import Reader
from bot.modals.form import Form, Submitted, View, entry, modal, quoted, ticks, words
from core.enrolment import LONGEST_NAME
from core.phrases import say

ADMINISTRATOR = "administrator"


def view(reader: Reader, _: str = "") -> View:
    """Four inputs in the guide's order."""
    role = ticks({ADMINISTRATOR: say("Administrator")}, reader, set())
    blocks = [
        entry("role", say("Role"), role, reader, optional=True),
        entry("first", say("First Name"), words(most=LONGEST_NAME), reader),
        entry("family", say("Last Name"), words(most=LONGEST_NAME), reader),
        entry("email", say("Email"), {"type": "email_text_input"}, reader),
    ]
    return modal(FORM, reader, blocks, say("Create"))


def _line(form: Submitted) -> str:
    role = ADMINISTRATOR if ADMINISTRATOR in form.ticked("role") else "user"
    named = " ".join(quoted(form.text(part) or " ") for part in ("first", "family", "email"))
    return f"users add {named} role={role}"


FORM = Form("user", say("Create a user"), _line, otherwise="email")
