"""Letters as files, answers by real SMTP."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from playground.cast import ANN, BO
from playground.mailbox import Draft, File, Mailbox, NotTakenError
from tests.servers.smtp import SmtpServer

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture
def outbox(tmp_path):
    folder = tmp_path / "outbox"
    folder.mkdir()
    return folder


def a_letter(folder, to=ANN, subject="New results", day=25):
    message = EmailMessage()
    message["From"] = "IELTS results desk <results@results.localhost>"
    message["To"] = f"{to.name} <{to.email}>"
    message["Subject"] = subject
    message["Date"] = f"Wed, {day} Nov 2026 08:00:00 +0000"
    message["Message-ID"] = f"<{subject.replace(' ', '-')}-{to.key}@results.localhost>"
    message["Reply-To"] = "reply+token@results.localhost"
    message.set_content("Dear Ann,\n\nTwo results are new.\n")
    message.add_alternative("<p>Two results are new.</p>", subtype="html")
    message.add_attachment(b"a,b\n", "text", "csv", filename="results.csv")
    path = folder / f"{message['Message-ID'].strip('<>')}.eml"
    path.write_bytes(message.as_bytes(policy=SMTP))


def test_everybody_sees_their_own_letters_the_newest_first(outbox):
    a_letter(outbox, subject="Older", day=24)
    a_letter(outbox, subject="Newer", day=25)
    a_letter(outbox, to=BO)
    mailbox = Mailbox(outbox, ("127.0.0.1", 1), "results.localhost")

    letters = mailbox.of(ANN)

    assert [one.subject for one in letters] == ["Newer", "Older"]
    assert letters[0].html.strip() == "<p>Two results are new.</p>"
    assert letters[0].snippet == "Two results are new."
    assert [(one.name, one.data) for one in letters[0].files] == [("results.csv", b"a,b\n")]
    assert mailbox.letter(BO, letters[0].id) is None


def test_an_answer_goes_by_smtp_to_the_reply_address_with_what_it_answers_quoted(outbox):
    a_letter(outbox)
    with SmtpServer() as server:
        mailbox = Mailbox(outbox, ("127.0.0.1", server.port), "results.localhost")
        (letter,) = mailbox.of(ANN)
        file = File("numbers.csv", "text/csv", b"17GB000595ZOLJS03G\n")
        mailbox.send(ANN, Draft("download csv", answers=letter, files=[file]), NOW)

        ((sender, recipients, data),) = server.mails

    message = message_from_bytes(data, policy=default)
    assert (sender, recipients) == (ANN.email, ["reply+token@results.localhost"])
    assert message["In-Reply-To"] == letter.message_id
    assert message["Subject"] == "Re: New results"
    lines = message.get_body().get_content().splitlines()
    assert lines[0] == "download csv"
    assert "> Two results are new." in lines
    assert [one.get_filename() for one in message.iter_attachments()] == ["numbers.csv"]
    assert message.keys()[:2] == ["Authentication-Results", "Received"]
    sent = mailbox.of(ANN)[0]
    assert sent.sender == ANN.email


def test_a_door_that_is_shut_is_told_in_its_own_words(outbox):
    mailbox = Mailbox(outbox, ("127.0.0.1", 1), "results.localhost")

    with pytest.raises(NotTakenError, match="refused"):
        mailbox.send(ANN, Draft("help", "Help", "results@results.localhost"), NOW)
    assert mailbox.of(ANN) == []
