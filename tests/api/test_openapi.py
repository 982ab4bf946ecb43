"""Every address is tried with what its OpenAPI document allows, and with what it forbids."""

import shutil

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import application
from core.database import Database
from core.keys import Scope
from core.settings import Settings
from tests.api.conftest import opened
from tests.api.test_results import arrive
from tests.builders import NOW
from tests.intake.shapes import record

PATIENT = {"api_requests_per_minute": 10**6, "look_ups_per_user": 10**9, "misses_per_user": 10**9}

described = application(Settings(), Database("sqlite://"), lambda: NOW, {}).openapi()
schema = schemathesis.openapi.from_dict(described)


@pytest.fixture(scope="module")
def busy_door(migrated_sqlite, tmp_path_factory):
    copy = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("openapi"))
    database = Database(f"sqlite:///{copy}")
    with (
        pytest.MonkeyPatch.context() as patched,
        opened(database, Settings(**PATIENT)) as door,
    ):
        patched.setattr(door.strangers, "take", lambda _: 0)
        arrive(door, record(1), record(2))
        yield door
    database.close()


@pytest.fixture(scope="module")
def key(busy_door):
    return busy_door.client(Scope.WRITE).headers["Authorization"]


def headers_of(case, key):
    """With the key, unless wrong headers are what is tried: then its absence may be."""
    tried = case.meta and case.meta.components.get(ParameterLocation.HEADER)
    given = dict(case.headers or {})
    return given if tried and tried.mode.is_negative else {"Authorization": key} | given


@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_described(case, busy_door, key):
    case.call_and_validate(
        base_url=busy_door.url,
        headers=headers_of(case, key),
        excluded_checks=[positive_data_acceptance],  # no schema can say which dates a claim may be
    )
