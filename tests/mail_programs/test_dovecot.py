import os
import re
import signal
import time
from email.policy import SMTP

import pytest
from pydantic import SecretStr

from mail import imap
from mail.imap import FAILED, PROCESSED
from tests.mail.house import a_mail, answer_to, body
from tests.mail.test_imap import until
from tests.mail.test_smtp import a_certificate
from tests.mail_programs.dovecot import PASSWORD, USER, Dovecot


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(imap, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(imap, "LONGEST_PAUSE", 0.4)


@pytest.fixture
def reading(make_house):
    """A house that reads a mailbox, and nothing else."""
    return lambda url: make_house(smtp_listen="", lmtp_listen="", imap_url=SecretStr(url))


def raw(text):
    return a_mail(text).as_bytes(policy=SMTP)


def test_what_is_in_the_mailbox_is_stored_and_moved(reading, dovecot, ann):
    dovecot.append(*(raw(f"results {n}") for n in range(120)))
    house = reading(dovecot.url())

    until(lambda: dovecot.count(PROCESSED) == 120)
    assert dovecot.count("INBOX") == dovecot.count(FAILED) == 0
    assert len(house.incoming()) == 120


def test_an_answer_in_the_mailbox_is_served(reading, dovecot, ann):
    house = reading(dovecot.url())
    ours = house.mail_to(ann)
    dovecot.append(answer_to(ours, "results", To=ours["Reply-To"]).as_bytes(policy=SMTP))

    until(house.incoming)
    (answer,) = house.answers()
    assert "1 new result can be downloaded" in body(answer)


def test_a_mail_that_comes_while_it_waits_is_taken_within_a_second_and_a_half(
    reading, dovecot, ann
):
    house = reading(dovecot.url())
    until(lambda: "Login: user=" in dovecot.said())
    time.sleep(1)
    dovecot.append(raw("results"))
    begun = time.monotonic()
    until(house.incoming)

    assert time.monotonic() - begun < 1.5


def test_what_cannot_be_taken_goes_to_failed_and_what_is_marked_deleted_stays(
    reading, dovecot, ann
):
    dovecot.append(raw("deleted"))
    with dovecot.client() as client:
        client.select_folder("INBOX")
        client.delete_messages(client.search())
    dovecot.append(b"X: y\r\n" * 600 + b"\r\nhello\r\n", raw("results"))
    house = reading(dovecot.url())

    until(lambda: (dovecot.count(FAILED), dovecot.count(PROCESSED)) == (1, 1))
    assert len(house.incoming()) == 1
    assert dovecot.count("INBOX") == 1


def test_after_a_restart_it_is_found_again(reading, dovecot, ann):
    house = reading(dovecot.url())
    dovecot.append(raw("results"))
    until(lambda: dovecot.count(PROCESSED) == 1)
    dovecot.stop()
    time.sleep(1)
    dovecot.start()
    dovecot.append(raw("history"))

    until(lambda: len(house.incoming()) == 2)
    until(lambda: dovecot.count(PROCESSED) == 2)


def test_a_connection_that_ends_without_a_word_is_noticed(reading, dovecot, ann):
    house = reading(dovecot.url())
    until(lambda: "Login: user=" in dovecot.said())
    time.sleep(1)
    (process,) = re.findall(r"Login: user=.*mpid=(\d+)", dovecot.said())
    os.kill(int(process), signal.SIGKILL)
    time.sleep(0.5)
    dovecot.append(raw("results"))

    until(lambda: len(house.incoming()) == 1, seconds=10)


def test_a_mailbox_with_a_new_uidvalidity_is_read_on(reading, dovecot, ann):
    house = reading(dovecot.url())
    dovecot.append(raw("results"))
    until(lambda: dovecot.count(PROCESSED) == 1)
    before = validity(dovecot, "INBOX")
    time.sleep(1.1)  # it is the second of its making
    dovecot.stop()
    for path in (dovecot.folder / "mail").glob("dovecot*"):
        path.unlink()
    dovecot.start()
    dovecot.append(raw("history"), raw("help"))

    until(lambda: len(house.incoming()) == 3)
    until(lambda: dovecot.count(PROCESSED) == 3)
    assert validity(dovecot, "INBOX") != before


def test_a_folder_that_is_made_anew_under_its_reader_is_read_on(reading, dovecot, ann, monkeypatch):
    monkeypatch.setattr("mail.imap.IDLE_SECONDS", 3.0)
    with dovecot.client() as client:
        client.create_folder("Desk")
        house = reading(dovecot.url("Desk"))
        dovecot.append(raw("results"), folder="Desk")
        until(lambda: dovecot.count(PROCESSED) == 1)
        before = validity(dovecot, "Desk")
        client.delete_folder("Desk")
        client.create_folder("Desk")
    dovecot.append(raw("history"), folder="Desk")

    until(lambda: dovecot.count(PROCESSED) == 2)
    assert len(house.incoming()) == 2
    assert validity(dovecot, "Desk") != before


def validity(dovecot, folder):
    with dovecot.client() as client:
        return client.folder_status(folder, ["UIDVALIDITY"])[b"UIDVALIDITY"]


def test_a_folder_that_somebody_removed_is_made_again(reading, dovecot, ann):
    house = reading(dovecot.url())
    dovecot.append(raw("results"))
    until(lambda: dovecot.count(PROCESSED) == 1)
    with dovecot.client() as client:
        client.delete_folder(PROCESSED)
    dovecot.append(raw("history"))

    until(lambda: dovecot.count(PROCESSED) == 1)
    assert len(house.incoming()) == 2


def test_two_readers_of_one_mailbox_store_each_mail_once(reading, dovecot, ann):
    first, second = reading(dovecot.url()), reading(dovecot.url())
    dovecot.append(*(raw(f"results {n}") for n in range(60)))

    until(lambda: dovecot.count(PROCESSED) >= 60 and dovecot.count("INBOX") == 0)
    assert len(first.incoming()) == 60
    assert first.database is second.database


def test_a_wrong_password_is_tried_again_until_it_is_right(reading, dovecot, ann):
    house = reading(dovecot.url(password="another"))
    until(lambda: "auth failed" in dovecot.said())
    dovecot.append(raw("results"))
    assert house.incoming() == []
    (dovecot.folder / "users").write_text(f"{USER}:another\n")

    until(house.incoming, seconds=60)


def test_a_server_whose_folders_are_all_below_the_inbox(reading, ann):
    with Dovecot(prefix="INBOX.") as dovecot:
        dovecot.append(raw("results"), b"X: y\r\n" * 600 + b"\r\nhello\r\n")
        house = reading(dovecot.url())

        until(lambda: dovecot.count(f"INBOX.{PROCESSED}") == 1)
        until(lambda: dovecot.count(f"INBOX.{FAILED}") == 1)
        assert len(house.incoming()) == 1


@pytest.mark.parametrize("folder", ["Desk", "Prüfung/IELTS"])
def test_a_folder_other_than_the_inbox(reading, dovecot, ann, folder):
    with dovecot.client() as client:
        client.create_folder(folder)
    dovecot.append(raw("results"), folder=folder)
    dovecot.append(raw("not for us"))
    house = reading(dovecot.url(folder))

    until(lambda: dovecot.count(PROCESSED) == 1)
    assert len(house.incoming()) == dovecot.count("INBOX") == 1


def test_an_encrypted_mailbox_is_read_where_its_certificate_is_trusted(
    reading, ann, tmp_path, monkeypatch
):
    certificate = a_certificate(tmp_path)
    with Dovecot(certificate) as dovecot:
        dovecot.append(raw("results"))
        stranger = reading(dovecot.url(encrypted=True))
        until(lambda: "TLS handshaking" in dovecot.said())
        assert stranger.incoming() == []
        assert "Login" not in dovecot.said().rpartition("TLS handshaking")[2]
        stranger.part._mailbox.stop(5)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        house = reading(dovecot.url(encrypted=True))

        until(house.incoming)
        assert PASSWORD not in dovecot.said()
