"""The application on a real socket, and a client with a key."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from starlette.types import ASGIApp

from api.app import application
from api.limits import Bucket
from api.service import ApiPart
from core.database import Database
from core.keys import Scope, add_key
from core.settings import Settings
from core.tables import Organisation
from tests.builders import NOW, an_organisation


class Door:
    """A running application, with clients by scope for its one organisation."""

    def __init__(self, database: Database, part: ApiPart, organisation: Organisation) -> None:
        self.database, self.part, self.organisation = database, part, organisation
        self.now = NOW
        self.strangers: Bucket
        self.clicks: Bucket
        self._clients: list[httpx.Client] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.part.port}"

    def client(self, *scopes: Scope, organisation: Organisation | None = None) -> httpx.Client:
        with self.database.transaction() as session:
            added = add_key(
                session, organisation or self.organisation, name="CRM", scopes=scopes, now=NOW
            )
        client = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {added.secret}"}
        )
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()


Opened = Callable[..., Door]


@contextmanager
def opened(
    database: Database, settings: Settings, mounts: dict[str, ASGIApp] | None = None
) -> Iterator[Door]:
    with database.transaction() as session:
        organisation = an_organisation(session)
    doors: list[Door] = []
    app = application(settings, database, lambda: doors[0].now, mounts or {})
    part = ApiPart(app, "127.0.0.1", 0)
    doors.append(Door(database, part, organisation))
    doors[0].strangers, doors[0].clicks = app.state.house.strangers, app.state.house.clicks
    part.start()
    try:
        yield doors[0]
    finally:
        doors[0].close()
        part.stop(1)


@pytest.fixture
def running(database: Database) -> Callable[..., Door]:
    """Opens the application with settings and mounts of the test's own."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def run(mounts: dict[str, ASGIApp] | None = None, **settings: object) -> Door:
            return stack.enter_context(opened(database, Settings(**settings), mounts))

        yield run


@pytest.fixture
def door(running: Callable[..., Door]) -> Door:
    return running()


@pytest.fixture
def crm(door: Door) -> httpx.Client:
    """A client that may do everything."""
    return door.client(Scope.WRITE)
