"""Mail by a real worker and the real SMTP door, in a process of their own."""

import smtplib
from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from core import inbox
from core.heartbeats import real_now
from core.preferences import Switch, Wishes, set_notifications
from core.tables import AuditEvent, Incoming, Organisation, Outgoing, Preference, ReplyToken
from core.terms import Role
from tests.builders import a_user, an_actor, an_organisation
from tests.intake.shapes import as_csv, load, number, record
from tests.mail.house import a_mail, answer_to, body
from tests.walks.post import PostOffice

ANN = "ann@uni.example"


@pytest.fixture
def office(tmp_path, sqlite_url):
    """Exeter with Ann, its administrator, who hears of new results every day."""
    office = PostOffice(tmp_path, sqlite_url)
    with office.database.transaction() as session:
        ann = a_user(session, an_organisation(session), ANN, Role.ADMINISTRATOR)
        actor = an_actor(session, ann)
        set_notifications(session, actor, Switch.DAILY, Wishes(), now=real_now())
    yield office
    office.database.close()


@pytest.fixture
def digest(office):
    """Ann's digest of two results, once somebody serves."""
    with office.database.transaction() as session:
        organisation = session.exec(select(Organisation)).one()
        load(session, organisation, as_csv(record(1), record(2)), now=real_now())
        session.exec(select(Preference)).one().next_due_at = real_now() - timedelta(minutes=1)
    return lambda: office.letter("2 new IELTS results")


def test_one_click_ends_mail_from_the_letter_to_the_confirmation(office, digest):
    """The address that the letter names is the one that answers."""
    with office.serving("worker", "scheduler", "api"):
        letter = digest()
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        address = letter["List-Unsubscribe"].split(",")[0].strip("<> ")
        assert address.startswith(f"{office.url}/mail/unsubscribe/")
        assert httpx.get(address).status_code == 200
        assert office.terminal.run("notifications")["notifications"]["mail"] is True

        assert httpx.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200

        told = office.letter("A setting of your account")
        assert told["To"].addresses[0].addr_spec == ANN
        assert "were ended" in body(told)
        assert told["List-Unsubscribe"] is None
    assert office.terminal.run("notifications")["notifications"]["mail"] is False
    with office.database.reading() as session:
        assert "mail:unsubscribed" in session.exec(select(AuditEvent.action)).all()


def reply(letter, text, sender=ANN):
    """What a mail program makes of Reply, sent to the address that the letter names."""
    return answer_to(letter, text, sender=sender), letter["Reply-To"]


def files(letters):
    return [one.get_payload(decode=True) for mail in letters for one in mail.iter_attachments()]


def test_a_digest_is_answered_and_the_file_goes_to_the_registered_address_only(office, digest):
    with office.serving("worker", "scheduler", "mail"):
        letter = digest()
        mail, to = reply(letter, "send as xml")
        mail["Reply-To"] = "mallory@evil.example"
        mail["Cc"] = "mallory@evil.example"
        before = len(office.letters())
        office.hand_in(mail, to, sender="mallory@evil.example")
        office.until(lambda: len(office.letters()) > before)

    answer = office.letters()[-1]
    (file,) = files([answer])
    assert number(1) in file.decode()
    assert file.startswith(b"<?xml")
    assert answer["In-Reply-To"] == mail["Message-ID"]
    assert letter["Message-ID"] in answer["References"]
    for one in office.letters():
        assert [to.addr_spec for to in one["To"].addresses] == [ANN]
        assert one["Cc"] is one["Bcc"] is None
    assert office.terminal.run("history")["downloads"][0]["records"] == 2


def test_a_stranger_who_knows_the_reply_address_gets_nothing_and_ann_hears_nothing_of_it(
    office, digest
):
    with office.serving("worker", "scheduler", "mail"):
        letter = digest()
        before = len(office.letters())
        office.hand_in(*reply(letter, "download csv", sender="stranger@evil.example"))
        office.hand_in(
            *(a_mail("download csv", "stranger@evil.example"), "results@results.localhost")
        )
        office.until(lambda: office.fates() == ["ignored", "ignored"])
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            office.hand_in(a_mail("results"), f"reply+{'a' * 32}@results.localhost")

    ((code, _),) = refused.value.recipients.values()
    assert code == 550
    assert len(office.letters()) == before
    assert office.terminal.run("results")["new"] == 2


def test_an_expired_reply_address_does_nothing_and_says_what_to_do_once_a_day(office, digest):
    with office.serving("worker", "scheduler", "mail"):
        letter = digest()
        with office.database.transaction() as session:
            for token in session.exec(select(ReplyToken)):
                token.expires_at = real_now() - timedelta(seconds=1)
        before = len(office.letters())
        for text in ("download csv", "results"):
            office.hand_in(*reply(letter, text))
        office.until(lambda: office.fates() == ["done", "done"])
        office.until(lambda: len(office.letters()) > before)

    (answer,) = office.letters()[before:]
    assert answer["To"].addresses[0].addr_spec == ANN
    assert "expired" in body(answer) or "too old" in body(answer)
    assert files([answer]) == []
    assert office.terminal.run("results")["new"] == 2


def test_a_shunted_mail_is_seen_by_the_operator_retried_and_then_answered(office, digest):
    with office.serving("worker", "scheduler"):
        letter = digest()
    with office.serving("mail"):
        office.hand_in(*reply(letter, "results"))
    with office.database.transaction() as session:
        row_id = session.exec(select(Incoming.id)).one()
        inbox.shunt(session, row_id, "It could not be worked on.", now=real_now())

    (mail,) = office.terminal.json("queue", "list")["mails"]
    assert (mail["id"], mail["from"]) == (f"M{row_id}", ANN)
    with office.serving("worker"):
        assert office.fates() == ["shunted"]
        assert office.terminal.json("queue", "retry", mail["id"])["changed"] == 1
        office.until(lambda: office.fates() == ["done"])
        answer = office.letter(f"Re: {letter['Subject']}")
    assert "2 new results" in body(answer)
    assert office.terminal.json("queue", "list")["mails"] == []


def test_a_worker_that_is_killed_at_its_mail_leaves_none_undone_and_none_done_twice(office, digest):
    """Mail is stored while nobody works; the worker dies; the next one answers each once."""
    with office.serving("worker", "scheduler"):
        letter = digest()
    with office.serving("mail"):
        for _ in range(30):
            office.hand_in(*reply(letter, f"watch {number(1)}"))
    before = len(office.letters())
    first = office.terminal.serve("worker")
    office.until(lambda: len(office.letters()) > before)
    first.kill()
    first.wait()
    with office.serving("worker", "scheduler"):
        office.until(lambda: set(office.fates()) == {"done"})
        office.until(lambda: len(office.letters()) == before + 30)
    with office.database.reading() as session:
        kinds = session.exec(select(Outgoing.kind)).all()
    assert kinds.count("mail-reply") == 30
