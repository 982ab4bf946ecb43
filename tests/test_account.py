import pytest

from core.account import account
from core.terms import Service
from tests.builders import a_user, an_actor, an_organisation

ADDRESS = "1 Northcote House\nExeter EX4 4QJ\nUnited Kingdom"

PAPER = f"""\
Applicants must contact the IELTS test center where you took the test to request your official \
Test Report Form (printed hard copy) be mailed to the address below. We do not accept unofficial \
copies of IELTS Test Report Forms from students. An institution code is NOT required.

Please send scores to:
University of Exeter
{ADDRESS}"""

E_DELIVERY = f"""\
Applicants must contact the IELTS test center where you took the test to request your official \
test results be sent to the address below. We do not accept unofficial copies of IELTS Test \
Report Forms from students. An institution code is NOT required.

Exeter is registered to receive IELTS scores using the IELTS Results Service E-Delivery, so \
please send scores to:
University of Exeter
{ADDRESS}"""


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (Service.VERIFICATION, PAPER),
        (Service.E_DELIVERY, E_DELIVERY),
        (Service.API, E_DELIVERY),
    ],
)
def test_each_service_gets_the_guides_text_with_its_own_name_and_address(
    database, service, expected
):
    with database.transaction() as session:
        an_organisation(session, "York")
        organisation = an_organisation(session, service=service)
        card = account(session, an_actor(session, a_user(session, organisation)))

    assert card.document() == {
        "account": {
            "name": "Exeter",
            "account_name": "University of Exeter",
            "address": ADDRESS,
            "service": service.value,
            "website_text": expected,
        }
    }


def test_braces_in_a_name_are_just_characters(database):
    with database.transaction() as session:
        organisation = an_organisation(session, "{address} {0} %s")
        card = account(session, an_actor(session, a_user(session, organisation)))

    assert "{address} {0} %s is registered" in card.website_text
