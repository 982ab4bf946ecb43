"""What letters show of answers: labels, cells and the words of choices."""

from __future__ import annotations

from collections.abc import Iterable

from core.contacts import REPRESENTATIVES
from core.fields import headings
from core.history import DownloadLine
from core.intake.ingested import Ingested
from core.links import LinkList
from core.phrases import Phrase, counted, say
from core.preference_cards import NotificationCard
from core.queue_cards import Queued
from core.record_rows import Rows
from core.template_cards import TemplateCard, TemplateList
from core.terms import Frequency
from core.users import UserList
from core.wording import NO, OFF, ON, WORDS, YES, moment
from mail.record_views import RECORD_VIEWS, Cells

MOST_NOTES = 20

DOWNLOAD_HEADINGS = (
    say("No."),
    say("Download Date"),
    say("Records"),
    say("User"),
    say("Format"),
    say("Template"),
)


def download_cells(downloads: Iterable[DownloadLine]) -> list[Cells]:
    """Earlier downloads as rows under DOWNLOAD_HEADINGS."""
    return [
        (
            str(one.download_id),
            moment(one.downloaded_at),
            str(one.records),
            one.user,
            one.format.upper(),
            one.template,
        )
        for one in downloads
    ]


TEMPLATE_HEADINGS = (say("Template"), say("Default"), say("Format"), say("Dates"), say("Fields"))


def template_cells(answer: TemplateList) -> list[Cells]:
    """The organisation's templates, then the built-in one."""
    return [
        (
            one.layout.name,
            YES if one.is_default else "",
            one.layout.format.value.upper(),
            one.layout.date_format.value,
            str(len(one.layout.fields)),
        )
        for one in (*answer.cards, answer.standard)
    ]


def template_rows(card: TemplateCard) -> Rows:
    """One template as a card."""
    layout = card.layout
    return [
        (say("Template"), layout.name),
        (say("Default"), YES if card.is_default else NO),
        (say("Format"), layout.format.value.upper()),
        (say("Dates"), layout.date_format.value),
        (say("Spreadsheet-safe"), YES if layout.spreadsheet_safe else NO),
        (say("Header row"), ", ".join(headings(layout.fields))),
    ]


USER_HEADINGS = (say("First Name"), say("Last Name"), say("Email"), say("Role"))


def user_cells(answer: UserList) -> list[Cells]:
    """Users as rows under USER_HEADINGS."""
    primary = say("Primary Administrator")
    return [
        (one.first_name, one.family_name, one.email, primary if one.primary else WORDS[one.role])
        for one in answer.users
    ]


LINK_HEADINGS = (say("Name"), say("Email"), say("Slack account"), say("Since"))


def link_cells(answer: LinkList) -> list[Cells]:
    """Linked Slack accounts as rows under LINK_HEADINGS."""
    return [
        (one.name, one.email, one.slack_user_id, f"{one.linked_at:%Y-%m-%d}")
        for one in answer.links
    ]


QUEUE_HEADINGS = (say("Number"), say("State"), say("Message"), say("To"), say("Tries"), say("Why"))


def queue_cells(answer: Queued) -> list[Cells]:
    """What is owed as rows under QUEUE_HEADINGS."""
    return [
        (str(one.id), one.fate, one.kind, one.recipient, str(one.attempts), one.reason)
        for one in answer.lines
    ]


def notification_rows(card: NotificationCard) -> Rows:
    """The notification preferences as a card."""
    digest = card.frequency is not Frequency.IMMEDIATE
    weekly = card.frequency is Frequency.WEEKLY
    return [
        (say("Notifications"), ON if card.on else OFF),
        (say("Frequency"), WORDS[card.frequency]),
        (say("Day"), WORDS[card.day] if weekly else ""),
        (say("Time"), f"{card.time} {card.time_zone}" if digest else ""),
        (say("Email Address"), card.email),
        (say("E-mail"), ON if card.mail else OFF),
        (say("Slack"), ON if card.slack else OFF),
        (say("Template"), card.template or say("Default")),
        (say("Marks as downloaded"), YES if card.marks_downloaded else NO),
        (say("Next"), moment(card.next_due_at) if card.next_due_at else ""),
    ]


def ingested_rows(answer: Ingested) -> Rows:
    """What a load did, in numbers."""
    return [
        (say("New"), str(answer.new)),
        (say("Changed"), str(answer.changed)),
        (say("Unchanged"), str(answer.unchanged)),
        (say("Older than ours"), str(answer.older) if answer.older else ""),
        (say("Rejected"), str(answer.rejected)),
        (say("Delivered"), str(answer.delivered)),
        (say("Held back"), str(answer.held) if answer.held else ""),
    ]


def ingested_notes(answer: Ingested) -> list[Phrase]:
    """What was wrong, and how often; the commonest first."""
    notes = [
        counted(n, "{n} row: {problem}.", "{n} rows: {problem}.", problem=problem)
        for problem, n in answer.problems.most_common(MOST_NOTES)
    ]
    notes += [
        counted(n, "{n} record: {hint}", "{n} records: {hint}", hint=hint)
        for hint, n in answer.warnings.most_common(MOST_NOTES)
    ]
    if answer.unknown_columns:
        names = ", ".join(answer.unknown_columns)
        notes.append(say("These columns are not known and were ignored: {names}.", names=names))
    return notes


def rejected_notes(answer: Ingested, is_open: bool) -> list[Phrase]:
    """What is to be done about rows that were rejected; a letter without data names the lines."""
    if not answer.rejected:
        return []
    if is_open and answer.rejects:
        mended = say(
            "The rejected rows are attached as {name}, each with what is wrong with it. Mend them "
            "there and send that file; the other rows need not come again.",
            name=answer.rejects,
        )
        return [mended]
    lines = tuple(str(line) for line, _ in answer.first_problems)
    shown = say(
        "Rejected rows are not shown in this mail. They begin with these lines of the file: "
        "{lines}. Mend them and send the file again.",
        lines=lines,
    )
    return [shown]


def word(member: object) -> Phrase:
    """A choice in words."""
    return WORDS[member]


VIEWS = {
    **RECORD_VIEWS,
    "DOWNLOAD_HEADINGS": DOWNLOAD_HEADINGS,
    "TEMPLATE_HEADINGS": TEMPLATE_HEADINGS,
    "USER_HEADINGS": USER_HEADINGS,
    "LINK_HEADINGS": LINK_HEADINGS,
    "QUEUE_HEADINGS": QUEUE_HEADINGS,
    "link_cells": link_cells,
    "queue_cells": queue_cells,
    "download_cells": download_cells,
    "template_cells": template_cells,
    "template_rows": template_rows,
    "user_cells": user_cells,
    "notification_rows": notification_rows,
    "ingested_rows": ingested_rows,
    "ingested_notes": ingested_notes,
    "rejected_notes": rejected_notes,
    "REPRESENTATIVES": REPRESENTATIVES,
    "word": word,
}
