"""A month's picture in words and bars, the same on every surface."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.monthly_picture import MonthlyPicture, WeekCount
from core.phrases import Phrase, counted, in_language, say
from core.small_numbers import FEWEST, Group
from core.terms import Language, Outcome, band_on_card
from core.wording import OUTCOMES, moment

Facts = list[tuple[str, str]]

DASH, THIN_SPACE = "\u2013", "\u2009"
"""Babel puts thin spaces around the dash, which not every font has."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One bar chart, or a table under `heads`, in the reader's language."""

    title: str
    heads: tuple[str, str]
    bars: tuple[tuple[str, int], ...]

    def in_words(self) -> str:
        """For those who do not see it."""
        return f"{self.title}: " + ", ".join(f"{label} {count}" for label, count in self.bars)


def title(picture: MonthlyPicture, language: Language) -> str:
    """`October 2026 in figures`."""
    return say("{month} in figures", month=_month(picture, language)).into(language)


def headline(picture: MonthlyPicture, language: Language) -> str:
    """The one sentence that a notification has room for."""
    month = _month(picture, language)
    if picture.upto is None:
        said = counted(
            picture.results,
            "{n} result came in {month}.",
            "{n} results came in {month}.",
            month=month,
        )
    else:
        said = counted(
            picture.results,
            "{n} result has come in {month} so far.",
            "{n} results have come in {month} so far.",
            month=month,
        )
    return said.into(language)


def panels(picture: MonthlyPicture, language: Language) -> tuple[Panel, ...]:
    """The charts that there is something to draw of."""
    results, looked = say("Results"), picture.look_ups
    all_of_them = (
        _panel(
            (say("Results by week"), say("Week"), results),
            [(_week(week, language), week.results) for week in picture.weeks],
            language,
        ),
        _panel(
            (say("Results by overall band"), say("Band"), results),
            [(_band(one), one.count) for one in picture.bands],
            language,
        ),
        _panel(
            (say("Results by module"), say("Module"), results),
            [(module.written_out, count) for module, count in picture.modules or ()],
            language,
        ),
        _panel(
            (say("Verifications"), say("Outcome"), say("Verifications")),
            [
                (OUTCOMES[Outcome.MATCH], looked.match),
                (OUTCOMES[Outcome.NO_MATCH], looked.no_match),
                (OUTCOMES[Outcome.UNAVAILABLE], looked.unavailable),
            ],
            language,
        ),
    )
    return tuple(one for one in all_of_them if any(count for _, count in one.bars))


def _panel(
    names: tuple[Phrase, Phrase, Phrase], bars: list[tuple[str, int]], language: Language
) -> Panel:
    title, kind, number = (name.into(language) for name in names)
    said = tuple((in_language(label, language), count) for label, count in bars)
    return Panel(title, (kind, number), said)


def facts(picture: MonthlyPicture, language: Language) -> Facts:
    """What no chart shows, as labels and values; those without a value are left out."""
    fresh, looked = picture.freshness, picture.look_ups
    rows: list[tuple[Phrase, str]] = [
        (say("Results"), str(picture.results)),
        (say("Results in the month before"), str(picture.before)),
        (say("Earlier results corrected"), _some(picture.corrected)),
        (say("Rejected rows"), _some(picture.rejected)),
        (say("Verifications"), str(looked.total)),
        (say("Claims that differed"), _some(looked.differing)),
        (say("Arrivals of results"), str(fresh.arrivals)),
        (say("Longest time without an arrival"), counted(fresh.quiet_days, "{n} day", "{n} days")),
        (say("Last arrival"), moment(fresh.last_at) if fresh.last_at else say("Not yet")),
        (say("Results API read up to"), _or_blank(fresh.read_upto)),
        (
            say("Results API fails since"),
            _or_blank(fresh.failing_since),
        ),
    ]
    return [(label.into(language), in_language(value, language)) for label, value in rows if value]


def notes(picture: MonthlyPicture, language: Language) -> list[str]:
    """What the reader should know of the figures."""
    found = []
    if picture.upto is not None:
        found.append(say("This month is not over: counted up to {at}.", at=moment(picture.upto)))
    if picture.results and (picture.modules is None or not picture.bands):
        found.append(
            say(
                "Modules and bands are told of {fewest} people or more only: fewer could be "
                "recognised.",
                fewest=FEWEST,
            )
        )
    return [one.into(language) for one in found]


def in_words(picture: MonthlyPicture, language: Language) -> str:
    """All the charts, for those who do not see them."""
    return ". ".join(one.in_words() for one in panels(picture, language)) + "."


def _month(picture: MonthlyPicture, language: Language) -> str:
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", picture.month.first, locale=language.locale)


def _week(week: WeekCount, language: Language) -> str:
    """From its first day to its last, without the year."""
    from babel.dates import format_interval

    said = format_interval(week.first, week.last, "MMMd", locale=language.locale)
    return said.replace(THIN_SPACE, "")


def _band(group: Group) -> str:
    if group.lowest == group.highest:
        return band_on_card(group.lowest)
    return f"{band_on_card(group.lowest)}{DASH}{band_on_card(group.highest)}"


def _some(n: int) -> str:
    return str(n) if n else ""


def _or_blank(when: datetime | None) -> str:
    return "" if when is None else moment(when)
