"""Hostile mail: whatever comes in, nobody but registered users hears of it, and nothing breaks."""

import email
import smtplib
import time
from email.policy import default

import pytest
from sqlmodel import select

from core.tables import Download, Incoming, User
from tests.hostile.cases import CASES, SILENCE
from tests.mail.house import body

SECONDS = 6


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_becomes_of_a_hostile_mail(house, ann, database, case):
    to = house.mail_to_again(ann)
    raw = case.raw.replace(b"{to}", to.encode())
    begun = time.process_time()
    code = delivered(house, raw, to)
    house.process()
    took = time.process_time() - begun
    answers = house.send()

    assert took < SECONDS
    if isinstance(case.expected, int):
        assert code == case.expected
        return
    assert code == 250
    assert [row.fate for row in house.incoming()] in (["done"], ["ignored"])
    assert_harmless(house, database, answers)
    if case.expected == SILENCE:
        assert answers == []
    elif case.expected is not None:
        assert case.expected in " ".join(body(answers[0]).split())


def delivered(house, raw, to):
    """As a relay hands it on, its sender being the attacker."""
    with house.client() as client:
        try:
            client.sendmail("evil@x.example", [to], raw)
        except smtplib.SMTPDataError as refused:
            return refused.smtp_code
    return 250


def assert_harmless(house, database, answers):
    """Only users hear anything, nothing of the attacker's comes back, nothing was downloaded."""
    with database.reading() as session:
        users = {one.email for one in session.exec(select(User))}
        assert session.exec(select(Download)).all() == []
        assert all(row.raw == b"" for row in session.exec(select(Incoming)))
    for path in house.outbox():
        mail = email.message_from_bytes(path.read_bytes(), policy=default)
        assert {one.addr_spec for one in mail["To"].addresses} <= users
        assert mail["Cc"] is mail["Bcc"] is None
        assert all(not part.defects for part in mail.walk())
    assert len(answers) <= 1
    for answer in answers:
        head = answer.as_string().partition("\n\n")[0]
        assert "evil" not in head.replace("evil@x.example>", "")
        html = answer.get_body(["html"]).get_content()
        assert "<script" not in html
        assert "evil.example" not in html
        assert "root:" not in answer.as_string()


def test_there_are_at_least_sixty_cases():
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
