"""Mail by a real worker and the real SMTP door, in a process of their own."""

from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from core.heartbeats import real_now
from core.tables import AuditEvent, Preference
from tests.intake.shapes import as_csv, record
from tests.mail.house import body
from tests.walks.post import PostOffice

ANN = "ann@uni.example"


@pytest.fixture
def office(tmp_path, sqlite_url):
    """Exeter with Ann, who hears of new results every day, and a file that waits to be loaded."""
    office = PostOffice(tmp_path, sqlite_url)
    terminal = office.terminal
    terminal.type("org", "add", "Exeter", "--account-name", "University of Exeter", "--address=A")
    terminal.type(*("admin", "add", "Exeter", "--first", "Ann", "--family", "Bell", "--email", ANN))
    terminal.run("notifications daily")
    (tmp_path / "new.csv").write_bytes(as_csv(record(1), record(2)))
    yield office
    office.database.close()


@pytest.fixture
def digest(office):
    """Ann's digest of two results, once somebody serves."""
    office.terminal.type("ingest", "new.csv", "--org", "Exeter")
    with office.database.transaction() as session:
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
