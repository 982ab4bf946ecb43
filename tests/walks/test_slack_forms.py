"""The matrix's journeys through forms, threads and leaving, over HTTP and over Socket Mode."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from core.tables import SlackCard, SlackInstallation, Template
from tests.bot.world import ANN, BO, OPEN, wait_for, words, world
from tests.intake.shapes import number, record


@pytest.fixture(params=["http", "socket"])
def desk(request, sqlite_url):
    with world(sqlite_url, request.param) as made:
        made.link(ANN)
        yield made


def built(desk, view, action_id, value):
    """A row added or moved; the builder as it is then."""
    before = view["hash"]
    action = {"type": "static_select", "action_id": action_id}
    desk.slack.click(ANN, view, action | {"selected_option": {"value": value}})
    wait_for(lambda: desk.slack.workspace.views[view["id"]]["hash"] != before)
    return desk.slack.workspace.views[view["id"]]


def submitted(desk, view, name, format_):
    """The errors by block, or what is shown in the form's place."""
    values = {
        "name": {"type": "plain_text_input", "value": name},
        "format": {"type": "static_select", "selected_option": {"value": format_}},
        "dates": {"type": "static_select", "selected_option": {"value": "dd/mm/yyyy"}},
    }
    answer = desk.slack.submit(ANN, view, values).document
    if answer.get("response_action") == "errors":
        return answer["errors"]
    wait_for(lambda: "One moment" not in json.dumps(desk.slack.workspace.views[view["id"]]))
    return desk.slack.workspace.views[view["id"]]


def template(desk):
    with desk.database.reading() as session:
        return session.exec(select(Template)).one()


def test_a_template_is_built_refused_mended_and_edited_in_its_form(desk):
    view = desk.opens(ANN, desk.types(ANN, "/templates"), "Create a template")
    assert "Selected Template Fields" in words(view)
    errors = submitted(desk, view, "Admissions", "csv")
    assert list(errors) == ["add#0"]
    for heading in ("town", "postalAddress", "trfNumber"):
        view = built(desk, view, "builder:add", heading)
    view = built(desk, view, "builder:move:trfNumber", "first:trfNumber")
    view = built(desk, view, "builder:move:postalAddress", "remove:postalAddress")
    assert "```trfNumber,town```" in words(view)
    assert "Template created." in words(submitted(desk, view, "Admissions", "csv"))

    shown = desk.clicks(ANN, desk.types(ANN, "/templates"), "Show")
    view = built(desk, desk.opens(ANN, shown, "Edit"), "builder:move:town", "up:town")
    submitted(desk, view, "Graduates", "xml")

    made = template(desk)
    assert (made.name, made.fields, made.format) == ("Graduates", "town,trfNumber", "xml")


def test_a_change_is_told_under_what_showed_the_old_values(desk):
    """A look-up, a file and a masked card each have their thread; the channel has no data."""
    desk.link(BO)
    desk.arrive(record(1))
    direct = {"type": "message", "channel_type": "im", "channel": "D0ANN", "user": ANN}
    desk.slack.event(direct | {"text": f"is {number(1)} genuine?"})
    card = desk.seen(ANN)[-1]
    wait_for(lambda: cards(desk) == 1)
    desk.clicks(BO, desk.types(BO, "/verify", number(1)), "Share masked")
    wait_for(lambda: cards(desk) == 2)
    (shared,) = [one for one in desk.seen(ANN) if one.channel == OPEN and one.only_for is None]
    desk.types(BO, "/download")
    desk.send()
    (file,) = [one for one in desk.seen(BO) if one.files]
    desk.now[0] += timedelta(days=1)
    before = len(desk.slack.workspace.said)

    desk.arrive(record(1, overallBandScore="5.5"))
    desk.send()

    told = {one.channel: one for one in desk.slack.workspace.said[before:]}
    assert {where: one.thread_ts for where, one in told.items()} == {
        "D0ANN": card.ts,
        "D0BO": file.ts,
        OPEN: shared.ts,
    }
    assert "Overall Band Score: ~8~ → *5.5*" in words(told["D0ANN"])
    assert "5.5" not in words(told[OPEN])


def cards(desk):
    with desk.database.reading() as session:
        return len(session.exec(select(SlackCard.id)).all())


@pytest.mark.parametrize(
    "event",
    [
        {"type": "app_uninstalled"},
        {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}},
    ],
    ids=lambda event: event["type"],
)
def test_a_workspace_that_takes_the_bot_out_is_owed_nothing_more(desk, event):
    desk.types(ANN, "/notifications", "immediate slack=on")
    desk.types(ANN, "/ielts", "channel here")

    desk.slack.event(event)

    wait_for(lambda: is_revoked(desk))
    desk.arrive(record(1))
    assert desk.owed() == []


def is_revoked(desk):
    with desk.database.reading() as session:
        return session.exec(select(SlackInstallation)).one().revoked_at is not None


def test_whoever_writes_in_their_own_words_is_understood_or_told_what_can_be_done(desk):
    direct = {"type": "message", "channel_type": "im", "channel": "D0ANN", "user": ANN}
    desk.slack.event(direct | {"text": "good morning"})
    assert "I understand commands" in words(desk.seen(ANN)[-1])
    assert "Look up Test Report Form numbers" in words(desk.types(ANN, "/verify", "help"))


def test_a_user_is_made_an_administrator_and_loses_it_again(desk):
    desk.link(BO)
    listed = desk.types(ANN, "/users")
    (choice,) = [one["accessory"] for one in listed.blocks if "static_select" in json.dumps(one)]
    before = len(desk.seen(ANN))
    desk.slack.click(ANN, listed, choice | {"selected_option": choice["options"][0]})
    assert "Bo Li is an Administrator now." in words(desk.seen(ANN, more_than=before)[-1])
    assert "2 users" in desk.types(BO, "/users").text

    listed = desk.types(BO, "/users")
    demote = next(one["accessory"] for one in listed.blocks if LINE_OF_ANN in json.dumps(one))
    before = len(desk.seen(BO))
    desk.slack.click(BO, listed, demote)
    desk.seen(BO, more_than=before)

    assert "administrator" in words(desk.types(ANN, "/users"))


LINE_OF_ANN = "ann@uni.example"
