"""Verifications, watches, enquiries and the account as text."""

from __future__ import annotations

from datetime import date

from console.text.render import card, table, text
from core.contacts import REPRESENTATIVES
from core.enquiries import EnquiryOpened
from core.phrases import date_text, in_language, say
from core.records import Record
from core.terms import Language, Module, band_on_card
from core.verification import VerificationCard, VerificationTable
from core.watches import WatchSet
from core.wording import OUTCOMES, VERDICTS


@text.register
def _(answer: VerificationCard, language: Language) -> str:
    parts = [in_language(answer.message, language)]
    if answer.record is not None:
        parts.append(_record(answer.record, language))
    if answer.comparison:
        verdicts = [(key, VERDICTS[one]) for key, one in answer.comparison.items()]
        parts.append(card(say("Compared with what you gave"), verdicts, language))
    parts += [f"! {in_language(warning, language)}" for warning in answer.remarks]
    return "\n".join(parts)


def _record(record: Record, language: Language) -> str:
    rows = [
        (say("Name"), f"{record.first_name} {record.family_name}".strip()),
        (say("Date of Birth"), _day(record.date_of_birth, language)),
        (say("Gender"), record.gender),
        (say("Email"), record.candidate_email),
        (say("Module"), Module(record.module).written_out if record.module else ""),
        (say("Candidate Number"), record.candidate_number),
        (say("Centre"), record.centre_number),
        (say("Test Date"), _day(record.test_date, language)),
        (say("Overall"), band_on_card(record.overall)),
        (say("Listening"), band_on_card(record.listening)),
        (say("Reading"), band_on_card(record.reading)),
        (say("Writing"), band_on_card(record.writing)),
        (say("Speaking"), band_on_card(record.speaking)),
    ]
    return card(say("TRF Number {number}", number=record.trf_number), rows, language)


def _day(iso: str, language: Language) -> str:
    return date_text(date.fromisoformat(iso), language) if iso else ""


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
        f"{record.first_name} {record.family_name}".strip(),
        _day(record.test_date, language),
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
