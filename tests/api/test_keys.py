import time
from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from core.keys import Scope, list_keys, revoke_key
from core.tables import ApiKey, AuditEvent
from tests.builders import NOW

ENDING = 50
"""Seconds into a minute after which the next one is waited for: a key's minute is the clock's."""
BODIES = {
    "/v1/verifications": {"trf_number": "NONE1A"},
    "/v1/downloads": {},
    "/v1/templates": {"name": "A", "format": "csv", "dates": "yyyymmdd", "fields": ["trfNumber"]},
}
NEEDS = {
    ("get", "/v1/results"): {Scope.READ},
    ("get", "/v1/results/NONE1A"): {Scope.READ},
    ("get", "/v1/results/NONE1A/photo"): {Scope.READ},
    ("get", "/v1/verifications"): {Scope.READ, Scope.VERIFY},
    ("post", "/v1/verifications"): {Scope.VERIFY},
    ("get", "/v1/downloads"): {Scope.READ},
    ("post", "/v1/downloads"): set(),
    ("get", "/v1/downloads/1/content"): {Scope.READ},
    ("get", "/v1/templates"): {Scope.READ},
    ("get", "/v1/templates/A"): {Scope.READ},
    ("post", "/v1/templates"): set(),
    ("patch", "/v1/templates/A"): set(),
    ("delete", "/v1/templates/A"): set(),
}


def ask(client, method, path):
    body = {"json": BODIES.get(path, {})} if method in {"post", "patch"} else {}
    return client.request(method, path, **body)


def test_every_address_of_the_interface_is_in_the_table_of_scopes(door):
    paths = httpx.get(f"{door.url}/openapi.json").json()["paths"]
    found = {
        (method, path.replace("{trf_number}", "NONE1A").replace("{name}", "A"))
        for path, methods in paths.items()
        for method in methods
        if path.startswith("/v1/")
    }
    known = {(m, p.replace("/1/", "/{download_id}/")) for m, p in NEEDS}

    assert found == known


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_may_do_what_its_scope_says_and_nothing_else(door, scope):
    client = door.client(scope)

    for (method, path), scopes in NEEDS.items():
        refused = ask(client, method, path).json().get("code") == "scope_missing"
        assert refused == (scope not in {*scopes, Scope.WRITE}), (method, path)


def test_without_a_key_nothing_is_answered_and_nothing_else_is_looked_at(door):
    with httpx.Client(base_url=door.url) as stranger:
        for method, path in NEEDS:
            no = stranger.request(method, path, content=b"{}")
            assert no.status_code == 401
            assert no.json()["code"] == "key_missing"
            assert no.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_key_opens_nothing_from_then_on(door, crm):
    assert crm.get("/v1/results").status_code == 200
    with door.database.transaction() as session:
        (key,) = list_keys(session).lines
        revoke_key(session, key.id, now=NOW)
        revoke_key(session, key.id, now=NOW)

    no = crm.get("/v1/results")
    assert (no.status_code, no.json()["code"]) == (401, "key_unknown")


def test_of_a_key_only_a_hash_is_kept(door, crm):
    secret = crm.headers["Authorization"].removeprefix("Bearer ")
    with door.database.reading() as session:
        row = session.exec(select(ApiKey)).one()
        kept = " ".join(map(str, row.model_dump().values()))
        trail = " ".join(one.details for one in session.exec(select(AuditEvent)))

    assert secret not in kept + trail
    assert len(row.secret_hash) == 64


def test_the_last_use_of_a_key_is_shown_to_the_minute(door, crm):
    crm.get("/v1/results")
    door.now = NOW + timedelta(seconds=30)
    crm.get("/v1/results")
    assert last_use(door) == NOW

    door.now = NOW + timedelta(minutes=2)
    crm.get("/v1/results")
    assert last_use(door) == door.now


def last_use(door):
    with door.database.reading() as session:
        return list_keys(session).lines[0].last_used_at


def test_a_key_that_asks_too_often_is_told_when_to_come_back(running):
    door = running(api_requests_per_minute=3)
    if time.time() % 60 > ENDING:
        time.sleep(60 - ENDING)
    client, other = door.client(Scope.READ), door.client(Scope.READ)
    left = [client.get("/v1/results").headers["X-RateLimit-Remaining"] for _ in range(3)]

    no = client.get("/v1/results")

    assert left == ["2", "1", "0"]
    assert no.status_code == 429
    assert 1 <= int(no.headers["Retry-After"]) <= 60
    assert no.json()["code"] == "too_many_requests"
    assert other.get("/v1/results").status_code == 200


def test_strangers_who_try_keys_are_slowed_and_keys_are_not(door, crm):
    with httpx.Client(base_url=door.url, headers={"Authorization": "Bearer guess"}) as stranger:
        answers = [stranger.get("/v1/results").status_code for _ in range(120)]

    assert answers[0] == 401
    assert answers[-1] == 429
    assert crm.get("/v1/results").status_code == 200
