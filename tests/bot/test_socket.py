"""A connection of Socket Mode that looks open and is not, and an address that has expired."""

import time

import httpx
import pytest

from api.app import application
from api.service import ApiPart
from bot import socket
from console.checks.slack import connection
from console.opening import Desk
from core import heartbeats
from core.database import Database
from tests.bot.world import ANN, a_setting, a_workspace, wait_for, world
from tests.intake.shapes import number


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(socket, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(socket, "SILENT_SECONDS", 1.0)


@pytest.fixture
def desk(sqlite_url):
    slack = a_workspace()
    slack.sockets.ping_seconds = 0.2
    with world(sqlite_url, "socket", slack=slack) as made:
        made.link(ANN)
        yield made


def hearts(desk):
    with desk.database.reading() as session:
        return heartbeats.alive(session, heartbeats.SLACK)


def is_served(desk):
    assert desk.types(ANN, "/verify", number(1)).text == "No match found."
    return True


def test_a_connection_that_is_pinged_is_kept(desk):
    (first,) = desk.slack.sockets.open
    wait_for(lambda: hearts(desk) == 1)
    time.sleep(1.5)

    assert desk.slack.sockets.open == [first]
    assert is_served(desk)


@pytest.mark.parametrize("ends", ["mute", "freeze"])
def test_one_on_which_nothing_comes_any_more_is_replaced_by_another(desk, ends):
    (dead,) = desk.slack.sockets.open
    desk.slack.wait(getattr(desk.slack.sockets, ends)())

    wait_for(lambda: any(one is not dead for one in desk.slack.sockets.open), 10)

    desk.slack.workspace.said.clear()
    assert is_served(desk)


def test_an_address_that_has_expired_is_not_tried_for_ever(sqlite_url):
    slack = a_workspace()
    slack.sockets.ping_seconds = 0.2
    slack.sockets.refusals = 1
    with world(sqlite_url, "socket", slack=slack) as desk:
        desk.link(ANN)

        assert is_served(desk)


def test_whoever_watches_sees_whether_slack_is_heard(desk, monkeypatch):
    monkeypatch.setattr(heartbeats, "DEAD_AFTER", heartbeats.RESCUE_TIME / 120)
    part = ApiPart(application(desk.settings, desk.database, desk.clock, {}), "127.0.0.1", 0)
    part.start()
    try:
        url = f"http://127.0.0.1:{part.port}"
        wait_for(lambda: httpx.get(f"{url}/readyz").json()["slack"] == "connected")
        assert 'results_bot_workers{parts="slack"} 1.0' in httpx.get(f"{url}/metrics").text
        assert said_by_doctor(desk) == "1 connected, and Slack is heard."

        monkeypatch.setattr(socket, "SILENT_SECONDS", 30.0)
        monkeypatch.setattr(socket.Connection, "silent_seconds", 31.0)
        wait_for(lambda: httpx.get(f"{url}/readyz").json()["slack"] == "not connected")
        assert httpx.get(f"{url}/readyz").json()["status"] == "ready"
        assert said_by_doctor(desk) == "No process hears Slack."
    finally:
        part.stop(1)


def said_by_doctor(desk):
    (finding,) = connection(Desk(desk.settings, desk.database))
    return finding.said


def test_a_part_that_stops_takes_its_heartbeat_with_it(sqlite_url):
    slack, database = a_workspace(), Database(sqlite_url)
    part = socket.SocketPart(a_setting(slack, sqlite_url, "socket"), database, lambda: None)
    part.start()
    try:
        wait_for(lambda: any_heart(database))
    finally:
        part.stop(1)
        slack.stop()

    assert not any_heart(database)
    database.close()


def any_heart(database):
    with database.reading() as session:
        return heartbeats.alive(session, heartbeats.SLACK)
