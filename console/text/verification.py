"""Verifications, watches, enquiries and the account as text."""

from __future__ import annotations

from console.text.render import card, table, text
from core.contacts import REPRESENTATIVES
from core.enquiries import EnquiryOpened
from core.phrases import in_language, say
from core.record_rows import band_rows, day, full_name, person_rows, verdict_rows
from core.records import Record
from core.terms import Language, band_on_card
from core.verification_cards import VerificationCard, VerificationTable
from core.watches import WatchSet
from core.wording import OUTCOMES


@text.register
def _(answer: VerificationCard, language: Language) -> str:
    parts = [in_language(answer.message, language)]
    if answer.record is not None:
        parts.append(_record(answer.record, language))
    if answer.comparison:
        verdicts = verdict_rows(answer)
        parts.append(card(say("Compared with what you gave"), verdicts, language))
    parts += [f"! {in_language(warning, language)}" for warning in answer.remarks]
    return "\n".join(parts)


def _record(record: Record, language: Language) -> str:
    rows = [*person_rows(record), *band_rows(record)]
    return card(say("TRF Number {number}", number=record.trf_number), rows, language)


@text.register
def _(answer: VerificationTable, language: Language) -> str:
    headings = [
        say("TRF Number"),
        say("Outcome"),
        say("Name"),
        say("Test Date"),
        say("Module"),
        say("Overall"),
        say("Notes"),
    ]
    return table([headings, *(_row(one, language) for one in answer.cards)], language)


def _row(one: VerificationCard, language: Language) -> list[str]:
    notes = "; ".join(in_language(warning, language) for warning in one.remarks)
    if one.record is None:
        return [one.trf_number, OUTCOMES[one.outcome], "", "", "", "", notes]
    record = one.record
    return [
        one.trf_number,
        OUTCOMES[one.outcome] if record.released else record.status,
        full_name(record),
        day(record.test_date),
        record.module,
        band_on_card(record.overall),
        notes,
    ]


@text.register
def _(answer: WatchSet, language: Language) -> str:
    number = answer.trf_number
    if answer.watching:
        said = say("You will hear when the record of {number} appears or changes.", number=number)
    else:
        said = say("You will hear no more about {number}.", number=number)
    lines = [said]
    if answer.watched:
        lines.append(say("You watch: {numbers}.", numbers=", ".join(answer.watched)))
    return "\n".join(in_language(line, language) for line in lines)


@text.register
def _(answer: EnquiryOpened, language: Language) -> str:
    sentence = say(
        "Enquiry {id} about {number} is open, with the copy you sent. Email "
        "stakeholder@ieltsusa.org or contact your regional IELTS USA representative "
        "({representatives}) to investigate.",
        id=answer.enquiry_id,
        number=answer.trf_number,
        representatives=REPRESENTATIVES,
    )
    return in_language(sentence, language)
