from collections.abc import Iterator

import pytest

from tests.engine.crew import Crew


@pytest.fixture
def crew(database_url, tmp_path) -> Iterator[Crew]:
    made = Crew(database_url, tmp_path / "sent")
    yield made
    made.dismiss()


@pytest.fixture
def postgres_crew(postgres_url, tmp_path) -> Iterator[Crew]:
    made = Crew(postgres_url, tmp_path / "sent")
    yield made
    made.dismiss()


@pytest.fixture
def sqlite_crew(sqlite_url, tmp_path) -> Iterator[Crew]:
    made = Crew(sqlite_url, tmp_path / "sent")
    yield made
    made.dismiss()
