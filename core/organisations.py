"""Recognising organisations: what an operator adds before anybody can work."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.refusals import conflict, missing, usage
from core.tables import Organisation
from core.terms import Service, Surface

LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """One organisation as lists have it."""

    id: int
    name: str
    account_name: str
    service: Service


@dataclass(frozen=True, slots=True)
class OrganisationList:
    """Organisations by name; `added` where one was just added."""

    organisations: tuple[OrganisationLine, ...]
    added: bool = False

    def document(self) -> dict[str, Any]:
        """`organisations`, each with id, name, account_name and service."""
        return {"organisations": [asdict(one) for one in self.organisations]}


def add_organisation(
    session: Session,
    *,
    name: str,
    account_name: str,
    address: str,
    service: Service,
    now: datetime,
) -> OrganisationList:
    """Add an organisation; raise Refusal if its name is taken or anything is blank.

    `address` may have several lines: applicants are given it as it stands here.
    """
    row = Organisation(
        name=_one_line("NAME", name),
        account_name=_one_line("--account-name", account_name),
        address="\n".join(_one_line("--address", line) for line in _lines(address)),
        service=service.value,
        created_at=now,
    )
    if _key(row.name) in {_key(one) for one in _names(session)}:
        raise conflict(
            "organisation_exists", "There is an organisation {name} already.", name=row.name
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
    near = get_close_matches(_key(name), map(_key, names), n=1)
    if near:
        raise missing(
            "no_such_organisation",
            "There is no organisation {name}. Did you mean {near}?",
            name=name,
            near=next(known for known in names if _key(known) == near[0]),
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


def _lines(address: str) -> list[str]:
    """The lines that are not blank, or one that is, to be refused."""
    return [line for line in address.splitlines() if line.strip()] or [""]


def _one_line(label: str, typed: str) -> str:
    text = " ".join(typed.split())
    if not text:
        raise usage("blank", "{name} must not be blank.", name=label)
    if len(text) > LONGEST_LINE or not text.isprintable():
        raise usage(
            "too_long",
            "{name} has lines of up to {most} ordinary characters.",
            name=label,
            most=LONGEST_LINE,
        )
    return text


def _line(row: Organisation) -> OrganisationLine:
    assert row.id is not None  # noqa: S101  it came from the database
    return OrganisationLine(row.id, row.name, row.account_name, Service(row.service))
