import socket

import pytest

from console.checks import mail
from console.opening import Desk
from core.settings import Settings
from mail.service import MailPart
from tests.builders import NOW, an_organisation
from tests.servers.smtp import SmtpServer

PEM = b"-----BEGIN PRIVATE KEY-----\n"


def told(findings):
    return [(one.standing.name, f"{one.said} {one.remedy}") for one in findings]


@pytest.mark.parametrize("url", ["mail.uni.edu", "http://mail.uni.edu", "smtp://"])
def test_a_relay_address_that_cannot_be_read_says_how_to_write_one(url):
    ((standing, said),) = told(mail.outward(Settings(smtp_url=url)))

    assert standing == "FAILURE"
    assert "smtps://user:password@host" in said


def test_a_relay_without_a_mail_domain_is_a_failure():
    found = told(mail.outward(Settings(smtp_url="smtp://relay")))

    assert found[0] == ("OK", "By the relay relay:25. ")
    assert found[1][0] == "FAILURE"
    assert "RESULTS_MAIL_DOMAIN" in found[1][1]


def test_half_a_signature_and_a_key_that_is_none_are_failures(tmp_path):
    key = tmp_path / "key.pem"
    wanted = {"smtp_url": "smtp://relay", "mail_domain": "uni.edu"}
    half = Settings(**wanted, dkim_selector="s1")
    assert told(mail.outward(half))[-1][0] == "FAILURE"

    whole = Settings(**wanted, dkim_selector="s1", dkim_key=key)
    assert "No such file" in told(mail.outward(whole))[-1][1]
    key.write_bytes(b"a public one")
    assert "without a private key" in told(mail.outward(whole))[-1][1]
    key.write_bytes(PEM)
    assert told(mail.outward(whole))[-1][0] == "OK"


def test_mail_into_a_folder_is_a_warning_in_production_only(tmp_path):
    def standing(env):
        return told(mail.outward(Settings(env=env, outbox_dir=tmp_path / "a" / "b")))[0][0]

    assert (standing("production"), standing("demo")) == ("WARNING", "OK")


def test_an_open_port_without_a_certificate_and_senders_that_nobody_checks_are_warnings():
    found = told(mail.inward(Settings(smtp_listen="0.0.0.0:25")))

    assert [standing for standing, _ in found] == ["OK", "WARNING", "WARNING"]
    assert "RESULTS_SMTP_CERTIFICATE" in found[1][1]
    assert told(mail.inward(Settings(smtp_listen="")))[0][0] == "OFF"


@pytest.mark.parametrize(
    ("url", "standing"),
    [
        ("imaps://ann%40uni.edu:x@mail.uni.edu/INBOX", "OK"),
        ("pop3://ann:x@mail.uni.edu", "FAILURE"),
        ("imaps://mail.uni.edu", "FAILURE"),
        ("imap://ann:x@mail.uni.edu", "WARNING"),
    ],
)
def test_a_mailbox_is_judged_by_its_address(url, standing):
    found = told(mail.inward(Settings(imap_url=url, verify_dkim=True)))

    assert standing in {one for one, _ in found}


def test_a_mailbox_that_does_not_open_is_a_failure_without_its_password():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"imap://ann:swordfish@127.0.0.1:{nobody.getsockname()[1]}/INBOX"
        ((standing, said),) = told(mail.mailbox(Settings(imap_url=url)))

    assert standing == "FAILURE"
    assert "swordfish" not in said


def test_a_relay_is_greeted_and_one_that_is_away_is_told():
    with SmtpServer() as server:
        settings = Settings(smtp_url=server.url, smtp_tls="off")
        assert told(mail.relay(settings))[0][0] == "OK"
        wanting_tls = Settings(smtp_url=server.url, smtp_tls="required")
        assert "no STARTTLS" in told(mail.relay(wanting_tls))[0][1]
        assert server.mails == []
    assert told(mail.relay(settings))[0][0] == "FAILURE"


def test_a_feeder_for_an_organisation_that_is_not_there_is_a_failure(database):
    with database.transaction() as session:
        an_organisation(session)
    settings = Settings(mail_feeders={"a@centre.example": "exeter", "b@centre.example": "Bath"})

    ((standing, said),) = told(mail.feeders(Desk(settings, database)))

    assert standing == "FAILURE"
    assert "b@centre.example" in said


@pytest.fixture
def house(database):
    """Settings whose relay is our own door."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Settings(
        mail_domain="uni.edu",
        smtp_listen=f"127.0.0.1:{port}",
        smtp_url=f"smtp://127.0.0.1:{port}",
        smtp_tls="off",
    )


def test_a_mail_goes_once_around(house, database):
    part = MailPart(house, database, lambda: NOW)
    part.start()
    try:
        found = told(mail.round_trip(Desk(house, database), patience=10))
    finally:
        part.stop(5)

    assert found[0][0] == "OK"
    assert "results@uni.edu came back" in found[0][1]


def test_a_mail_that_the_relay_keeps_to_itself_is_a_failure_that_says_where_to_look(
    house, database
):
    with SmtpServer() as server:
        away = house.model_copy(update={"smtp_url": Settings(smtp_url=server.url).smtp_url})
        ((standing, said),) = told(mail.round_trip(Desk(away, database), patience=0.2))

        assert standing == "FAILURE"
        assert "serve mail" in said
        (sender, to, raw) = server.mails[0]
        assert (sender, to) == ("results@uni.edu", ["results@uni.edu"])
        assert b"Auto-Submitted: auto-generated" in raw


def test_without_a_relay_nothing_goes_around(database):
    assert told(mail.round_trip(Desk(Settings(), database)))[0][0] == "OFF"
