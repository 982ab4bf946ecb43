from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlmodel import col, select

from api.push import WebhookTransport
from core.composing import Unwanted, compose
from core.courier import Courier
from core.delivery import download
from core.endpoints import add_endpoint, list_endpoints, remove_endpoint
from core.keys import Scope, add_key, caller_of
from core.notices import WebhookPaused
from core.refusals import Kind, Refusal
from core.replays import replay
from core.settings import Settings
from core.tables import AuditEvent, Organisation, Outgoing, WebhookEndpoint
from core.terms import Channel, Fate, Role
from core.trf_numbers import TrfNumber
from core.verification import verify
from tests.builders import NOW, a_user, an_organisation
from tests.intake.shapes import as_csv, load, number, record
from tests.servers.crm import Crm

LOCAL = Settings(webhook_allowed_hosts="127.0.0.1")
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


class Sender:
    """Everything between an arrival and the CRM, with a clock of its own."""

    def __init__(self, database, crm, settings=LOCAL):
        self.database, self.crm, self.settings, self.now = database, crm, settings, NOW
        with database.transaction() as session:
            self.organisation = an_organisation(session)
            added = add_endpoint(session, self.organisation, crm.url, settings=settings, now=NOW)
            key = add_key(session, self.organisation, name="CRM", scopes=[Scope.WRITE], now=NOW)
            self.program = caller_of(session, key.secret, now=NOW).actor
        self.secret, self.endpoint_id = added.secret, added.line.id
        self.transport = WebhookTransport(settings, database, lambda: self.now)
        transports = {Channel.WEBHOOK: self.transport}
        self.courier = Courier(database, transports, "worker", lambda: self.now)

    def arrive(self, *records):
        with self.database.transaction() as session:
            organisation = session.get_one(Organisation, self.organisation.id)
            load(session, organisation, as_csv(*records), now=self.now)

    def send(self):
        """What is due now, in the order in which it was owed."""
        with self.database.reading() as session:
            due = session.exec(
                select(Outgoing.id)
                .where(Outgoing.fate == Fate.READY.value, Outgoing.due_at <= self.now)
                .order_by(col(Outgoing.id))
            ).all()
        self.courier.send(due)

    def later(self, after):
        self.now += after

    def replay(self, since=None):
        with self.database.transaction() as session:
            return replay(session, self.endpoint_id, since=since, now=self.now)

    def endpoint(self):
        with self.database.reading() as session:
            return session.get_one(WebhookEndpoint, self.endpoint_id)

    def fates(self):
        with self.database.reading() as session:
            rows = session.exec(select(Outgoing).order_by(col(Outgoing.id)))
            return [one.fate for one in rows]


@pytest.fixture
def crm():
    crm = Crm()
    yield crm
    crm.close()


@pytest.fixture
def sender(database, crm):
    sender = Sender(database, crm)
    yield sender
    sender.transport.close()


def test_a_delivered_result_is_sent_with_a_signature_that_the_library_accepts(sender, crm):
    sender.now = datetime.now(UTC)  # the library refuses old signatures
    sender.arrive(record(1))
    sender.send()

    (call,) = crm.calls
    event = call.verified(sender.secret)
    assert event["type"] == "result.delivered"
    assert event["data"]["result"]["trfNumber"] == number(1)
    assert event["data"]["cursor"] == "1-1"
    assert call.id == f"result-{sender.organisation.id}-1-1"
    assert sender.fates() == ["sent"]


def test_changes_verifications_and_downloads_are_events_too(sender, crm):
    sender.arrive(record(1))
    sender.arrive(record(1, overallBandScore="8.5"))
    with sender.database.transaction() as session:
        verify(session, sender.program, TrfNumber.read(number(1)), now=NOW, settings=LOCAL)
        download(session, sender.program, now=NOW)
    sender.send()

    events = [call.event() for call in crm.calls]
    assert [one["type"] for one in events] == [
        "result.delivered",
        "result.changed",
        "verification.completed",
        "download.created",
    ]
    assert events[0]["data"]["current"] is False
    assert events[0]["data"]["result"]["overallBandScore"] == "8"
    assert events[1]["data"]["changes"] == [{"field": "overallBandScore", "old": "8", "new": "8.5"}]
    assert events[2]["data"]["outcome"] == "match"
    assert "result" not in events[2]["data"]
    assert events[3]["data"]["records"] == 1


def test_a_failed_event_comes_again_with_the_same_id_and_body(sender, crm):
    crm.answers.extend([500, "hang up", 302, 204])
    sender.arrive(record(1))
    for _ in range(4):
        sender.send()
        sender.later(HOUR)

    assert len(crm.calls) == 4
    assert len({(call.id, call.body) for call in crm.calls}) == 1
    assert sender.fates() == ["sent"]
    assert sender.endpoint().failing_since is None


