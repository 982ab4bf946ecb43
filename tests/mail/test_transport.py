import email
from email.policy import default
from threading import Thread

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlmodel import select

from core.notices import NewResult
from core.reply_tokens import find, hashed
from core.settings import Settings
from core.tables import FilePolicy, Organisation, Outgoing, Preference, ReplyToken, User
from core.terms import Role
from core.transports import InDoubt, LaneDown, NotSent, Refused
from mail.relay import RelayAddress
from mail.transport import mail_transport
from tests.builders import NOW, a_user, an_organisation
from tests.mail.letters import FILE, NOTICES, RECORD, message
from tests.servers.smtp import SmtpServer

DIGEST = next(one for one in NOTICES if one.KIND == "digest")
INVITATION = next(one for one in NOTICES if one.KIND == "invitation")


@pytest.fixture
def ann(database) -> int:
    with database.transaction() as session:
        organisation = an_organisation(session)
        ann = a_user(session, organisation, is_primary=False)
        a_user(session, organisation, "bo@uni.example", Role.ADMINISTRATOR, first_name="Bo")
        return ann.id


@pytest.fixture
def transport(database, tmp_path):
    made = []

    def make(**settings):
        chosen = Settings(_env_file=None, outbox_dir=tmp_path / "outbox", **settings)
        made.append(mail_transport(chosen, database, lambda: NOW))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def server():
    with SmtpServer() as running:
        yield running


def read(raw):
    return email.message_from_bytes(raw, policy=default)


def in_outbox(tmp_path):
    return [read(path.read_bytes()) for path in sorted((tmp_path / "outbox").iterdir())]


def test_without_a_relay_mail_is_a_file_named_by_its_message_id(transport, tmp_path, ann):
    sender = transport()
    first = sender.send(message(DIGEST, user_id=ann))
    again = sender.send(message(DIGEST, user_id=ann))

    (mail,) = in_outbox(tmp_path)
    assert first == again == mail["Message-ID"]
    (path,) = (tmp_path / "outbox").iterdir()
    assert path.name == f"{first.strip('<>')}.eml"
    (attached,) = mail.iter_attachments()
    assert attached.get_payload(decode=True) == FILE.data
    assert mail["To"].addresses[0].addr_spec == "ann@uni.example"


def test_a_mail_can_be_answered_at_a_token_that_is_kept_as_a_hash(
    transport, tmp_path, ann, database
):
    transport().send(message(DIGEST, user_id=ann))

    (mail,) = in_outbox(tmp_path)
    local, _, domain = mail["Reply-To"].partition("@")
    token = local.removeprefix("reply+")
    assert (domain, len(token)) == ("results.localhost", 32)
    with database.reading() as session:
        row = find(session, hashed(token.upper()), now=NOW)
        assert (row.user_id, row.message_id) == (ann, mail["Message-ID"])
        assert token not in str(session.exec(select(ReplyToken)).one())


def test_a_code_for_a_new_address_cannot_be_answered(transport, tmp_path, ann, database):
    notice = next(one for one in NOTICES if one.KIND == "confirm-address")
    transport().send(message(notice, user_id=ann))

    (mail,) = in_outbox(tmp_path)
    assert mail["Reply-To"] is None
    with database.reading() as session:
        assert session.exec(select(ReplyToken)).all() == []


def test_notifications_can_be_ended_with_one_click_and_everything_is_marked_automatic(
    transport, tmp_path, ann
):
    sender = transport(public_url="https://results.uni.example/")
    sender.send(message(DIGEST, user_id=ann))
    sender.send(message(INVITATION, key="invitation:1", user_id=ann))

    mails = {mail["Subject"]: mail for mail in in_outbox(tmp_path)}
    digest = mails.pop("1 new IELTS result")
    (invitation,) = mails.values()
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "<https://results.uni.example/mail/unsubscribe/" in digest["List-Unsubscribe"]
    assert "subject=stop>" in digest["List-Unsubscribe"]
    assert invitation["List-Unsubscribe"] is None
    assert {m["Auto-Submitted"] for m in (digest, invitation)} == {"auto-generated"}


@pytest.mark.parametrize(
    ("kind", "told", "subject"),
    [
        ("new-result", "or `stop` for none", "stop"),
        ("digest", "or `stop` for none", "stop"),
        ("results-changed", "`notifications mail=off`", "notifications%20mail%3Doff"),
        ("watch-hit", "`notifications mail=off`", "notifications%20mail%3Doff"),
        ("monthly-picture", "all news of new results", "stop"),
    ],
)
def test_what_a_letter_says_will_end_it_does(transport, tmp_path, ann, kind, told, subject):
    (notice,) = [one for one in NOTICES if kind == one.KIND]
    transport().send(message(notice, user_id=ann))

    (mail,) = in_outbox(tmp_path)
    assert told in " ".join(mail.get_body(["plain"]).get_content().split())
    assert f"?subject={subject}>" in "".join(mail["List-Unsubscribe"].split())


def test_mail_goes_out_on_a_connection_that_is_reused(transport, server, ann):
    sender = transport(smtp_url=server.url)
    for n in range(5):
        sender.send(message(NewResult(RECORD), key=f"new:{n}", user_id=ann))

    assert (server.connections, len(server.mails)) == (1, 5)
    envelope, to, raw = server.mails[0]
    assert to == ["ann@uni.example"]
    assert envelope == read(raw)["Reply-To"]


