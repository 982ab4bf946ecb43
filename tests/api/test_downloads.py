import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.keys import Scope
from tests.api.test_results import arrive
from tests.builders import an_organisation
from tests.intake.shapes import number, record


def test_new_results_are_taken_once_and_fetched_as_often_as_wanted(door, crm):
    arrive(door, record(1), record(2))

    made = crm.post("/v1/downloads", json={"format": "json"})
    assert made.status_code == 201
    place = made.headers["Location"]
    assert place == f"/v1/downloads/{made.json()['download']['id']}/content"
    first, second = crm.get(place), crm.get(place)
    again = crm.post("/v1/downloads", json={})

    assert first.content == second.content
    assert first.headers["X-Records"] == "2"
    assert [one["trfNumber"] for one in json.loads(first.content)["results"]] == [
        number(1),
        number(2),
    ]
    assert (again.status_code, again.json()["download"]) == (200, None)
    assert again.json()["warnings"] == ["There are no new results to download."]


def test_a_file_for_a_program_has_no_apostrophes_for_spreadsheets(door, crm):
    arrive(door, record(1, town="=1+1"))
    place = crm.post("/v1/downloads", json={"format": "csv"}).headers["Location"]

    (row,) = csv.DictReader(io.StringIO(crm.get(place).text))

    assert row["town"] == "=1+1"


def test_two_programs_at_once_never_get_the_same_result(door):
    arrive(door, *(record(n) for n in range(20)))
    clients = [door.client(Scope.WRITE) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda one: one.post("/v1/downloads", json={}).json(), clients))

    assert sorted(one["download"]["records"] for one in made if one["download"]) == [20]


def test_a_template_shapes_the_file_and_an_unknown_one_takes_nothing(door, crm):
    arrive(door, record(1))
    crm.post(
        "/v1/templates",
        json={
            "name": "Mine",
            "format": "csv",
            "dates": "dd/mm/yyyy",
            "fields": ["trfNumber", "testDate"],
        },
    )

    assert crm.post("/v1/downloads", json={"template": "Other"}).status_code == 404
    place = crm.post("/v1/downloads", json={"template": "Mine"}).headers["Location"]
    assert crm.get(place).text == f"trfNumber,testDate\r\n{number(1)},28/07/2025\r\n"
    assert "<trfNumber>" in crm.get(place, params={"format": "xml"}).text


def test_downloads_of_others_are_not_there(door, crm):
    arrive(door, record(1))
    place = crm.post("/v1/downloads", json={}).headers["Location"]
    with door.database.transaction() as session:
        leeds = an_organisation(session, "Leeds")
    stranger = door.client(Scope.WRITE, organisation=leeds)

    assert stranger.get(place).status_code == 404
    assert stranger.get("/v1/downloads").json()["downloads"] == []


def test_the_history_is_read_in_pages(door, crm):
    for n in range(5):
        arrive(door, record(n))
        crm.post("/v1/downloads", json={})

    first = crm.get("/v1/downloads", params={"limit": 3}).json()
    second = crm.get("/v1/downloads", params={"limit": 3, "before": first["next"]}).json()

    assert [one["id"] for one in first["downloads"] + second["downloads"]] == [5, 4, 3, 2, 1]
    assert second["next"] is None


@pytest.mark.parametrize("download_id", ["0", "9" * 30, "x", "-1"])
def test_a_download_that_cannot_be_is_no_bug(crm, download_id):
    assert crm.get(f"/v1/downloads/{download_id}/content").status_code in {404, 422}