def test_events_of_one_result_follow_one_another_whatever_fails(sender, crm):
    crm.always = lambda call: (
        422 if call.event()["data"]["result"]["trfNumber"] == number(1) else 204
    )
    sender.arrive(record(1), record(2))
    sender.arrive(record(1, overallBandScore="8.5"), record(2, overallBandScore="8.5"))
    sender.send()

    seen = [(c.event()["data"]["result"]["trfNumber"], c.event()["type"]) for c in crm.calls]
    assert seen == [
        (number(1), "result.delivered"),
        (number(2), "result.delivered"),
        (number(2), "result.changed"),
    ]
    crm.always = 204
    for _ in range(3):
        sender.later(HOUR)
        sender.send()
    mine = [c.event()["type"] for c in crm.calls if number(1).encode() in c.body]
    assert mine == ["result.delivered", "result.delivered", "result.changed"]


def test_an_endpoint_that_fails_is_left_alone_for_a_while_and_all_of_its_events_wait(sender, crm):
    crm.always = 503
    sender.arrive(*(record(n) for n in range(5)))
    sender.send()
    sender.later(SECOND)
    sender.send()
    assert len(crm.calls) == 1

    crm.always = 204
    for _ in range(3):
        sender.later(HOUR)
        sender.send()
    assert len({call.id for call in crm.calls}) == 5
    assert set(sender.fates()) == {"sent"}


def test_it_waits_as_long_as_it_is_asked_to(sender, crm):
    crm.answers.append((429, {"Retry-After": "7200"}))
    sender.arrive(record(1))
    sender.send()
    sender.later(HOUR)
    sender.send()
    assert len(crm.calls) == 1

    sender.later(2 * HOUR)
    sender.send()
    assert len(crm.calls) == 2


def test_after_three_days_the_endpoint_is_paused_and_a_replay_loses_nothing(sender, crm):
    crm.always = 500
    sender.arrive(record(1))
    for _ in range(80):
        sender.send()
        sender.later(HOUR)
    assert sender.endpoint().paused_at is not None
    calls = len(crm.calls)
    sender.arrive(record(2))
    for _ in range(10):
        sender.send()
        sender.later(HOUR)
    assert len(crm.calls) == calls

    crm.calls.clear()
    crm.always = 204
    assert sender.replay() == 2
    sender.send()
    got = [call.event()["data"]["result"]["trfNumber"] for call in crm.calls]
    assert got == [number(1), number(2)]
    with sender.database.reading() as session:
        actions = session.exec(select(AuditEvent.action)).all()
    assert actions.count("webhook:paused") == 1


def test_secrets_are_sealed_where_there_is_a_key_and_sign_as_before(database, crm):
    keyed = LOCAL.model_copy(update={"secret_key": SecretStr(Fernet.generate_key().decode())})
    sender = Sender(database, crm, keyed)
    assert sender.secret.removeprefix("whsec_") not in sender.endpoint().secret

    sender.now = datetime.now(UTC)
    sender.arrive(record(1))
    sender.send()
    sender.transport.close()
    assert crm.calls[0].verified(sender.secret)["type"] == "result.delivered"


def test_without_its_key_nothing_is_sent_and_nothing_lost(database, crm):
    keyed = LOCAL.model_copy(update={"secret_key": SecretStr(Fernet.generate_key().decode())})
    sender = Sender(database, crm, keyed)
    sender.transport.close()
    sender.transport = WebhookTransport(LOCAL, database, lambda: sender.now)
    sender.courier = Courier(
        database, {Channel.WEBHOOK: sender.transport}, "worker", lambda: sender.now
    )
    sender.arrive(record(1))
    sender.send()
    sender.transport.close()

    assert not crm.calls
    with database.reading() as session:
        (row,) = session.exec(select(Outgoing).where(Outgoing.channel == Channel.WEBHOOK)).all()
    assert row.fate == Fate.READY
    assert "RESULTS_SECRET_KEY" in row.last_error


