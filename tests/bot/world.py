"""An organisation, its people in Slack, the application and the ledger's courier, all real."""

import json
import logging
import re
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
import uvicorn
from sqlmodel import select

from bot.app import slack_app
from bot.socket import SocketPart
from bot.transport import SlackTransport
from core.composing import compose
from core.courier import Courier
from core.database import Database
from core.installations import Workspace, install
from core.link_codes import send_code
from core.links import link_for
from core.notices import LinkCode
from core.settings import Settings
from core.tables import Organisation, Outgoing, Result, SlackInstallation, User
from core.terms import Channel, Fate, Role
from playground.slack import SlackStandIn
from tests.builders import NOW, a_user, an_organisation
from tests.intake.shapes import as_csv, load

TEAM = "T0EXETER"
ANN, BO, EVE = "U0ANN", "U0BO", "U0EVE"
OPEN, OTHER, SHARED = "C0OPEN", "C0OTHER", "C0SHARED"
LINE = {ANN: "ann@uni.example", BO: "bo@uni.example"}


@dataclass
class World:
    """What a test works with. `over` is `http` or `socket`."""

    slack: SlackStandIn
    database: Database
    settings: Settings
    over: str
    now: list = field(default_factory=lambda: [NOW])
    api: Any = None
    """The official results API behind it, where a test has one."""
    part: Any = None
    """What is connected, by Socket Mode."""

    def clock(self):
        return self.now[0]

    def link(self, slack_user, email=None):
        email = email or LINE[slack_user]
        with self.database.transaction() as session:
            user = session.exec(select(User).where(User.email == email)).one()
            assert send_code(session, user, now=self.clock())
        code = self.code(email)
        link_for(self.database, TEAM, slack_user, code, now=self.clock())

    def code(self, email):
        """The last code that went to an address."""
        with self.database.transaction() as session:
            rows = session.exec(
                select(Outgoing)
                .where(Outgoing.kind == LinkCode.KIND, Outgoing.fate == Fate.READY.value)
                .order_by(Outgoing.id.desc())
            )
            for row in rows:
                message = compose(session, row, {}, now=self.clock())
                if message.recipient.address == email:
                    return message.notice.code
        return None

    def arrive(self, *records, name="Exeter"):
        with self.database.transaction() as session:
            which = select(Organisation).where(Organisation.name == name)
            load(session, session.exec(which).one(), as_csv(*records), now=self.clock())

    def send(self, *, worker="w1"):
        """Send what is owed in Slack and due, as a worker would, one after the other."""
        transport = SlackTransport(self.settings, self.database, self.clock)
        transport.spacing = 0
        courier = Courier(self.database, {Channel.SLACK: transport}, worker, self.clock)
        for row in self.owed(Fate.READY):
            self.slack.workspace.skew += 1.1  # instead of waiting for a second
            courier.send([row.id])

    def owed(self, *fates, kind=None):
        rows = self.owed_by(Channel.SLACK)
        wanted = {one.value for one in fates}
        return [
            row for row in rows if (not wanted or row.fate in wanted) and kind in {None, row.kind}
        ]

    def owed_by(self, channel):
        with self.database.reading() as session:
            due = Outgoing.channel == channel.value, Outgoing.due_at <= self.clock()
            return session.exec(select(Outgoing).where(*due).order_by(Outgoing.id)).all()

    def seen(self, user, within=8.0, more_than=0):
        """Everything the person can read, once there is more than so many messages."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            found = self.slack.workspace.seen_by(user)
            if len(found) > more_than:
                return found
            time.sleep(0.01)
        raise AssertionError([words(one) for one in self.slack.workspace.seen_by(user)])

    def types(self, user, command, text="", channel=OPEN):
        """Type a command; the answer that the person then reads."""
        before = len(self.slack.workspace.seen_by(user))
        exchange = self.slack.slash(user, command, text, channel)
        assert exchange.acknowledged, exchange
        return self.seen(user, more_than=before)[-1]

    def clicks(self, user, said, text):
        """Click the button of this text; the answer that the person then reads."""
        before = len(self.slack.workspace.seen_by(user))
        assert self.slack.click(user, said, button(said, text)).acknowledged
        return self.seen(user, more_than=before)[-1]

    def view(self, more_than, within=8.0):
        """The newest view, once it does not ask to wait any more."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            views = [v for v in list(self.slack.workspace.views.values()) if v["type"] == "modal"]
            if len(views) > more_than and "One moment" not in json.dumps(views[-1]):
                return views[-1]
            time.sleep(0.01)
        raise AssertionError(self.slack.workspace.views)

    def home(self, user, within=8.0, after=""):
        until = time.monotonic() + within
        while time.monotonic() < until:
            home = self.slack.workspace.homes.get(user)
            if home is not None and home["hash"] != after:
                return home
            time.sleep(0.01)
        raise AssertionError(self.slack.workspace.homes)

    def opens(self, user, said_or_view, text):
        """Click a button that opens a form; the form."""
        before = self.modals()
        action = button(said_or_view, text)
        assert self.slack.click(user, said_or_view, action).acknowledged
        return self.view(before)

    def modals(self):
        return sum(v["type"] == "modal" for v in self.slack.workspace.views.values())


