"""One request: whose key it came with, and its way into the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session

from api.limits import Bucket, Shared
from core.actors import Actor
from core.comparison import Claims
from core.database import Database
from core.keys import Caller, Scope, caller_of, note_use
from core.refusals import Refusal, forbidden, usage
from core.settings import Settings
from core.together import Together, kept
from core.trf_numbers import TrfNumber
from core.verification import LookUp
from core.verification_cards import VerificationTable

T = TypeVar("T")
Work = Callable[[Session, Actor], T]
Claimed = Mapping[TrfNumber, Claims | None]

STRANGERS_A_MINUTE = 60
CLICKS_A_MINUTE = 120
"""Of unsubscribing: a large mail provider sends those of many people from few addresses."""

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="An API key, made by `results-bot key add`.",
)


@dataclass(frozen=True, slots=True)
class House:
    """What every request works with."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    keys: Shared
    look_ups: Together[LookUp, VerificationTable]
    strangers: Bucket = field(default_factory=lambda: Bucket(STRANGERS_A_MINUTE))
    clicks: Bucket = field(default_factory=lambda: Bucket(CLICKS_A_MINUTE))


class Visit:
    """Runs work for the key's organisation, if its scopes allow it; called in a worker thread."""

    def __init__(self, house: House, request: Request, secret: str) -> None:
        self.house, self.request = house, request
        self.now, self.settings = house.clock(), house.settings
        self._secret = secret
        self._admitted = False

    def read(self, scopes: tuple[Scope, ...], work: Work[T]) -> T:
        """Do work that changes nothing."""
        with self.house.database.reading() as session:
            caller = self._caller(session, scopes)
            answer = work(session, caller.actor)
        self._note(caller)
        return answer

    def write(self, scopes: tuple[Scope, ...], work: Work[T]) -> T:
        """Do work in one transaction; what a refused limit wrote is kept."""
        caller = self._admit(scopes)

        def noted(session: Session) -> T:
            if caller.is_stale:
                note_use(session, caller.actor, now=self.now)
            return work(session, caller.actor)

        return kept(self.house.database, noted)

    def look_up(self, numbers: Sequence[TrfNumber], claims: Claimed) -> VerificationTable:
        """Look numbers up, in one transaction with what others ask for at the same time."""
        caller = self._admit((Scope.VERIFY,))
        self._note(caller)
        return self.house.look_ups.run(LookUp(caller.actor, numbers, claims))

    def _admit(self, scopes: tuple[Scope, ...]) -> Caller:
        with self.house.database.reading() as session:
            return self._caller(session, scopes)

    def _caller(self, session: Session, scopes: tuple[Scope, ...]) -> Caller:
        """Counted once, however often the request turns to the database."""
        caller = self._known(session)
        if not self._admitted:
            state = self.request.state
            state.key_id = caller.actor.key_id
            state.left = self.house.keys.take(caller.actor.key_id or 0)
            self._admitted = True
        caller.require(*scopes)
        return caller

    def _known(self, session: Session) -> Caller:
        try:
            return caller_of(session, self._secret, now=self.now)
        except Refusal:
            self.house.strangers.take(self.request.client and self.request.client.host)
            raise

    def _note(self, caller: Caller) -> None:
        if caller.is_stale:
            with self.house.database.transaction() as session:
                note_use(session, caller.actor, now=self.now)


async def _visit(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> Visit:
    """Without a key nothing else is looked at, not even whether the request has a shape."""
    house: House = request.app.state.house
    if credentials is None:
        house.strangers.take(request.client and request.client.host)
        raise forbidden(
            "key_missing", "Send an API key in the header, as Authorization: Bearer KEY."
        )
    _refuse_strange_parameters(request)
    return Visit(house, request, credentials.credentials)


def _refuse_strange_parameters(request: Request) -> None:
    """A misspelt `since` must not give everything from the beginning."""
    known = {one.alias for one in request.scope["route"].dependant.query_params}
    for name in request.query_params:
        if name not in known:
            raise usage(
                "unknown_parameter",
                "{name} is not a parameter of this address. It takes: {known}.",
                name=name[:40],
                known=", ".join(sorted(known)) or "none",
            )


Visitor = Annotated[Visit, Depends(_visit)]
