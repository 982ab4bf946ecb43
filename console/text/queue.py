"""The queue as text."""

from __future__ import annotations

from console.text.render import table, text
from core.phrases import counted, in_language, say
from core.queue_cards import JobLine, QueueChanged, Queued, QueueLine, ShuntedMail
from core.terms import Language


@text.register
def _(answer: Queued, language: Language) -> str:
    counts = [
        counted(answer.waiting, "{n} message waits.", "{n} messages wait."),
        counted(answer.stuck, "{n} needs a decision.", "{n} need a decision."),
    ]
    parts = [" ".join(in_language(one, language) for one in counts)]
    if answer.lines:
        titles = [say("Number"), say("State"), say("Message"), say("To"), say("Tries"), say("Why")]
        parts.append(table([titles, *map(_cells, answer.lines)], language))
    if answer.mails:
        titles = [say("Number"), say("To"), say("From"), say("Received"), say("Bytes"), say("Why")]
        parts.append(in_language(say("Mail that came in and was put aside:"), language))
        parts.append(table([titles, *map(_mail_cells, answer.mails)], language))
    if answer.jobs:
        titles = [say("Job"), say("Last run"), say("Seconds"), say("Error")]
        parts.append(table([titles, *map(_job_cells, answer.jobs)], language))
    return "\n\n".join(parts)


@text.register
def _(answer: QueueChanged, language: Language) -> str:
    return in_language(answer.message, language)


def _cells(one: QueueLine) -> list[str]:
    return [str(one.id), one.fate, one.kind, one.recipient, str(one.attempts), one.reason]


def _mail_cells(one: ShuntedMail) -> list[str]:
    received = f"{one.received_at:%Y-%m-%d %H:%M}"
    return [one.number, one.desk, one.sender, received, str(one.size), one.reason]


def _job_cells(one: JobLine) -> list[str]:
    return [one.job, f"{one.ran_at:%Y-%m-%d %H:%M:%S}", f"{one.seconds:.3f}", one.error]
