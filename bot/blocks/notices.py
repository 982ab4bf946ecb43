"""What we tell people unasked, as blocks: `notice(notice, reader)` by type.

The text beside the blocks is what a phone shows on its locked screen, so it names nobody.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from bot.blocks.kit import (
    Block,
    Reader,
    actions,
    button,
    context,
    escaped,
    opens,
    runs,
    section,
)
from bot.blocks.months import month_before, month_blocks
from bot.blocks.render import Said
from bot.blocks.verification import record_blocks
from bot.files import SlackFile
from core import picture_words
from core.fields import title_of
from core.monthly_picture import MonthlyPicture
from core.notices import (
    ChangedResult,
    ChannelNews,
    Digest,
    FeedSilent,
    FeedWell,
    MailPaused,
    ManyNewResults,
    NewResult,
    ResultsChanged,
    SharedChanged,
    WatchHit,
    WebhookPaused,
)
from core.phrases import Phrase, counted, say
from core.record_rows import day, full_name
from core.records import Record
from core.terms import band_on_card

ANNOUNCED = "announced:download"
MOST_LINES = 20
MOST_CHANGED = 10


@singledispatch
def notice(told: Any, reader: Reader) -> Said:
    """The notice as a message."""
    raise TypeError(type(told), reader)


@notice.register
def _(told: NewResult, reader: Reader) -> Said:
    return _with(
        say("A new result has arrived."),
        [*record_blocks(told.record, reader), _download(reader)],
        reader,
    )


@notice.register
def _(told: ManyNewResults, reader: Reader) -> Said:
    return _with(
        _arrived(told.count),
        [*_lines(told.records, told.count, reader), _download(reader)],
        reader,
    )


@notice.register
def _(told: Digest, reader: Reader) -> Said:
    """Without its file, which is uploaded with the first line."""
    if told.download_id is not None:
        again = runs(reader.plain(say("Download again")), f"redownload {told.download_id}", "again")
        return _with(_arrived(told.count), [actions(again, _change(reader))], reader)
    return _with(
        _arrived(told.count),
        [*_lines(told.records, told.count, reader), _download(reader)],
        reader,
    )


@notice.register
def _(told: WatchHit, reader: Reader) -> Said:
    number = told.record.trf_number
    stop = runs(reader.plain(say("Stop watching")), f"unwatch {number}", "unwatch")
    return _with(
        say("A record has appeared for a number that you watch."),
        [*record_blocks(told.record, reader), actions(stop)],
        reader,
    )


@notice.register
def _(told: ResultsChanged, reader: Reader) -> Said:
    blocks = [one for result in told.results[:MOST_CHANGED] for one in _changed(result, reader)]
    left = told.count - min(len(told.results), MOST_CHANGED)
    if left > 0:
        more = counted(left, "{n} more is not shown here.", "{n} more are not shown here.")
        blocks.append(context(reader.says(more)))
    title = counted(
        told.count,
        "{n} result that you relied on has changed.",
        "{n} results that you relied on have changed.",
    )
    return _with(title, blocks, reader)


@notice.register
def _(told: ChannelNews, reader: Reader) -> Said:
    """For everybody in the channel: counts, and a button that knows arrivals only."""
    sentences = [_arrived(told.new)] if told.new else []
    if told.changed:
        sentences.append(
            counted(
                told.changed,
                "{n} earlier result has changed.",
                "{n} earlier results have changed.",
            )
        )
    first, *rest = sentences
    waiting = counted(
        told.waiting,
        "{n} result is not downloaded yet.",
        "{n} results are not downloaded yet.",
    )
    now = reader.plain(say("Download now"))
    value = f"{told.after}:{told.upto}"
    blocks = [section(reader.says(one)) for one in rest] + [context(reader.says(waiting))]
    if told.new:
        blocks.append(actions(button(now, ANNOUNCED, value, style="primary")))
    return _with(first, blocks, reader)


@notice.register
def _(told: SharedChanged, reader: Reader) -> Said:
    """For everybody in the channel: that it is so, and how to see what."""
    del told
    title = say("The record of the form that was shared here has changed since.")
    again = say("Verify it again before you rely on it.")
    verify = opens(reader.plain(say("Verify a Test Report Form")), "verify")
    return _with(title, [section(reader.says(again), verify)], reader)


@notice.register
def _(told: MailPaused, reader: Reader) -> Said:
    stopped = say(
        "Our mail to {name} ({address}) was refused for good, so we have stopped sending there. "
        "The other side said: {reason}",
        name=told.name,
        address=told.address,
        reason=told.reason,
    )
    again = say(
        "Check the address with {name}. When it works again, {name} turns mail on with "
        "`notifications mail=on`; a new login address is a new user.",
        name=told.name,
    )
    return _with(say("Mail to a user is paused."), _paragraphs(reader, stopped, again), reader)


@notice.register
def _(told: WebhookPaused, reader: Reader) -> Said:
    title = say("A webhook is paused.")
    return _with(title, _paragraphs(reader, told.paused(), told.remedy()), reader)


@notice.register
def _(told: FeedSilent, reader: Reader) -> Said:
    title = say("The feed of IELTS results needs attention.")
    return _with(title, _paragraphs(reader, told.problem), reader)


@notice.register
def _(told: FeedWell, reader: Reader) -> Said:
    return _with(
        say("The feed of IELTS results is well again."), _paragraphs(reader, told.news), reader
    )


@notice.register
def _(told: MonthlyPicture, reader: Reader) -> Said:
    """Counts only, so the screen may show how many."""
    buttons = actions(month_before(told, reader), _change(reader))
    said = picture_words.headline(told, reader.language)
    return Said(said, (*month_blocks(told, reader), buttons))


@notice.register
def _(told: SlackFile, reader: Reader) -> Said:
    return _with(told.about, [], reader)


def _with(title: Phrase, blocks: list[Block], reader: Reader) -> Said:
    return Said(reader.plain(title), (section(f"*{reader.says(title)}*"), *blocks))


def _paragraphs(reader: Reader, *sentences: Phrase) -> list[Block]:
    return [section(reader.says(one)) for one in sentences]


def _arrived(n: int) -> Phrase:
    return counted(n, "{n} new result has arrived.", "{n} new results have arrived.")


def _download(reader: Reader) -> Block:
    now = runs(reader.plain(say("Download now")), "download", "download", style="primary")
    return actions(now, _change(reader))


def _change(reader: Reader) -> Block:
    """Every message of this kind says how to have fewer of them."""
    return opens(reader.plain(say("Change notifications")), "notifications")


def _lines(records: tuple[Record, ...], count: int, reader: Reader) -> list[Block]:
    shown = records[:MOST_LINES]
    lines = [_line(one, reader) for one in shown]
    left = count - len(shown)
    if left > 0:
        more = counted(left, "and {n} more", "and {n} more")
        lines.append(reader.says(more))
    return [section("\n".join(lines))]


def _line(one: Record, reader: Reader) -> str:
    parts = (
        f"`{escaped(one.trf_number)}`",
        escaped(full_name(one)),
        reader.says(day(one.test_date)),
        band_on_card(one.overall),
    )
    return " · ".join(part for part in parts if part)


def _changed(result: ChangedResult, reader: Reader) -> list[Block]:
    lines = [_line(result.record, reader)]
    lines += [
        f"{reader.says(title_of(one.field))}: ~{escaped(one.old) or '-'}~ → "
        f"*{escaped(one.new) or '-'}*"
        for one in result.changes
    ]
    reasons = [say("You verified it.")] * result.verified + [say("You watch it.")] * result.watched
    if result.downloads:
        numbers = ", ".join(map(str, result.downloads))
        reasons.append(say("It is in your downloads: {numbers}.", numbers=numbers))
    return [section("\n".join(lines)), context(" ".join(map(reader.says, reasons)) or " ")]
