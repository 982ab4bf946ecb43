import re
import smtplib
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.policy import SMTP

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import text

from core import reply_tokens
from core.inbox import Standing
from core.refusals import Refusal
from mail.gate import MOST_MAIL_BYTES, Rate
from mail.service import MailPart
from tests.mail.house import RESULTS, a_mail

REPLY = "reply+{}@results.localhost"


def test_a_mail_is_stored_before_its_sender_hears_250(house, ann):
    house.deliver(a_mail("results"))

    (row,) = house.incoming()
    assert (row.recipient, row.came_by, row.fate) == ("results", "smtp", "ready")
    assert row.sender == "ann@uni.example"
    assert b"results" in row.raw


def test_the_same_mail_comes_in_once_for_each_recipient(house, ann):
    ours = house.mail_to(ann)
    mail = a_mail("results")
    for _ in range(3):
        house.deliver(mail, [RESULTS, ours["Reply-To"]])

    assert sorted(row.recipient for row in house.incoming()) == ["reply", "results"]


def test_a_mail_without_a_message_id_is_recognised_by_its_content(house):
    mail = a_mail("results")
    del mail["Message-ID"]
    house.deliver(mail)
    house.deliver(mail)
    mail["X-Other"] = "1"
    house.deliver(mail)

    assert len(house.incoming()) == 2


@pytest.mark.parametrize(
    "address",
    [
        "nobody@results.localhost",
        "results@elsewhere.example",
        "reply@results.localhost",
        REPLY.format("x" * 32),
        REPLY.format("a" * 32),
        REPLY.format("a" * 31),
        "results+x@results.localhost",
    ],
)
def test_an_unknown_recipient_is_refused_at_once(house, address):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        house.deliver(a_mail("results"), address)

    assert refused.value.recipients[address][0] == 550
    assert house.incoming() == []


@pytest.mark.parametrize("fold", [str.upper, str.lower, str.title])
def test_a_reply_address_stands_any_case(house, ann, fold):
    ours = house.mail_to(ann)
    house.deliver(a_mail("results"), fold(ours["Reply-To"]))

    assert [row.recipient for row in house.incoming()] == ["reply"]


def test_a_revoked_address_still_takes_mail_so_that_its_user_hears_why(house, ann, database):
    ours = house.mail_to(ann)
    with database.transaction() as session:
        assert reply_tokens.revoke_all(session, ann, now=house.now) == 1
    house.deliver(a_mail("results"), ours["Reply-To"])

    assert len(house.incoming()) == 1


def test_more_recipients_than_a_mail_may_have_are_put_off(house, ann):
    tokens = [house.mail_to_again(ann) for _ in range(6)]
    with house.client() as client:
        client.ehlo()
        client.mail("ann@uni.example")
        codes = [client.rcpt(one)[0] for one in tokens]

    assert codes == [250] * 5 + [452]


def test_lmtp_answers_for_each_recipient(house, ann):
    ours = house.mail_to(ann)
    with smtplib.LMTP("127.0.0.1", house.part.ports["lmtp"]) as client:
        client.ehlo()
        client.mail("ann@uni.example")
        client.rcpt(RESULTS)
        client.rcpt(ours["Reply-To"])
        client.docmd("DATA")
        client.send(a_mail("results").as_bytes().replace(b"\n", b"\r\n") + b"\r\n.\r\n")
        assert [client.getreply()[0] for _ in range(2)] == [250, 250]

    assert {row.came_by for row in house.incoming()} == {"lmtp"}


def test_a_database_that_is_away_is_answered_451_and_nothing_is_lost(house, database):
    with database.engine.connect() as connection:
        connection.execute(text("ALTER TABLE incoming RENAME TO elsewhere"))
        connection.commit()
    with pytest.raises(smtplib.SMTPDataError) as refused:
        house.deliver(a_mail("results"))
    assert refused.value.smtp_code == 451
    assert "elsewhere" not in str(refused.value)

    with database.engine.connect() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO incoming"))
        connection.commit()
    house.deliver(a_mail("results"))
    assert len(house.incoming()) == 1


def test_a_bug_is_answered_451_without_its_words(house, monkeypatch):
    monkeypatch.setattr("mail.smtp.arrived", lambda *_: 1 / 0)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        house.deliver(a_mail("results"))

    assert refused.value.smtp_code == 451
    assert b"division" not in refused.value.smtp_error


def test_a_bug_while_mails_are_stored_together_is_answered_451_to_each(house, monkeypatch):
    monkeypatch.setattr("core.inbox.enqueue", lambda *_: 1 / 0)

    assert codes_of_some(house) == {451}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_disk_that_fails_is_answered_451_until_the_program_is_started_again(house, monkeypatch):
    def fails(_):
        raise OSError

    with monkeypatch.context() as disk:
        disk.setattr("core.shared_sync.sync_data", fails)
        assert codes_of_some(house) == {451}
    assert codes_of_some(house) == {451}


def codes_of_some(house):
    """What the senders of mails that come at once are told."""
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(house.deliver, a_mail("results")) for _ in range(8)]
        return {one.exception(20).smtp_code for one in sent}


def test_mails_that_come_at_once_are_all_stored(house):
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(house.deliver, a_mail("results", "ann@uni.example")) for _ in range(30)]
        for one in sent:
            one.result()

    assert len(house.incoming()) == 30


