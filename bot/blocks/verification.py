"""Verifications, watches and enquiries as blocks; the card is the guide's screen."""

from __future__ import annotations

from functools import cache

from bot.blocks.kit import (
    Block,
    Reader,
    actions,
    button,
    confirm,
    context,
    escaped,
    fields,
    fits_table,
    header,
    opens,
    runs,
    section,
    table,
    warnings,
)
from bot.blocks.render import blocks, headline
from core.comparison import Verdict
from core.contacts import REPRESENTATIVES
from core.enquiries import EnquiryOpened
from core.phrases import Phrase, counted, say
from core.record_rows import band_rows, day, full_name, result_rows, verdict_rows, whose_rows
from core.records import Record
from core.terms import Language, Module, Outcome, band_on_card
from core.verification_cards import VerificationCard, VerificationTable
from core.watches import WatchSet
from core.wording import OUTCOMES

SHARE = "share"
SHOWN_WATCHES = 30

SIGNS = {
    Verdict.MATCH: ":white_check_mark:",
    Verdict.MISMATCH: ":x:",
    Verdict.AMBIGUOUS: ":grey_question:",
}
HEADLINES = {
    Outcome.MATCH: say("Match found."),
    Outcome.NO_MATCH: say("No match found."),
    Outcome.UNAVAILABLE: say("The number could not be checked."),
}


@headline.register
def _(answer: VerificationCard) -> Phrase:
    return HEADLINES[answer.outcome]


@headline.register
def _(answer: VerificationTable) -> Phrase:
    return counted(len(answer.cards), "{n} number was checked.", "{n} numbers were checked.")


@blocks.register
def _(answer: VerificationCard, reader: Reader) -> list[Block]:
    shown: list[Block] = [section(reader.says(answer.message))]
    if answer.record is not None:
        shown = [*record_blocks(answer.record, reader), *shown]
    else:
        shown.insert(0, context(f"`{escaped(answer.trf_number)}`"))
    if answer.comparison:
        shown += _comparison(answer, reader)
    shown += warnings(answer.remarks, reader)
    return [*shown, _choices(answer, reader)]


def record_blocks(record: Record, reader: Reader) -> list[Block]:
    """A record as the guide's verification screen shows it."""
    scores = band_rows(record)
    shown = [
        header(reader.plain(say("TRF Number {number}", number=record.trf_number))),
        *fields(whose_rows(record), reader),
        section(f"*{reader.says(say('Test Results'))}*"),
        *fields(result_rows(record), reader),
    ]
    return shown + fields(scores, reader) if any(band for _, band in scores) else shown


def _comparison(answer: VerificationCard, reader: Reader) -> list[Block]:
    title = f"*{reader.says(say('Compared with what you gave'))}*"
    signs = [SIGNS[one] for one in (answer.comparison or {}).values()]
    lines = [
        f"{sign} {reader.says(claim)}: {reader.says(verdict)}"
        for sign, (claim, verdict) in zip(signs, verdict_rows(answer), strict=True)
    ]
    return [section("\n".join([title, *lines]))]


def _choices(answer: VerificationCard, reader: Reader) -> Block:
    number = answer.trf_number
    report = opens(reader.plain(say("Report a suspect form")), "report", number)
    watch = runs(reader.plain(say("Watch")), f"watch {number}", "watch")
    if answer.outcome is Outcome.UNAVAILABLE:
        return actions(runs(reader.plain(say("Try again")), f"verify {number}", "again"), watch)
    if answer.record is None:
        again = opens(reader.plain(say("Try again")), "verify", number)
        return actions(again, watch, report, runs(reader.plain(say("Help")), "help", "help"))
    compare = opens(reader.plain(say("Compare with a copy")), "verify", number)
    return actions(compare, watch, report, *([_share(number, reader)] * reader.in_channel))


def _share(number: str, reader: Reader) -> Block:
    asked = _asked_before_sharing(reader.language)
    return button(reader.plain(say("Share masked")), SHARE, number, confirm=asked)


@cache
def _asked_before_sharing(language: Language) -> Block:
    reader = Reader(language)
    return confirm(
        reader.plain(say("Share with everybody here?")),
        reader.plain(
            say(
                "All members of this channel will see that you verified a form, and whether it "
                "matched. No name, no date of birth, and only the end of the number."
            )
        ),
        reader.plain(say("Share")),
        reader.plain(say("Cancel")),
    )


@blocks.register
def _(answer: VerificationTable, reader: Reader) -> list[Block]:
    rows = rows_of(answer, reader)
    if not fits_table(rows):
        return follows(answer, reader)
    return [section(_tally(answer, reader)), table(rows)]


def follows(answer: VerificationTable, reader: Reader) -> list[Block]:
    """How many matched; the list itself comes as a file."""
    told = say("The list is on its way to your direct messages as a file.")
    return [section(_tally(answer, reader)), section(reader.says(told))]


def _tally(answer: VerificationTable, reader: Reader) -> str:
    found = dict.fromkeys(Outcome, 0)
    for card in answer.cards:
        found[card.outcome] += 1
    return " · ".join(f"*{n}* {reader.says(OUTCOMES[one])}" for one, n in found.items() if n)


def rows_of(answer: VerificationTable, reader: Reader) -> list[list[str]]:
    """The table with its titles."""
    titles = (
        say("TRF Number"),
        say("Outcome"),
        say("Name"),
        say("Test Date"),
        say("Module"),
        say("Overall"),
        say("Notes"),
    )
    return [[reader.plain(title) for title in titles], *(_row(one, reader) for one in answer.cards)]


def _row(one: VerificationCard, reader: Reader) -> list[str]:
    notes = "; ".join(reader.plain(warning) for warning in one.remarks)
    outcome = reader.plain(OUTCOMES[one.outcome])
    record = one.record
    if record is None:
        return [one.trf_number, outcome, "", "", "", "", notes]
    return [
        one.trf_number,
        outcome if record.released else record.status,
        full_name(record),
        reader.plain(day(record.test_date)),
        Module(record.module).written_out if record.module else "",
        band_on_card(record.overall),
        notes,
    ]


@headline.register
def _(answer: WatchSet) -> Phrase:
    return say("You watch it now.") if answer.watching else say("You watch it no more.")


@blocks.register
def _(answer: WatchSet, reader: Reader) -> list[Block]:
    number = answer.trf_number
    if answer.watching:
        told = say("You will hear when the record of {number} appears or changes.", number=number)
        button_ = runs(reader.plain(say("Stop watching")), f"unwatch {number}", "unwatch")
    else:
        told = say("You will hear no more about {number}.", number=number)
        button_ = runs(reader.plain(say("Watch")), f"watch {number}", "watch")
    shown = [section(reader.says(told), button_)]
    if answer.watched:
        numbers = ", ".join(answer.watched[:SHOWN_WATCHES])
        more = "…" * (len(answer.watched) > SHOWN_WATCHES)
        shown.append(context(reader.says(say("You watch: {numbers}.", numbers=numbers + more))))
    return shown


@headline.register
def _(answer: EnquiryOpened) -> Phrase:
    return say("Enquiry {id} is open.", id=answer.enquiry_id)


@blocks.register
def _(answer: EnquiryOpened, reader: Reader) -> list[Block]:
    sentence = say(
        "Enquiry {id} about {number} is open, with the copy you sent. Email "
        "stakeholder@ieltsusa.org or contact your regional IELTS USA representative "
        "({representatives}) to investigate.",
        id=answer.enquiry_id,
        number=answer.trf_number,
        representatives=REPRESENTATIVES,
    )
    return [section(reader.says(sentence))]
