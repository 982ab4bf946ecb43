import pytest
from sqlmodel import select

from core.commands.registry import Attachment
from core.enquiries import MOST_BYTES, report
from core.refusals import Kind, Refusal
from core.tables import AuditEvent, Enquiry, EnquiryCopy
from core.trf_numbers import TrfNumber
from tests.builders import NOW, a_user, an_actor, an_organisation

NUMBER = TrfNumber.read("25GB000595ZOLJS03G")
PDF = b"%PDF-1.7\n..."
COPIES = {
    "application/pdf": PDF,
    "image/jpeg": b"\xff\xd8\xff\xe0rest",
    "image/png": b"\x89PNG\r\n\x1a\nrest",
    "image/tiff": b"II*\x00rest",
    "image/gif": b"GIF89arest",
    "image/webp": b"RIFF\x00\x00\x00\x00WEBPrest",
}


@pytest.fixture
def actor(database):
    with database.transaction() as session:
        return an_actor(session, a_user(session, an_organisation(session)))


def reported(database, actor, *attachments):
    with database.transaction() as session:
        return report(session, actor, NUMBER, attachments=attachments, now=NOW)


def refused(database, actor, *attachments):
    with pytest.raises(Refusal) as caught:
        reported(database, actor, *attachments)
    with database.reading() as session:
        assert session.exec(select(Enquiry)).all() == []
        assert session.exec(select(AuditEvent)).all() == []
    return caught.value


def a_copy(data=PDF, filename="scan.pdf", media_type="application/pdf"):
    return Attachment(filename, media_type, data)


def test_without_a_copy_no_investigation_opens_and_the_guide_is_quoted(database, actor):
    refusal = refused(database, actor)

    assert refusal.code == "copy_missing"
    assert refusal.message.startswith(
        "You will be asked to provide a copy of the Test Report Form before we can open an "
        "investigation."
    )


@pytest.mark.parametrize("media_type", list(COPIES))
def test_a_copy_is_known_by_its_content_whatever_it_calls_itself(database, actor, media_type):
    attachment = a_copy(COPIES[media_type], "form.exe", "application/octet-stream")

    reported(database, actor, attachment)
    with database.reading() as session:
        kept = session.exec(select(EnquiryCopy)).one()
        assert (kept.filename, kept.media_type) == ("form.exe", media_type)
        assert kept.data == COPIES[media_type]


@pytest.mark.parametrize(
    "data", [b"", b"MZ\x90", b"<html>%PDF-", b"%PDF", b"RIFF\x00\x00\x00\x00WAVE"]
)
def test_other_content_is_refused_by_name(database, actor, data):
    refusal = refused(database, actor, a_copy(), a_copy(data, "fake.pdf"))

    assert refusal.code == "copy_kind"
    assert "fake.pdf is not a copy of a form" in refusal.message


def test_a_copy_that_is_too_large_is_refused(database, actor):
    refusal = refused(database, actor, a_copy(PDF.ljust(MOST_BYTES + 1)))

    assert refusal.kind is Kind.LIMIT
    assert "scan.pdf is larger than 20 MB" in refusal.message


def test_too_many_copies_are_refused(database, actor):
    assert "at most 5 files" in refused(database, actor, *[a_copy()] * 6).message


def test_an_enquiry_keeps_who_asked_about_which_number_with_every_copy(database, actor):
    answer = reported(database, actor, a_copy(), a_copy(COPIES["image/png"], "page2.png"))

    with database.reading() as session:
        enquiry = session.exec(select(Enquiry)).one()
        assert (enquiry.organisation_id, enquiry.user_id) == (actor.organisation_id, actor.user_id)
        assert (enquiry.trf_number, enquiry.opened_at, enquiry.state) == (NUMBER, NOW, "open")
        copies = session.exec(select(EnquiryCopy).order_by(EnquiryCopy.id)).all()
        assert [one.filename for one in copies] == ["scan.pdf", "page2.png"]
        event = session.exec(select(AuditEvent)).one()
        assert (event.action, event.subject) == ("enquiry:opened", NUMBER)
    assert answer.document()["enquiry"] == {
        "id": enquiry.id,
        "trf_number": NUMBER,
        "copies": 2,
        "contact": "stakeholder@ieltsusa.org",
    }


def test_a_long_filename_keeps_its_end(database, actor):
    reported(database, actor, a_copy(filename="x" * 300 + ".pdf"))

    with database.reading() as session:
        filename = session.exec(select(EnquiryCopy.filename)).one()
    assert len(filename) == 255
    assert filename.endswith(".pdf")
