"""Recognising organisations: what an operator adds before anybody can work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.refusals import conflict, missing, usage
from core.tables import Organisation
from core.terms import Service, Surface

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class OrganisationList:
    """Organisations by name; `added` where one was just added."""

    organisations: tuple[tuple[int, str, str, str], ...]
    """id, name, account name, service"""

    added: bool = False

    def document(self) -> dict[str, Any]:
        """`organisations`, each with id, name, account_name and service."""
        keys = ("id", "name", "account_name", "service")
        return {"organisations": [dict(zip(keys, one, strict=True)) for one in self.organisations]}


def add_organisation(
    session: Session,
    *,
    name: str,
    account_name: str,
    address: str,
    service: Service,
    now: datetime,
) -> OrganisationList:
    """Add an organisation; raise Refusal if its name is taken or anything is blank."""
    for label, value in (("NAME", name), ("--account-name", account_name), ("--address", address)):
        if not value.strip():
            raise usage("blank", "{name} must not be blank.", name=label)
        if len(value) > LONGEST_NAME and label != "--address":
            raise usage(
                "too_long", "{name} has up to {most} characters.", name=label, most=LONGEST_NAME
            )
    if _key(name) in {_key(one) for one in _names(session)}:
        raise conflict(
            "organisation_exists", "There is an organisation {name} already.", name=name.strip()
        )
    row = Organisation(
        name=name.strip(),
        account_name=account_name.strip(),
        address=address.strip(),
        service=service.value,
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit.record_system(
        session, row.id, "organisation:added", now=now, surface=Surface.CONSOLE, subject=row.name
    )
    return OrganisationList((_line(row),), added=True)


def list_organisations(session: Session) -> OrganisationList:
    """All of them, by name."""
    rows = session.exec(select(Organisation).order_by(col(Organisation.name)))
    return OrganisationList(tuple(_line(row) for row in rows))


def organisation_named(session: Session, name: str) -> Organisation:
    """The organisation of this name, case aside; raise Refusal naming the nearest."""
    names = _names(session)
    for known in names:
        if _key(known) == _key(name):
            return session.exec(select(Organisation).where(Organisation.name == known)).one()
    near = get_close_matches(name, names, n=1)
    if near:
        raise missing(
            "no_such_organisation",
            "There is no organisation {name}. Did you mean {near}?",
            name=name,
            near=near[0],
        )
    raise missing(
        "no_such_organisation",
        "There is no organisation {name}. `results-bot org list` shows them.",
        name=name,
    )


def _names(session: Session) -> list[str]:
    return list(session.exec(select(Organisation.name)))


def _key(name: str) -> str:
    return name.strip().casefold()


def _line(row: Organisation) -> tuple[int, str, str, str]:
    assert row.id is not None  # noqa: S101  it came from the database
    return (row.id, row.name, row.account_name, row.service)
