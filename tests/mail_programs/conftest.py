"""Our doors and ways out, met with programs of others: Postfix's smtp-source and smtp-sink,
Dovecot and swaks. `make test-servers` brings them."""

import os

import pytest

from core.database import Database
from tests.mail.conftest import ann, house, make_house
from tests.mail_programs.dovecot import Dovecot
from tests.mail_programs.postfix import Sink

WANTED = "MAIL_PROGRAMS" in os.environ
"""Whether they are to be met; `make test` does without them."""

collect_ignore_glob = [] if WANTED else ["test_*.py"]

__all__ = ["ann", "house", "make_house"]


@pytest.fixture
def database(sqlite_url):
    """SQLite alone: what is met here is the network's other end."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def dovecot():
    with Dovecot() as running:
        yield running


@pytest.fixture
def sink():
    """Makes an smtp-sink with options of one's own."""
    made = []

    def make(*options):
        made.append(Sink(*options))
        return made[-1]

    yield make
    for one in made:
        one.close()