def test_several_threads_share_a_few_connections(transport, server, ann):
    sender = transport(smtp_url=server.url, smtp_connections=2)

    def send(n):
        sender.send(message(NewResult(RECORD), key=f"new:{n}", user_id=ann))

    threads = [Thread(target=send, args=[n]) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(server.mails) == 12
    assert server.connections <= 2


@pytest.mark.parametrize(
    ("asked", "answer", "outcome"),
    [
        ("RCPT ann@uni.example", "450 4.2.1 try later", NotSent),
        ("RCPT ann@uni.example", "421 4.3.2 closing", LaneDown),
        ("RCPT ann@uni.example", "554 5.7.1 no", Refused),
        ("RCPT ann@uni.example", "550 5.1.1 no such user", Refused),
        ("RCPT ann@uni.example", "drop", NotSent),
        ("DATA ann@uni.example", "451 4.3.0 try later", NotSent),
        ("DATA ann@uni.example", "554 5.7.1 spam", Refused),
        ("DATA ann@uni.example", "drop", InDoubt),
        ("MAIL", "530 5.7.0 not from you", LaneDown),
    ],
)
def test_what_the_relay_says_decides_what_becomes_of_a_mail(
    transport, server, ann, asked, answer, outcome
):
    server.answers[asked] = answer

    with pytest.raises(outcome) as raised:
        transport(smtp_url=server.url).send(message(DIGEST, user_id=ann))

    assert isinstance(raised.value, LaneDown) == (outcome is LaneDown)
    assert server.mails == []


def test_after_a_refusal_the_next_mail_still_goes(transport, server, ann):
    sender = transport(smtp_url=server.url)
    server.answers["RCPT no@uni.example"] = "554 5.7.1 no"
    with pytest.raises(Refused):
        sender.send(message(DIGEST, key="a", user_id=ann, address="no@uni.example"))

    sender.send(message(DIGEST, key="b", user_id=ann))
    assert len(server.mails) == 1


def test_a_connection_that_the_relay_closed_is_replaced_at_once(transport, server, ann):
    sender = transport(smtp_url=server.url)
    sender.send(message(DIGEST, key="a", user_id=ann))
    sender._carrier._idle.queue[0].client.sock.shutdown(2)

    sender.send(message(DIGEST, key="b", user_id=ann))
    assert (len(server.mails), server.connections) == (2, 2)


def test_a_relay_that_is_away_stops_the_lane(transport, ann):
    with pytest.raises(LaneDown, match="cannot be reached"):
        transport(smtp_url="smtp://127.0.0.1:9").send(message(DIGEST, user_id=ann))


def test_a_password_never_travels_in_the_clear(transport, server, ann):
    url = server.url.replace("://", "://ann:secret@")
    with pytest.raises(LaneDown, match="STARTTLS"):
        transport(smtp_url=url).send(message(DIGEST, user_id=ann))

    assert server.mails == []


def test_an_address_that_does_not_exist_pauses_mail_and_tells_the_administrators(
    transport, server, ann, database
):
    server.answers["RCPT ann@uni.example"] = "550 5.1.1 <ann@uni.example>: no such user"
    with pytest.raises(Refused):
        transport(smtp_url=server.url).send(message(DIGEST, user_id=ann))

    with database.reading() as session:
        assert session.get_one(Preference, ann).mail_on is False
        (told,) = session.exec(select(Outgoing)).all()
        assert told.kind == "mail-paused"
        assert session.get_one(User, told.user_id).email == "bo@uni.example"


def test_an_address_outside_ascii_goes_by_its_punycode_or_not_at_all(transport, server, ann):
    sender = transport(smtp_url=server.url)
    sender.send(message(DIGEST, user_id=ann, address="ann@üni.example"))
    assert server.mails[0][1] == ["ann@xn--ni-wka.example"]

    with pytest.raises(Refused):
        sender.send(message(DIGEST, user_id=ann, address="änn@uni.example"))


def test_mail_is_signed_where_a_key_is_set(transport, server, ann, tmp_path):
    key = rsa.generate_private_key(65537, 2048)
    path = tmp_path / "key.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])
    sender = transport(smtp_url=server.url, dkim_key=path, dkim_selector="s1")
    sender.send(message(DIGEST, user_id=ann))

    raw = server.mails[0][2]
    asked = []

    def dns(name, timeout=5):
        asked.append(name)
        return record

    assert dkim.verify(raw, dnsfunc=dns)
    assert asked == [b"s1._domainkey.results.localhost."]


def test_a_policy_of_notices_sends_no_file(transport, tmp_path, ann, database):
    with database.transaction() as session:
        organisation = session.exec(select(Organisation)).one()
        session.add(FilePolicy(organisation_id=organisation.id, policy="notice"))
    transport().send(message(DIGEST, user_id=ann, organisation_id=organisation.id))

    (mail,) = in_outbox(tmp_path)
    assert list(mail.iter_attachments()) == []
    assert "you find it in Slack" in mail.get_body(["plain"]).get_content()


@pytest.mark.parametrize("url", ["http://x", "smtp://", "mail.example:25"])
def test_a_relay_url_that_is_none_is_named(url):
    with pytest.raises(ValueError, match="RESULTS_SMTP_URL"):
        RelayAddress.read(url)
