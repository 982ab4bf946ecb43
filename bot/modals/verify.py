"""Verify a Test Report Form: its number, and what a copy shows if it is to be compared."""

from __future__ import annotations

from bot.blocks.kit import Reader
from bot.modals.form import Form, Submitted, View, choice, entry, modal, note, quoted, words
from core.phrases import Phrase, say
from core.terms import TRF_LENGTH, Module

CLAIMS = ("name", "dob", "date", "overall", "listening", "reading", "writing", "speaking")
BANDS = CLAIMS[3:]
MOST_TYPED = 2000


def view(reader: Reader, number: str = "") -> View:
    """The guide's screen, with the number filled in where it is known."""
    typed = words(number, MOST_TYPED)
    typed["multiline"] = not number
    blocks = [
        entry(
            "numbers",
            say("Test Report Form Number (see bottom right corner of the Test Report Form)"),
            typed,
            reader,
            hint=say(
                "Up to {most} digits and letters. Several numbers may be given.", most=TRF_LENGTH
            ),
        ),
        note(reader.says(say("Fill in what a copy shows, and it is compared with the record."))),
        entry("name", say("Name"), words(), reader, optional=True),
        entry("dob", say("Date of Birth"), {"type": "datepicker"}, reader, optional=True),
        entry("date", say("Test Date"), {"type": "datepicker"}, reader, optional=True),
        entry("module", say("Module"), _modules(reader), reader, optional=True),
        *(
            entry(band, label, words(most=4, placeholder="6.5"), reader, optional=True)
            for band, label in zip(BANDS, _labels(), strict=True)
        ),
    ]
    return modal(FORM, reader, blocks, say("Search"))


def _modules(reader: Reader) -> View:
    modules = {one.value: one.written_out for one in Module}
    return choice("static_select", modules, reader)


def _labels() -> tuple[Phrase, ...]:
    return (say("Overall"), say("Listening"), say("Reading"), say("Writing"), say("Speaking"))


def _line(form: Submitted) -> str:
    claims = {name: form.text(name) for name in CLAIMS} | {"module": form.chosen("module")}
    given = (f"{name}={quoted(value)}" for name, value in claims.items() if value)
    return " ".join(["verify", *form.text("numbers").split(), *given])


FORM = Form(
    "verify",
    say("Verify Test Report Form"),
    _line,
    {"not_a_name": "name", "not_a_date": "dob"},
    otherwise="numbers",
)
