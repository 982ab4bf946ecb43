"""Whatever fails, a log line tells where and why, and nothing of anybody."""

import io
import json
import logging
import sys

import pytest
import structlog
from sqlalchemy.exc import IntegrityError

from console.logs import configure_logs
from core.tables import User
from tests.builders import a_user, an_organisation


@pytest.fixture
def logged(monkeypatch):
    """The lines that are logged from now on."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers, root.level
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs()
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_an_error_of_the_database_is_logged_without_what_was_in_the_row(database, logged):
    with database.transaction() as session:
        ann = a_user(session, an_organisation(session), "zola.secret@uni.example").id
    with pytest.raises(IntegrityError), database.transaction() as session:
        try:
            session.connection().execute(
                User.__table__.insert(), session.get_one(User, ann).model_dump()
            )
        except IntegrityError as error:
            structlog.get_logger("mail").error("mail-shunted", exc_info=error)
            raise

    (line,) = logged()
    assert "IntegrityError" in line["exception"]
    assert "INSERT INTO" in line["exception"]
    assert "zola.secret" not in line["exception"]
    assert "Key (" not in line["exception"]
