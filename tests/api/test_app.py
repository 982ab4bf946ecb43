import json
import logging
import re

import httpx
import pytest
import structlog
from starlette.responses import PlainTextResponse

from api.service import ApiPart
from core.keys import Scope
from core.refusals import Refusal
from core.tables import TickRun
from tests.api.test_results import arrive
from tests.builders import NOW
from tests.intake.shapes import number, record


def test_health_needs_no_key_and_says_nothing_of_anybody(door):
    assert httpx.get(f"{door.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{door.url}/readyz").json() == {"status": "ready"}


def test_without_its_tables_the_service_is_alive_and_not_ready(door):
    with door.database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")

    no = httpx.get(f"{door.url}/readyz")

    assert (no.status_code, no.json()["code"]) == (503, "database_old")
    assert httpx.get(f"{door.url}/healthz").status_code == 200


def test_metrics_count_requests_by_pattern_and_show_the_jobs(door, crm):
    arrive(door, record(1))
    crm.get(f"/v1/results/{number(1)}")
    with door.database.transaction() as session:
        session.add(TickRun(job="digests", ran_at=NOW, seconds=0.5, did=3, error="it broke"))

    text = httpx.get(f"{door.url}/metrics").text

    assert re.search(r'http_requests_total\{.*route="/v1/results/\{trf_number\}".*\} 1\.0', text)
    assert 'results_bot_job_failing{job="digests"} 1.0' in text
    assert 'results_bot_job_done{job="digests"} 3.0' in text
    assert "results_bot_database_up 1.0" in text
    assert number(1) not in text


def test_the_visitors_own_request_id_comes_back_if_a_log_can_hold_it(door):
    ours = httpx.get(f"{door.url}/healthz", headers={"X-Request-Id": "crm-12345678"})
    made = httpx.get(f"{door.url}/healthz", headers={"X-Request-Id": "no spaces here"})

    assert ours.headers["X-Request-Id"] == "crm-12345678"
    assert re.fullmatch("[0-9a-f]{32}", made.headers["X-Request-Id"])


def test_the_log_has_the_pattern_and_never_the_number(door, crm):
    arrive(door, record(1))
    with structlog.testing.capture_logs() as lines:
        crm.get(f"/v1/results/{number(1)}")
        crm.post("/v1/verifications", json={"trf_number": number(1), "claims": {"name": "Zola"}})

    assert [one["route"] for one in lines] == ["/v1/results/{trf_number}", "/v1/verifications"]
    assert all(one["key"] == 1 and one["status"] == 200 for one in lines)
    assert number(1) not in str(lines)
    assert "Zola" not in str(lines)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/v1/nothing", 404), ("PUT", "/v1/results", 405)],
)
def test_every_no_is_a_problem_document(door, crm, method, path, status):
    no = crm.request(method, path)

    assert no.status_code == status
    assert no.headers["Content-Type"] == "application/problem+json"
    assert no.json()["status"] == status
    assert no.json()["instance"].endswith(no.headers["X-Request-Id"])


def test_a_bug_is_logged_once_and_the_visitor_gets_its_reference(door, crm, monkeypatch, caplog):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("api.results.page", broken)
    with structlog.testing.capture_logs() as lines, caplog.at_level(logging.ERROR):
        no = crm.get("/v1/results")

    (logged,) = [one for one in lines if one["event"] == "request-failed"]
    assert no.status_code == 500
    assert logged["reference"] in no.json()["detail"]
    assert caplog.records == []


def test_what_is_mounted_is_served_beside_it(running):
    door = running({"/slack": PlainTextResponse("from Slack's part")})

    assert httpx.get(f"{door.url}/slack/events").text == "from Slack's part"
    assert door.client(Scope.READ).get("/v1/results").status_code == 200


def test_an_address_that_is_taken_is_refused_with_what_to_do(door):
    with pytest.raises(Refusal, match="RESULTS_HTTP_PORT"):
        ApiPart(PlainTextResponse(""), "127.0.0.1", door.part.port).start()


def test_the_openapi_document_has_an_example_for_what_is_answered(door):
    document = httpx.get(f"{door.url}/openapi.json").json()

    assert json.dumps(document).count('"examples"') > 10
    answers = document["paths"]["/v1/results"]["get"]["responses"]
    assert {"200", "304", "401", "403", "429", "503"} <= set(answers)
    assert "Problem" in document["components"]["schemas"]


def test_the_page_of_the_interface_fetches_nothing_from_elsewhere(door):
    page = httpx.get(f"{door.url}/docs").text

    fetched = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(fetched) > 2
    for url in fetched:
        assert url.startswith("/"), url
        assert httpx.get(f"{door.url}{url}").status_code == 200
