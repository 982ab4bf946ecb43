"""New results, downloads and history as blocks."""

from __future__ import annotations

from collections.abc import Sequence

from babel.dates import format_datetime

from bot.blocks.kit import Block, Reader, actions, context, escaped, opens, runs, section, warnings
from bot.blocks.render import blocks, headline
from core.delivery import DownloadReady, ResultsSummary
from core.history import DownloadLine, History
from core.phrases import Phrase, counted, say

MOST_LINES = 40
"""Of a history on one message, whose blocks are 50."""


@headline.register
def _(answer: ResultsSummary) -> Phrase:
    return new_results(answer.new)


@blocks.register
def _(answer: ResultsSummary, reader: Reader) -> list[Block]:
    shown = [section(f"*{reader.says(new_results(answer.new))}*")]
    shown += warnings(answer.notes, reader)
    if answer.new:
        shown.append(actions(*download_buttons(reader)))
    if answer.downloads:
        shown.append(section(f"*{reader.says(say('Last downloads'))}*"))
        shown += download_lines(answer.downloads, reader)
    return shown


def new_results(n: int) -> Phrase:
    """How many can be downloaded."""
    if not n:
        return say("There are no new results.")
    return counted(n, "{n} new result can be downloaded.", "{n} new results can be downloaded.")


def download_buttons(reader: Reader) -> tuple[Block, Block]:
    """Download now, in one's own template; or choose template and format first, as the guide."""
    now = runs(reader.plain(say("Download now")), "download", "download", style="primary")
    return now, opens(reader.plain(say("Choose template and format")), "download")


def download_lines(downloads: Sequence[DownloadLine], reader: Reader) -> list[Block]:
    """Each with a button that fetches it again."""
    return [_line(one, reader) for one in downloads[:MOST_LINES]]


def _line(one: DownloadLine, reader: Reader) -> Block:
    when = format_datetime(one.downloaded_at, "medium", locale=reader.language.locale)
    records = counted(one.records, "{n} record", "{n} records")
    told = (
        f"*{escaped(when)}* · {reader.says(records)} · {escaped(one.user)}\n"
        f"{one.format.upper()} · {escaped(one.template)} · {one.download_id}"
    )
    again = f"redownload {one.download_id}"
    return section(
        told, runs(reader.plain(say("Download again")), again, f"again{one.download_id}")
    )


@headline.register
def _(_: History) -> Phrase:
    return say("Earlier downloads")


@blocks.register
def _(answer: History, reader: Reader) -> list[Block]:
    shown = warnings(answer.notes, reader)
    if not answer.downloads:
        return [*shown, section(reader.says(say("Nothing has been downloaded yet.")))]
    shown += download_lines(answer.downloads, reader)
    left = len(answer.downloads) - MOST_LINES
    if left > 0:
        more = counted(
            left, "{n} older one is not shown here.", "{n} older ones are not shown here."
        )
        shown.append(context(reader.says(more)))
    return shown


@headline.register
def _(answer: DownloadReady) -> Phrase:
    return counted(answer.records, "A file with {n} record.", "A file with {n} records.")


@blocks.register
def _(answer: DownloadReady, reader: Reader) -> list[Block]:
    layout = answer.contents.layout
    sentence = counted(
        answer.records,
        "Download {id}: {n} record, template {template}, {format}. "
        "The file is on its way to your direct messages.",
        "Download {id}: {n} records, template {template}, {format}. "
        "The file is on its way to your direct messages.",
        id=answer.contents.download_id,
        template=layout.name,
        format=layout.format.value.upper(),
    )
    return [section(reader.says(sentence)), *warnings(answer.warnings, reader)]
