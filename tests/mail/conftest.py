import pytest

from core.terms import Role
from tests.builders import a_result, a_user, an_organisation, deliver
from tests.mail.house import MailHouse


@pytest.fixture
def ann(database) -> int:
    """A user of Exeter, which has one new result and one administrator."""
    with database.transaction() as session:
        organisation = an_organisation(session)
        ann = a_user(session, organisation)
        a_user(session, organisation, "bo@uni.example", Role.ADMINISTRATOR, first_name="Bo")
        deliver(session, organisation, a_result(session))
        return ann.id


@pytest.fixture
def make_house(database, tmp_path):
    """The mail service with settings of one's own."""
    made = []

    def make(**settings) -> MailHouse:
        made.append(MailHouse(database, tmp_path, **settings).__enter__())
        return made[-1]

    yield make
    for one in made:
        one.__exit__()


@pytest.fixture
def house(make_house) -> MailHouse:
    """The mail service as it is without any setting."""
    return make_house()
