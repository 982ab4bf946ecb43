"""Notification preferences."""

from __future__ import annotations

from bot.blocks.kit import Reader
from bot.modals.form import Form, Submitted, View, choice, entry, modal, note, quoted, ticks, words
from core.phrases import say
from core.preference_cards import NotificationCard
from core.template_cards import TemplateList
from core.wording import DAYS, FREQUENCIES, OFF, ON

DEFAULT = "default"
MOST_TEMPLATES = 98
"""Slack offers a hundred at most, the default and the chosen one among them."""


RECOMMENDED = say(
    "Receive emails when new results are available. We recommend all institutions use "
    "notifications."
)
"""The guide's."""


def view(reader: Reader, card: NotificationCard, templates: TemplateList) -> View:
    """As they are now, in the guide's order."""
    frequencies = {one.value: text for one, text in FREQUENCIES.items()}
    days = {one.value: text for one, text in DAYS.items()}
    on = {"on": ON, "off": OFF}
    by = {"slack": say("Slack"), "mail": say("E-mail")}
    ways = {name for name, given in (("slack", card.slack), ("mail", card.mail)) if given}
    now = "on" if card.on else "off"
    marking = {"marks": say("The file marks its results as downloaded")}
    ticked = set(marking) if card.marks_downloaded else set()
    blocks = [
        note(reader.says(RECOMMENDED)),
        entry("on", say("Notifications"), choice("radio_buttons", on, reader, now), reader),
        entry(
            "frequency",
            say("Frequency"),
            choice("radio_buttons", frequencies, reader, card.frequency),
            reader,
        ),
        entry("time", say("Time"), {"type": "timepicker", "initial_time": card.time}, reader),
        entry(
            "day", say("Day, if weekly"), choice("static_select", days, reader, card.day), reader
        ),
        entry("timezone", say("Time zone"), words(card.time_zone), reader),
        entry("ways", say("Tell me by"), ticks(by, reader, ways), reader, optional=True),
        entry(
            "email",
            say("Email Address"),
            {"type": "email_text_input"},
            reader,
            optional=True,
            hint=say("Now {email}. A new address is used after a code from it.", email=card.email),
        ),
        entry("template", say("Template of the file"), _templates(card, templates, reader), reader),
        entry(
            "marks",
            say("If daily or weekly"),
            ticks(marking, reader, ticked),
            reader,
            optional=True,
        ),
    ]
    return modal(FORM, reader, blocks, say("Update"))


def _templates(card: NotificationCard, templates: TemplateList, reader: Reader) -> View:
    names = [one.layout.name for one in templates.cards][:MOST_TEMPLATES]
    chosen = card.template or DEFAULT
    offered = {DEFAULT: str(reader.plain(say("Default")))} | {name: name for name in names}
    if chosen not in offered:
        offered[chosen] = chosen
    return choice("static_select", offered, reader, chosen)


def _line(form: Submitted) -> str:
    ways = form.ticked("ways")
    switch = form.chosen("frequency") if form.chosen("on") == "on" else "off"
    parts = [
        f"notifications {switch}",
        *(f"{way}={'yes' if way in ways else 'no'}" for way in ("slack", "mail")),
        f"marks={'yes' if form.ticked('marks') else 'no'}",
        f"time={form.text('time')}",
        f"day={form.chosen('day')}",
        f"timezone={quoted(form.text('timezone'))}",
        f"template={quoted(form.chosen('template') or DEFAULT)}",
    ]
    email = form.text("email")
    return " ".join([*parts, f"email={email}"] if email else parts)


FORM = Form(
    "notifications",
    say("Notifications"),
    _line,
    {
        "not_an_address": "email",
        "unknown_time_zone": "timezone",
        "not_a_time": "time",
        "no_such_template": "template",
        "too_many_codes": "email",
    },
    otherwise="on",
)
