import pytest

from core.database import Database
from core.terms import Role
from tests.builders import a_result, a_user, an_organisation, deliver
from tests.mail.house import MailHouse


@pytest.fixture
def database(sqlite_url):
    """SQLite alone: nothing here depends on the database."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def ann(database) -> int:
    with database.transaction() as session:
        organisation = an_organisation(session)
        ann = a_user(session, organisation)
        a_user(session, organisation, "bo@uni.example", Role.ADMINISTRATOR, first_name="Bo")
        deliver(session, organisation, a_result(session))
        return ann.id


@pytest.fixture
def house(database, tmp_path):
    with MailHouse(database, tmp_path) as running:
        yield running
