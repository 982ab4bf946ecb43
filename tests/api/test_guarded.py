"""Where a webhook never goes, however its name is written or answers."""

import socket
import ssl

import httpcore
import pytest
from sqlmodel import select

from api.guarded import ForbiddenAddress, GuardedBackend, is_public
from api.push import WebhookTransport
from core.composing import compose
from core.settings import Settings
from core.tables import Outgoing
from core.transports import LaneDown
from tests.api.test_push import Sender
from tests.builders import NOW
from tests.intake.shapes import record
from tests.servers.crm import Crm

SPECIAL = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "198.18.0.1",
    "203.0.113.7",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", SPECIAL)
def test_special_addresses_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_ordinary_addresses_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "127.1", "[::1]", "0", "017700000001"],
)
def test_no_way_to_write_this_machine_is_connected_to(host):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        listening.settimeout(0.2)
        with pytest.raises(httpcore.ConnectError):
            GuardedBackend(frozenset()).connect_tcp(host.strip("[]"), port, timeout=1)
        with pytest.raises(TimeoutError):
            listening.accept()


def test_a_name_with_one_bad_address_among_good_ones_is_refused(monkeypatch):
    answers = [("8.8.8.8", 443), ("10.0.0.1", 443)]
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", one) for one in answers],
    )

    with pytest.raises(ForbiddenAddress, match=r"crm\.example leads to 10\.0\.0\.1"):
        GuardedBackend(frozenset()).connect_tcp("crm.example", 443)


def test_a_name_is_resolved_once_so_that_it_cannot_change_its_mind(monkeypatch):
    asked = []
    resolve = socket.getaddrinfo

    def rebinding(host, *more, **options):
        asked.append(host)
        if host == "crm.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 1))]
        return resolve(host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr("api.guarded.is_public", lambda _: True)
    with pytest.raises((httpcore.ConnectError, httpcore.ConnectTimeout)):
        GuardedBackend(frozenset()).connect_tcp("crm.example", 1, timeout=0.2)

    assert asked.count("crm.example") == 1


def test_an_allowed_host_may_be_private_and_others_stay_forbidden():
    crm = Crm()
    try:
        backend = GuardedBackend(frozenset({"127.0.0.1"}))
        backend.connect_tcp("127.0.0.1", crm.port, timeout=1).close()
        with pytest.raises(ForbiddenAddress):
            backend.connect_tcp("localhost", crm.port, timeout=1)
    finally:
        crm.close()


def test_a_redirect_to_a_private_address_is_not_followed(database):
    crm, inner = Crm(), Crm()
    crm.always = (307, {"Location": inner.url})
    sender = Sender(database, crm)
    sender.arrive(record(1))
    sender.send()

    assert (len(crm.calls), inner.calls) == (1, [])
    assert sender.endpoint().last_error == "It answered 307"
    sender.transport.close()
    crm.close()
    inner.close()


def test_a_host_that_is_allowed_no_more_is_called_no_more(database):
    crm = Crm()
    sender = Sender(database, crm)
    sender.transport.close()
    transport = WebhookTransport(Settings(), database, lambda: NOW)
    sender.arrive(record(1))
    with database.reading() as session:
        message = compose(session, session.exec(select(Outgoing)).one(), {}, now=NOW)
    with pytest.raises(LaneDown, match="not public"):
        transport.send(message)

    assert crm.calls == []
    transport.close()
    crm.close()


def test_a_certificate_of_nobody_is_refused(database, tmp_path):
    crm = Crm()
    settings = Settings(webhook_allowed_hosts="127.0.0.1")
    sender = Sender(database, crm, settings)
    with database.transaction() as session:
        row = sender.endpoint()
        row.url = crm.url.replace("http:", "https:")
        session.add(row)
    sender.arrive(record(1))
    sender.send()

    assert crm.calls == []
    assert "cannot be reached" in sender.endpoint().last_error
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED
    sender.transport.close()
    crm.close()