def blocks_of(thing):
    return thing["blocks"] if isinstance(thing, dict) else thing.blocks


def words(thing):
    """Everything that can be read."""
    found = re.findall(r'"text": "((?:[^"\\]|\\.)*)"', json.dumps(blocks_of(thing)))
    text = "" if isinstance(thing, dict) else thing.text
    return "\n".join([text, *(json.loads(f'"{one}"') for one in found)])


def buttons(thing):
    """By text."""
    found = {}
    for block in blocks_of(thing):
        for one in [*block.get("elements", []), block.get("accessory")]:
            if one and one.get("type") == "button":
                found.setdefault(one["text"]["text"], one | {"block_id": block.get("block_id")})
    return found


def button(thing, text):
    return buttons(thing)[text]


@contextmanager
def world(database_url, over, *, slack=None, **more):
    """Ann, an administrator, and Bo are of Exeter; Eve is of Leeds, which has no Slack."""
    database = Database(database_url)
    slack = slack or a_workspace()
    settings = a_setting(slack, database_url, over, **more)
    with database.transaction() as session:
        exeter, leeds = an_organisation(session), an_organisation(session, "Leeds")
        a_user(session, exeter, LINE[ANN], Role.ADMINISTRATOR)
        a_user(session, exeter, LINE[BO], first_name="Bo", family_name="Li")
        a_user(session, leeds, "eve@leeds.example", Role.ADMINISTRATOR, first_name="Eve")
        install(session, Workspace(TEAM), seal=None, now=NOW)
        session.exec(select(SlackInstallation)).one().organisation_id = exeter.id
    made = World(slack, database, settings, over)
    try:
        with hearing() as logged, serving(made):
            yield made
            known = known_values(database)
            slack.assert_kept_the_rules()
            slack.assert_private(known)
            assert_silent(known, json.dumps(logged, default=str), "the log")
    finally:
        slack.stop()
        database.close()


@contextmanager
def hearing():
    """Whatever is logged, by a library or by us, as it would stand in the log."""
    records = []

    class Ear(logging.Handler):
        def emit(self, record):
            records.append(f"{record.getMessage()} {record.exc_text or record.exc_info or ''}")

    ear = Ear(logging.INFO)
    logging.getLogger().addHandler(ear)
    try:
        with structlog.testing.capture_logs() as lines:
            yield records, lines
    finally:
        logging.getLogger().removeHandler(ear)


