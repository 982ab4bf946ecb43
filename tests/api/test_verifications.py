import pytest

from core.keys import Scope
from core.tables import Organisation
from tests.api.test_results import arrive
from tests.builders import an_organisation
from tests.intake.shapes import number, record


def verify(client, **asked):
    return client.post("/v1/verifications", json=asked)


def test_one_number_is_looked_up_and_its_claims_are_compared(door, crm):
    arrive(door, record(1))

    found = verify(
        crm, trf_number=number(1), claims={"overall": 8, "name": "Zola Jane", "listening": "7"}
    ).json()

    assert found["outcome"] == "match"
    assert found["comparison"] == {"name": "match", "overall": "match", "listening": "mismatch"}
    assert found["result"]["candidateNumber"] == "000001"


def test_many_are_answered_in_the_order_asked_each_with_its_claims(door, crm):
    arrive(door, record(1), record(2))

    answers = verify(
        crm,
        verifications=[
            {"trf_number": number(2), "claims": {"overall": "7"}},
            {"trf_number": "NONE1A"},
            {"trf_number": number(1)},
        ],
    ).json()["verifications"]

    assert [one["trf_number"] for one in answers] == [number(2), "NONE1A", number(1)]
    assert [one["outcome"] for one in answers] == ["match", "no_match", "match"]
    assert answers[0]["comparison"] == {"overall": "mismatch"}
    assert "comparison" not in answers[2]


def test_any_number_may_be_verified_whoever_it_was_sent_to(door, crm):
    with door.database.transaction() as session:
        leeds = an_organisation(session, "Leeds")
    arrive(door, record(1), organisation=leeds)

    assert verify(crm, trf_number=number(1)).json()["outcome"] == "match"


def test_the_same_number_with_other_claims_is_refused(crm):
    no = verify(
        crm,
        verifications=[
            {"trf_number": "A1A", "claims": {"overall": "7"}},
            {"trf_number": "a1a", "claims": {"overall": "8"}},
        ],
    )

    assert (no.status_code, no.json()["code"]) == (400, "claims_differ")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422),
        ({"trf_number": 1}, 422),
        ({"trf_number": "A1A", "claim": {}}, 422),
        ({"trf_number": "A1A", "claims": {"shoe": "44"}}, 422),
        ({"verifications": []}, 422),
        ({"verifications": [{"trf_number": "A1A"}] * 1001}, 422),
        ({"trf_number": "A-1!"}, 400),
        ({"trf_number": "A" * 21}, 400),
        ({"trf_number": "A1A", "claims": {"overall": "9.5"}}, 400),
        ({"trf_number": "A1A", "claims": {"dob": "never"}}, 400),
    ],
)
def test_what_cannot_be_read_is_refused_and_looks_nothing_up(crm, asked, status):
    no = verify(crm, **asked)

    assert no.status_code == status
    assert no.headers["Content-Type"] == "application/problem+json"
    assert crm.get("/v1/verifications").json()["verifications"] == []


def test_a_refusal_names_the_member_but_never_repeats_its_value(crm):
    no = verify(crm, trf_number="A1A", claims={"name": ["Jane Zola"]})

    assert "claims" in no.json()["detail"]
    assert "Zola" not in no.text


def test_the_hourly_limit_holds_for_a_key_and_its_refusal_is_kept(running):
    door = running(look_ups_per_user=2)
    client = door.client(Scope.VERIFY)
    assert verify(client, verifications=[{"trf_number": "A1A"}, {"trf_number": "A2A"}]).is_success

    no = verify(client, trf_number="A3A")

    assert (no.status_code, no.json()["code"]) == (429, "look_ups_used_up")
    with door.database.reading() as session:
        from sqlmodel import select

        from core.tables import AuditEvent

        events = session.exec(select(AuditEvent.action)).all()
    assert "verification:limit" in events


def test_the_history_is_the_organisations_own_and_is_read_in_pages(door, crm):
    for n in range(5):
        verify(crm, trf_number=f"NONE{n}A")
    with door.database.transaction() as session:
        leeds = an_organisation(session, "Leeds")
        assert isinstance(leeds, Organisation)
    other = door.client(Scope.VERIFY, organisation=leeds)
    verify(other, trf_number="OTHER1A")

    first = crm.get("/v1/verifications", params={"limit": 3}).json()
    second = crm.get("/v1/verifications", params={"limit": 3, "before": first["next"]}).json()

    seen = [one["trf_number"] for one in first["verifications"] + second["verifications"]]
    assert seen == [f"NONE{n}A" for n in reversed(range(5))]
    assert second["next"] is None
    assert {one["outcome"] for one in first["verifications"]} == {"no_match"}
