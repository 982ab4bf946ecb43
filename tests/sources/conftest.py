import pytest

from core.settings import Settings
from tests.builders import an_organisation
from tests.servers.ielts_api import CLIENT, SECRET, IeltsApi


@pytest.fixture
def api():
    api = IeltsApi()
    yield api
    api.close()


@pytest.fixture
def configured(api):
    """Settings for the stand-in, with whatever a test changes."""

    def configure(**changes):
        given = {
            "ielts_api_url": api.url,
            "ielts_api_client_id": CLIENT,
            "ielts_api_client_secret": SECRET,
            "ielts_api_timeout": 2.0,
        }
        return Settings(**(given | changes))

    return configure


@pytest.fixture
def settings(configured):
    return configured()


@pytest.fixture
def exeter(database):
    with database.transaction() as session:
        return an_organisation(session)