def test_a_mail_that_is_too_large_is_refused_by_its_announcement_and_by_its_size(make_house):
    house = make_house()
    with house.client() as client:
        client.ehlo()
        assert client.docmd("MAIL", f"FROM:<a@b.example> SIZE={MOST_MAIL_BYTES + 1}")[0] == 552
        assert client.docmd("MAIL", "FROM:<a@b.example>")[0] == 250
        client.rcpt(RESULTS)
        client.docmd("DATA")
        line = b"x" * 998 + b"\r\n"
        client.send(line * (MOST_MAIL_BYTES // len(line) + 1) + b".\r\n")
        assert client.getreply()[0] == 552
    assert house.incoming() == []


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"Subject: x\r\n\r\nhello\n.\nMAIL FROM:<evil@x.example>\r\n", 550),
        (b"Subject: x\r\n\r\nhello\r.\rMAIL\r\n", 550),
        (b"Subject: x\nFrom: ann@uni.example\r\n\r\nhello\r\n", 550),
        (b"Subject: x\r\n\r\nhello\n\r\n", 550),
        (b"Subject: x\r\n\r\na\0b\r\n", 550),
        (b"X: y\r\n" * 501 + b"\r\nhello\r\n", 552),
        (b"X: " + b"y" * 900 + b"\r\n " + (b"z" * 990 + b"\r\n ") * 70 + b"\r\n\r\nhi\r\n", 552),
        (b"Subject: x\r\n\r\n" + b"x" * 2000 + b"\r\n", 500),
    ],
)
def test_what_could_be_read_in_two_ways_is_not_taken(house, raw, code):
    with house.client() as client:
        client.ehlo()
        client.mail("a@b.example")
        client.rcpt(RESULTS)
        client.docmd("DATA")
        client.send(raw + b".\r\n")
        assert client.getreply()[0] == code
    assert house.incoming() == []


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r"])
def test_nothing_but_crlf_dot_crlf_ends_a_mail(house, end):
    second = b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<results@results.localhost>\r\nDATA\r\n"
    with house.client() as client:
        client.ehlo()
        client.mail("a@b.example")
        client.rcpt(RESULTS)
        client.docmd("DATA")
        client.send(b"Subject: x\r\n\r\nhello" + end + second + b"Subject: y\r\n\r\n.\r\n")
        assert client.getreply()[0] == 550
    assert house.incoming() == []


def test_a_sender_that_brings_too_much_is_put_off(make_house):
    house = make_house(mails_per_sender=3)
    for n in range(3):
        house.deliver(a_mail(f"results {n}"))
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        house.deliver(a_mail("results"))
    house.deliver(a_mail("results", "bo@uni.example"))

    assert refused.value.smtp_code == 450
    assert len(house.incoming()) == 4


def test_the_rate_forgets_the_oldest_keys():
    rate = Rate(1)
    assert rate.allows("a")
    assert not rate.allows("a")
    for n in range(10_000):
        rate.allows(str(n))
    assert rate.allows("a")


def test_too_many_connections_are_told_so(make_house):
    house = make_house(mail_connections=3)
    port = house.part.ports["smtp"]
    opened = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(4)]
    greetings = [one.recv(200)[:3] for one in opened]
    for one in opened:
        one.close()

    assert sorted(greetings) == [b"220", b"220", b"220", b"421"]
    assert welcomed(house)


def welcomed(house):
    """Whether there is room again, once the server has seen the others leave."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            with house.client() as client:
                return client.noop()[0] == 250
        except smtplib.SMTPConnectError:
            time.sleep(0.02)
    return False


def test_the_server_says_nothing_of_its_make(house):
    with house.client() as client:
        code, said = client.ehlo()
    assert code == 250
    assert b"aiosmtpd" not in said.lower()
    assert b"AUTH" not in said


def test_starttls_is_offered_with_a_certificate(make_house, tmp_path):
    house = make_house(smtp_certificate=a_certificate(tmp_path))
    trusting = ssl.create_default_context(cafile=str(tmp_path / "mail.pem"))
    with house.client() as client:
        client.ehlo()
        assert client.has_extn("starttls")
        client._host = "localhost"
        client.starttls(context=trusting)
        client.sendmail("ann@uni.example", RESULTS, a_mail("results").as_bytes(policy=SMTP))

    assert len(house.incoming()) == 1


def test_an_address_that_is_taken_is_named(make_house, database):
    house = make_house()
    taken = house.settings.model_copy(
        update={"smtp_listen": f"127.0.0.1:{house.part.ports['smtp']}", "lmtp_listen": ""}
    )
    part = MailPart(taken, database, house.clock)
    with pytest.raises(Refusal, match="RESULTS_SMTP_LISTEN"):
        part.start()
    part.stop(1)


def test_a_null_sender_is_taken_since_bounces_have_none(house, ann):
    ours = house.mail_to(ann)
    house.deliver(a_mail("x"), ours["Reply-To"], sender="")

    assert [row.sender for row in house.incoming()] == [""]


def test_what_is_being_stored_when_it_stops_is_stored(make_house):
    house = make_house()
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(house.deliver, a_mail("results")) for _ in range(40)]
        house.part.stop(5)
        heard = 0
        for one in sent:
            try:
                one.result()
                heard += 1
            except (OSError, smtplib.SMTPException):
                pass
    house.part.stop = lambda _: None

    assert len(house.incoming()) >= heard
    assert {row.fate for row in house.incoming()} <= {Standing.READY.value}


def test_who_has_only_just_connected_when_it_stops_is_hung_up_on(make_house):
    house = make_house()
    port = house.part.ports["smtp"]
    opened = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(20)]
    house.part.stop(5)
    house.part.stop = lambda _: None

    for one in opened:
        while heard(one):
            pass
        one.close()


def heard(connection) -> bytes:
    """What comes next, nothing once the other side has hung up."""
    try:
        return connection.recv(1000)
    except ConnectionResetError:
        return b""


def a_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    pem += key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "mail.pem"
    path.write_bytes(pem)
    assert re.match(rb"-----BEGIN", pem)
    return path
