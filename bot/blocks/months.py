"""A month in figures as blocks."""

from __future__ import annotations

from bot.blocks.charts import MOST_CHARTS, chart, chart_text
from bot.blocks.kit import Block, Reader, actions, context, escaped, fields, header, runs, section
from bot.blocks.render import blocks, headline
from core import picture_words
from core.monthly_picture import MonthlyPicture
from core.phrases import Phrase, say


@headline.register
def _(_: MonthlyPicture) -> Phrase:
    return say("The month in figures")


@blocks.register
def _(answer: MonthlyPicture, reader: Reader) -> list[Block]:
    return [*month_blocks(answer, reader), actions(month_before(answer, reader))]


def month_blocks(answer: MonthlyPicture, reader: Reader) -> list[Block]:
    """The figures, as many as Slack draws and the others as characters."""
    language = reader.language
    charts = [
        chart(one.title, one.heads, one.bars) for one in picture_words.panels(answer, language)
    ]
    small = [section(chart_text(one)) for one in charts[MOST_CHARTS:]]
    notes = [escaped(one) for one in picture_words.notes(answer, language)]
    return [
        header(picture_words.title(answer, language)),
        *fields(picture_words.facts(answer, language), reader),
        *charts[:MOST_CHARTS],
        *small,
        *([context(*notes)] if notes else []),
    ]


def month_before(answer: MonthlyPicture, reader: Reader) -> Block:
    """A button for the month before."""
    return runs(reader.plain(say("The month before")), f"month {answer.month.before}", "before")
