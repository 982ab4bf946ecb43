import base64

import pytest
from sqlmodel import select

from core.keys import Scope
from core.tables import AuditEvent, Organisation
from core.terms import Service
from tests.builders import an_organisation
from tests.intake.shapes import GOOD, as_csv, load, number, record

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture"


def arrive(door, *records, organisation=None):
    with door.database.transaction() as session:
        load(session, organisation or door.organisation, as_csv(*records))


def test_pages_follow_one_another_until_nothing_is_left(door, crm):
    arrive(door, *(record(n) for n in range(1, 6)))

    numbers, since = [], {}
    while True:
        page = crm.get("/v1/results", params={"limit": 2} | since)
        numbers += [one["result"]["trfNumber"] for one in page.json()["results"]]
        since = {"since": page.json()["next"]}
        if not page.json()["more"]:
            break
        following = page.links["next"]["url"]
        assert crm.get(following).json()["results"]

    assert numbers == [number(n) for n in range(1, 6)]
    assert "next" not in page.links
    rest = crm.get("/v1/results", params=since).json()
    assert rest == {"results": [], "next": since["since"], "more": False}


def test_a_change_comes_after_what_was_read_with_the_values_before_and_now(door, crm):
    arrive(door, record(1))
    first = crm.get("/v1/results").json()
    arrive(door, record(1, overallBandScore="8.5"))

    (changed,) = crm.get("/v1/results", params={"since": first["next"]}).json()["results"]

    assert changed["type"] == "result.changed"
    assert changed["changes"] == [{"field": "overallBandScore", "old": "8", "new": "8.5"}]
    assert changed["result"]["overallBandScore"] == "8.5"
    assert changed["current"] is True


def test_a_result_that_is_not_released_has_no_scores(door, crm):
    arrive(door, record(1, status="WITHHELD"))

    (held,) = crm.get("/v1/results").json()["results"]
    shown = crm.get(f"/v1/results/{number(1)}").json()

    assert held["status"] == shown["status"] == "WITHHELD"
    assert held["result"]["overallBandScore"] == shown["result"]["overallBandScore"] == ""
    assert shown["result"]["familyName"] == GOOD["familyName"]


def test_what_went_to_others_is_not_there(door, crm):
    with door.database.transaction() as session:
        leeds = an_organisation(session, "Leeds")
    arrive(door, record(1), organisation=leeds)

    assert crm.get("/v1/results").json()["results"] == []
    no = crm.get(f"/v1/results/{number(1)}")
    assert (no.status_code, no.json()["code"]) == (404, "not_delivered")
    assert crm.get(f"/v1/results/{number(1)}/photo").status_code == 404


def test_asking_again_for_the_same_costs_no_body(door, crm):
    arrive(door, record(1))
    for path in ("/v1/results", f"/v1/results/{number(1)}"):
        first = crm.get(path)
        again = crm.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")

    arrive(door, record(1, overallBandScore="8.5"))
    assert crm.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_photo_is_given_as_it_was(door, crm):
    arrive(door, record(1, photo_data=base64.b64encode(PNG).decode()), record(2))

    photo = crm.get(f"/v1/results/{number(1)}/photo")

    assert photo.content == PNG
    assert photo.headers["Content-Type"] == "image/png"
    assert crm.get(f"/v1/results/{number(1)}").json()["photo"] is True
    assert crm.get(f"/v1/results/{number(2)}/photo").json()["code"] == "no_photo"


def test_who_read_what_is_in_the_audit_trail(door, crm):
    arrive(door, record(1), record(2))
    crm.get("/v1/results")
    crm.get("/v1/results", params={"since": "1-2"})
    crm.get(f"/v1/results/{number(1)}")

    with door.database.reading() as session:
        trail = session.exec(select(AuditEvent).where(AuditEvent.surface == "api")).all()
        read = [(one.user_name, one.action, one.subject, one.details) for one in trail]
    assert read == [
        ("CRM", "results:read", "0-0", '{"versions": 2}'),
        ("CRM", "result:shown", number(1), "{}"),
    ]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "1001"}, {"limit": "x"}])
def test_a_page_of_a_wrong_length_is_refused_by_name(crm, query):
    no = crm.get("/v1/results", params=query)

    assert no.status_code == 422
    assert no.headers["Content-Type"] == "application/problem+json"
    assert no.json()["errors"][0]["where"] == "query.limit"


def test_a_strange_cursor_is_refused_with_what_to_do(crm):
    no = crm.get("/v1/results", params={"since": "yesterday"}).json()

    assert (no["status"], no["code"]) == (400, "cursor_unknown")
    assert "Give the `next`" in no["detail"]


def test_an_account_for_verification_only_has_no_results(door):
    with door.database.transaction() as session:
        organisation = session.get_one(Organisation, door.organisation.id)
        organisation.service = Service.VERIFICATION.value
        session.add(organisation)

    no = door.client(Scope.READ).get("/v1/results")
    assert (no.status_code, no.json()["code"]) == (403, "verification_only")


def test_a_misspelt_parameter_is_refused_and_not_passed_over(crm):
    no = crm.get("/v1/results", params={"sinse": "12-1"}).json()

    assert (no["status"], no["code"]) == (400, "unknown_parameter")
    assert "limit, since" in no["detail"]