def a_workspace():
    slack = PrivateStandIn()
    slack.add_bot_token()
    slack.workspace.app_tokens.add("xapp-1")
    add = slack.workspace.add_member
    add(ANN, "Ann", "ann@uni.example")
    add(BO, "Bo", "bo@uni.example")
    add("U0CY", "Cy", "cy@uni.example")
    add("U0GUEST", "Guest", "bo@uni.example", is_restricted=True)
    add("U0SINGLE", "Single", "bo@uni.example", is_ultra_restricted=True)
    add("U0GONE", "Gone", "bo@uni.example", deleted=True)
    add("U0ROBOT", "Robot", "bo@uni.example", is_bot=True)
    add("U0LEEDS", "Lee", "lee@leeds.example", team_id="T0LEEDS", is_stranger=True)
    channel = slack.workspace.add_channel
    channel(OPEN, "admissions", ANN, BO, "U0BOT")
    channel(OTHER, "elsewhere", ANN, BO)
    channel(SHARED, "partners", ANN, BO, "U0LEEDS", "U0BOT", is_ext_shared=True)
    slack.start()
    return slack


def a_setting(slack, database_url, over, **more):
    token = {} if over == "http" else {"slack_app_token": "xapp-1"}
    given = {
        "env": "test",
        "database_url": database_url,
        "slack_bot_token": "xoxb-exeter",
        "slack_signing_secret": slack.signing_secret,
        "slack_api_url": slack.api_url,
    }
    return Settings(_env_file=None, **given | token | more)


@contextmanager
def serving(made):
    """The application as it is served: uvicorn in a thread, or a socket."""
    if made.over == "socket":
        part = made.part = SocketPart(made.settings, made.database, made.clock)
        part.start()
        wait_for(lambda: made.slack.sockets.open, 20)
        yield
        part.stop(5)
        return
    door = slack_app(made.settings, made.database, made.clock)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        mounted(door), log_config=None, lifespan="off", timeout_graceful_shutdown=3
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    made.slack.app_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    yield
    server.should_exit = True
    thread.join(10)
    listening.close()


def mounted(door):
    async def application(scope, receive, send):
        await door(scope, receive, send)

    return application


def wait_for(what, within=8.0):
    until = time.monotonic() + within
    while not what():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)


def known_values(database):
    """What of the candidates in the database must be seen by nobody else."""
    with database.reading() as session:
        results = session.exec(select(Result)).all()
    values = set()
    for one in results:
        values |= {one.trf_number, one.family_name, one.first_name, one.candidate_email}
    return {value for value in values if len(value) > 2}


class PrivateStandIn(SlackStandIn):
    """Looks at everything that was sent, at the end of every test that uses it."""

    def assert_kept_the_rules(self):
        """No block was refused, and nothing that a person wrote is Slack's mark-up."""
        assert self.workspace.problems == []
        views = [*self.workspace.views.values(), *self.workspace.homes.values()]
        for text in marked_up([one.blocks for one in self.workspace.said] + views):
            assert not re.search(r"<(?![@#][A-Z0-9]+>)", text), text

    def assert_private(self, known):
        for one in self.workspace.said:
            conversation = self.workspace.conversations.get(one.channel)
            direct = one.only_for is not None or (conversation and conversation.is_direct)
            if not direct:
                assert_silent(known, json.dumps([one.text, one.blocks]), one)
                for file in one.files:
                    raise AssertionError(f"a file in a channel: {file}")
            if one.blocks or one.files:
                assert_silent(known, one.text, one)
        for call in self.workspace.calls:
            metadata = (call.arguments.get("view") or {}).get("private_metadata", "")
            assert_silent(known, metadata, call.method)
            assert_silent(known, str(call.arguments.get("metadata") or ""), call.method)
            title = call.arguments.get("filename", "") + call.arguments.get("initial_comment", "")
            assert_silent(known, title, call.method)


def marked_up(thing):
    """Every text that Slack reads its own mark-up in."""
    if isinstance(thing, list | tuple):
        return [text for one in thing for text in marked_up(one)]
    if not isinstance(thing, dict):
        return []
    if thing.get("type") == "mrkdwn":
        return [thing["text"]]
    return marked_up(list(thing.values()))


def assert_silent(known, text, where):
    found = [value for value in known if value.lower() in text.lower()]
    assert not found, (found, where)