def test_a_change_of_what_was_only_verified_is_told_to_whoever_relied_on_it(sender, crm):
    with sender.database.transaction() as session:
        leeds = an_organisation(session, "Leeds")
        load(session, leeds, as_csv(record(1, town="Exeter"), record(2)))
        asked = TrfNumber.read(number(1))
        verify(session, sender.program, asked, now=NOW, settings=Settings())
    sender.send()
    crm.calls.clear()

    for band in ("7", "7.5"):
        with sender.database.transaction() as session:
            rows = [record(n, overallBandScore=band, town="Leeds") for n in (1, 2)]
            load(session, session.get_one(Organisation, leeds.id), as_csv(*rows), now=sender.now)
    sender.send()
    first, second = [call.event() for call in crm.calls]
    assert first["type"] == second["type"] == "result.changed"
    assert first["data"]["changes"] == [{"field": "overallBandScore", "old": "8", "new": "7"}]
    assert (first["data"]["current"], second["data"]["current"]) == (False, True)
    assert second["data"]["cursor"] is None
    assert second["data"]["result"]["overallBandScore"] == "7.5"
    assert "town" not in second["data"]["result"]

    crm.calls.clear()
    assert sender.replay(NOW - HOUR) == 3
    sender.send()
    assert [call.event()["type"] for call in crm.calls].count("result.changed") == 2


def test_administrators_hear_once_that_an_endpoint_is_paused_and_what_to_do(sender, crm):
    with sender.database.transaction() as session:
        a_user(session, sender.organisation, "ann@uni.example", Role.ADMINISTRATOR)
        a_user(session, sender.organisation, "bob@uni.example")
    crm.always = 410
    sender.arrive(record(1), record(2))
    for _ in range(3):
        sender.send()
        sender.later(HOUR)

    with sender.database.transaction() as session:
        told = session.exec(select(Outgoing).where(Outgoing.kind == WebhookPaused.KIND)).all()
        (message,) = [compose(session, one, {}, now=sender.now) for one in told]
        assert message.recipient.address == "ann@uni.example"
        assert message.notice.host == "127.0.0.1"
        assert "It answered 410" in message.notice.paused()
        assert f"webhook replay {sender.endpoint_id}" in message.notice.remedy()

        replay(session, sender.endpoint_id, since=None, now=sender.now)
        assert isinstance(compose(session, told[0], {}, now=sender.now), Unwanted)


def test_an_endpoint_that_says_it_is_gone_is_paused_at_once(sender, crm):
    crm.always = 410
    sender.arrive(record(1), record(2))
    sender.send()
    sender.later(HOUR)
    sender.send()

    assert len(crm.calls) == 1
    assert sender.endpoint().paused_at is not None


def test_a_replay_sends_the_same_ids_so_that_the_receiver_knows_them(sender, crm):
    sender.arrive(record(1))
    sender.later(HOUR)
    since = sender.now
    sender.arrive(record(2))
    sender.send()
    before = [call.id for call in crm.calls]

    assert sender.replay(since) == 1
    sender.send()

    assert [call.id for call in crm.calls] == [*before, before[1]]


def test_a_removed_endpoint_hears_no_more(sender, crm):
    sender.arrive(record(1))
    with sender.database.transaction() as session:
        remove_endpoint(session, sender.endpoint_id, now=NOW)
    sender.send()
    sender.arrive(record(2))

    assert crm.calls == []
    assert sender.fates() == ["dropped"]


def test_others_hear_nothing_of_it(database, sender, crm):
    with database.transaction() as session:
        leeds = an_organisation(session, "Leeds")
        load(session, leeds, as_csv(record(7)))
    sender.send()

    assert crm.calls == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://crm.example/hook", "url_insecure"),
        ("ftp://crm.example/hook", "url_misshapen"),
        ("https://", "url_misshapen"),
        ("https://[::1", "url_misshapen"),
        ("https://crm.example:99999/", "url_misshapen"),
        ("https://user:pass@crm.example/", "url_unwanted"),
        ("https://crm.example/#part", "url_unwanted"),
        ("https://crm.example/" + "a" * 2000, "url_unwanted"),
        ("not an address", "url_misshapen"),
    ],
)
def test_an_address_that_we_would_never_call_is_refused(database, url, code):
    with database.transaction() as session:
        organisation = an_organisation(session)
        with pytest.raises(Refusal) as refused:
            add_endpoint(session, organisation, url, settings=Settings(), now=NOW)
    assert (refused.value.kind, refused.value.code) == (Kind.USAGE, code)


def test_the_secret_is_shown_once_and_an_address_is_added_once(database):
    url = "https://crm.example/hook"
    with database.transaction() as session:
        organisation = an_organisation(session)
        added = add_endpoint(session, organisation, url, settings=Settings(), now=NOW)
        with pytest.raises(Refusal, match="already"):
            add_endpoint(session, organisation, url, settings=Settings(), now=NOW)

        assert added.secret.startswith("whsec_")
        assert "secret" not in str(list_endpoints(session).document())
