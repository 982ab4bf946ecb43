"""What waits or failed, as blocks."""

from __future__ import annotations

from bot.blocks.kit import Block, Reader, context, escaped, runs, section
from bot.blocks.render import blocks, headline
from core.phrases import Phrase, counted, say
from core.queue_cards import QueueChanged, Queued, QueueLine

MOST_SHOWN = 40


@headline.register
def _(answer: Queued) -> Phrase:
    return counted(answer.waiting, "{n} message waits.", "{n} messages wait.")


@blocks.register
def _(answer: Queued, reader: Reader) -> list[Block]:
    stuck = counted(answer.stuck, "{n} needs a decision.", "{n} need a decision.")
    shown = [section(f"{reader.says(headline(answer))} {reader.says(stuck)}")]
    shown += [_line(one, reader) for one in answer.lines[:MOST_SHOWN]]
    left = len(answer.lines) - MOST_SHOWN
    if left > 0:
        more = counted(left, "{n} more is not shown here.", "{n} more are not shown here.")
        shown.append(context(reader.says(more)))
    return shown


def _line(one: QueueLine, reader: Reader) -> Block:
    what = f"*{one.id}* · {one.fate} · {one.kind} · {escaped(one.recipient)}"
    told = f"{what}\n{escaped(one.reason)}".strip()
    return section(told, runs(reader.plain(say("Try again")), f"queue retry {one.id}", "retry"))


@headline.register
def _(answer: QueueChanged) -> Phrase:
    return answer.message


@blocks.register
def _(answer: QueueChanged, reader: Reader) -> list[Block]:
    return [section(reader.says(answer.message))]
