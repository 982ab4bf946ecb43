"""The month in figures in Slack: charts where Slack draws them, characters where it does not."""

from datetime import timedelta

import pytest

from bot.blocks.charts import CHART, chart
from bot.blocks.kit import Reader
from bot.blocks.months import month_blocks
from bot.blocks.simpler import simpler
from core import pictures
from core.actors import actor_for
from core.preferences import Switch, Wishes, set_notifications
from core.terms import Surface
from playground.slack import Fault
from playground.slack.block_kit import message_problems
from tests.bot.world import ANN, BO, LINE, buttons, words, world
from tests.intake.shapes import record
from tests.mail.letters import PICTURE


@pytest.fixture
def desk(sqlite_url):
    with world(sqlite_url, "http") as made:
        made.link(ANN)
        made.arrive(*(record(n, overallBandScore="7") for n in range(12)))
        yield made


def charts(said):
    return [block for block in said.blocks if block["type"] == CHART]


def test_an_administrator_asks_and_sees_charts(desk):
    said = desk.types(ANN, "/ielts", "month")

    assert said.only_for == ANN
    assert [one["title"] for one in charts(said)] == ["Results by week", "Results by overall band"]
    (bands,) = charts(said)[1]["chart"]["series"]
    assert bands["data"] == [{"label": "7.0", "value": 12}]
    assert "November 2026 in figures" in words(said)
    assert "General Training  12  ████" in words(said)

    earlier = desk.clicks(ANN, said, "The month before")
    assert "October 2026 in figures" in words(earlier)
    assert charts(earlier) == []


def test_where_slack_draws_no_charts_they_are_characters(desk):
    desk.slack.faults = [Fault("response_url", error="invalid_blocks")]

    said = desk.types(ANN, "/ielts", "month")

    assert charts(said) == []
    assert "*Results by overall band*\n```7.0  12  ████" in words(said)
    assert "The month before" in buttons(said)


def test_the_month_that_is_over_is_a_direct_message(desk):
    with desk.database.transaction() as session:
        actor = actor_for(session, LINE[ANN], Surface.CONSOLE)
        set_notifications(session, actor, Switch.WEEKLY, Wishes(mail=False), now=desk.clock())
    desk.now[0] += timedelta(days=7)
    pictures.send_due(desk.database, now=desk.clock())

    desk.send()

    (said,) = desk.slack.workspace.said
    assert (said.channel, said.text) == ("D0ANN", "12 results came in November 2026.")
    assert len(charts(said)) == 2
    assert {"The month before", "Change notifications"} == set(buttons(said))


def test_a_refused_chart_is_sent_as_characters(desk):
    with desk.database.transaction() as session:
        actor = actor_for(session, LINE[ANN], Surface.CONSOLE)
        set_notifications(session, actor, Switch.WEEKLY, Wishes(mail=False), now=desk.clock())
    desk.now[0] += timedelta(days=7)
    pictures.send_due(desk.database, now=desk.clock())
    desk.slack.faults = [Fault("chat.postMessage", error="invalid_blocks")]

    desk.send()

    (said,) = desk.slack.workspace.said
    assert charts(said) == []
    assert "```7.0  12  ████" in words(said)


def test_who_is_no_administrator_is_told_so(desk):
    desk.link(BO)

    assert "Only an administrator" in words(desk.types(BO, "/ielts", "month"))


def test_charts_and_what_stands_for_them_keep_slacks_limits():
    blocks = month_blocks(PICTURE, Reader())
    long = [chart("t" * 99, ("a" * 99, "b" * 99), [("c" * 30, n) for n in range(40)])]

    for shown in (blocks, simpler(blocks), long, simpler(long)):
        assert message_problems({"text": "x", "blocks": shown}) == []
