"""Every version of an organisation's results, in the order in which they came to be.

A version is a result as one arrival left it: delivered by it, or changed by it later. Arrivals
are committed in the order of their ids (core.intake.load), so whoever has read up to a position
will find nothing before it that was not there. What a result was is the record of today with the
later changes taken back.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select, text
from sqlmodel import Session

from core.actors import Actor
from core.fields import BY_ATTRIBUTE, Kind
from core.notices import FieldChange
from core.prepared import Prepared, PreparedList
from core.refusals import usage
from core.tables import Arrival, Change, Delivery, FirstArrival, Result
from core.terms import RELEASED, Module, band_in_file

MOST = 1000
"""Versions that one page holds at most."""

_RESULT = Result.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(BY_ATTRIBUTE.values())
_HEADINGS = [field.heading for field in _FIELDS]
_MODULE = BY_ATTRIBUTE["module"].heading
_BANDS = [field.heading for field in _FIELDS if field.kind is Kind.BAND]
_COLUMNS = [_RESULT.c[field.attribute] for field in _FIELDS]
_STATUS = "status"


class VersionKind(StrEnum):
    """Named as the webhooks' events are."""

    DELIVERED = "result.delivered"
    CHANGED = "result.changed"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the order of versions; as text it is the cursor, opaque to programs."""

    arrival: int
    result: int

    def __str__(self) -> str:
        return f"{self.arrival}-{self.result}"

    @classmethod
    def read(cls, cursor: str) -> Position:
        """From the cursor; raise Refusal for anything that we never gave."""
        found = re.fullmatch(r"(\d{1,9})-(\d{1,9})", cursor, re.ASCII)
        if found is None:
            raise usage(
                "cursor_unknown",
                "{cursor} is not a cursor of ours. Give the `next` of the page before, or "
                "nothing to begin with the first result.",
                cursor=cursor[:40],
            )
        return cls(int(found[1]), int(found[2]))


BEGINNING = Position(0, 0)


@dataclass(frozen=True, slots=True)
class Version:
    """A result as one arrival left it; `is_current` unless a later one changed it again.

    `values` are by the catalogue's headings, as files have them, bands blank while `status` is
    not RELEASED. A delivery has no changes.
    """

    position: Position
    kind: VersionKind
    at: datetime
    is_current: bool
    status: str
    values: Mapping[str, str]
    changes: tuple[FieldChange, ...]

    def document(self) -> dict[str, Any]:
        """As the REST interface and the webhooks give it."""
        return {
            "cursor": str(self.position),
            "type": self.kind.value,
            "at": self.at.isoformat(),
            "current": self.is_current,
            "status": self.status,
            "result": self.values,
            "changes": [
                {"field": one.field, "old": one.old, "new": one.new} for one in self.changes
            ],
        }


@dataclass(frozen=True, slots=True)
class Page:
    """Versions after a position; `more` tells whether others follow at once."""

    versions: tuple[Version, ...]
    next: Position
    more: bool


def page(session: Session, actor: Actor, *, since: Position, most: int) -> Page:
    """The versions after `since`; raise Refusal unless `most` is 1 to MOST."""
    if not 1 <= most <= MOST:
        raise usage(
            "page_length",
            "{n} is not a length of a page. It may be 1 to {most}.",
            n=most,
            most=MOST,
        )
    places = positions(session, actor.organisation_id, since=since, most=most + 1)
    shown = places[:most]
    upto = shown[-1] if shown else since
    found = versions(session, actor.organisation_id, shown)
    return Page(tuple(found), upto, more=len(places) > most)


def positions(
    session: Session, organisation_id: int, *, since: Position, most: int
) -> list[Position]:
    """Where the organisation's next versions are."""
    values = {
        "organisation": organisation_id,
        "arrival": since.arrival,
        "result": since.result,
        "most": most,
    }
    return [Position(*row) for row in _POSITIONS.rows(session, values)]


def versions(session: Session, organisation_id: int, places: Sequence[Position]) -> list[Version]:
    """The versions at these positions, those of results that are deleted left out."""
    if not places:
        return []
    ids = {place.result for place in places}
    records = _records(session, ids)
    later = _changes(session, ids, since=min(places).arrival)
    firsts = dict(_FIRSTS.rows(session, ids, {"organisation": organisation_id}))
    moments = dict(_MOMENTS.rows(session, {place.arrival for place in places}))
    return [
        _version(place, records[place.result], later[place.result], firsts, moments)
        for place in places
        if place.result in records
    ]


def values_of(result: Result) -> dict[str, str]:
    """A result's values by heading, as files have them, bands blank unless it is released."""
    values = _values([getattr(result, field.attribute) for field in _FIELDS])
    return values if result.released else values | dict.fromkeys(_BANDS, "")


_AFTER = "({0}.arrival_id, {0}.result_id) > (:arrival, :result)"
_ORDERED = "ORDER BY 1, 2 LIMIT :most"
_MERGED = (
    "SELECT arrival_id, result_id FROM ("
    "SELECT * FROM (SELECT d.arrival_id, d.result_id FROM delivery d "
    f"WHERE d.organisation_id = :organisation AND {_AFTER.format('d')} {_ORDERED}) AS delivered "
    "UNION SELECT * FROM (SELECT f.arrival_id, f.result_id FROM first_arrival f "
    f"WHERE f.organisation_id = :organisation AND {_AFTER.format('f')} {_ORDERED}) AS moved "
    "UNION SELECT * FROM (SELECT DISTINCT c.arrival_id, c.result_id FROM change c "
    "CROSS JOIN delivery d LEFT JOIN first_arrival f "  # SQLite keeps this order: few are changes
    "ON f.result_id = d.result_id AND f.organisation_id = d.organisation_id "
    "WHERE d.result_id = c.result_id AND d.organisation_id = :organisation "
    f"AND {_AFTER.format('c')} AND c.arrival_id >= :arrival "
    "AND c.arrival_id > coalesce(f.arrival_id, d.arrival_id) "
    f"{_ORDERED}) AS changed) AS versions {_ORDERED}"
)
_POSITIONS = Prepared(text(_MERGED))
_D, _F = Delivery.__table__.c, FirstArrival.__table__.c  # type: ignore[attr-defined]
_FIRSTS = PreparedList(
    select(_D.result_id, func.coalesce(_F.arrival_id, _D.arrival_id))
    .outerjoin_from(
        Delivery,
        FirstArrival,
        and_(_F.result_id == _D.result_id, _F.organisation_id == _D.organisation_id),
    )
    .where(_D.organisation_id == bindparam("organisation")),
    _D.result_id,
)
_C = Change.__table__.c  # type: ignore[attr-defined]
_CHANGES = PreparedList(
    select(_C.result_id, _C.arrival_id, _C.field, _C.old, _C.new)
    .where(_C.arrival_id >= bindparam("since"))
    .order_by(_C.id),
    _C.result_id,
)
_A = Arrival.__table__.c  # type: ignore[attr-defined]
_MOMENTS = PreparedList(select(_A.id, _A.arrived_at), _A.id)
_RECORDS = PreparedList(select(_RESULT.c.id, _RESULT.c.status, *_COLUMNS), _RESULT.c.id)


class _Changed(NamedTuple):
    """One field of one version, as it was before and after."""

    result_id: int
    arrival_id: int
    field: str
    old: str
    new: str


def _changes(
    session: Session, ids: Collection[int], *, since: int
) -> defaultdict[int, list[_Changed]]:
    """Of each result, from the oldest on."""
    found: defaultdict[int, list[_Changed]] = defaultdict(list)
    for row in _CHANGES.rows(session, ids, {"since": since}):
        one = _Changed(*row)
        found[one.result_id].append(one)
    return found


def _records(session: Session, ids: Collection[int]) -> dict[int, dict[str, str]]:
    """What the results are today, by heading."""
    return {
        result_id: _values(cells) | {_STATUS: status}
        for result_id, status, *cells in _RECORDS.rows(session, ids)
    }


def _values(cells: Sequence[Any]) -> dict[str, str]:
    """Only bands and the module are written otherwise than they are kept."""
    values = dict(zip(_HEADINGS, cells, strict=True))
    for heading in _BANDS:
        values[heading] = band_in_file(values[heading])
    letter = values[_MODULE]
    values[_MODULE] = Module(letter).written_out if letter else ""
    return values


def _version(
    place: Position,
    today: Mapping[str, str],
    changes: Sequence[_Changed],
    firsts: Mapping[int, int | None],
    moments: Mapping[int, datetime],
) -> Version:
    values = dict(today)
    later = [one for one in changes if one.arrival_id > place.arrival]
    for one in reversed(later):
        values[one.field] = one.old
    status = values.pop(_STATUS)
    values.pop("photo", None)
    if status != RELEASED:
        values |= dict.fromkeys(_BANDS, "")
    delivered = firsts.get(place.result) == place.arrival
    own = [] if delivered else [one for one in changes if one.arrival_id == place.arrival]
    return Version(
        place,
        VersionKind.DELIVERED if delivered else VersionKind.CHANGED,
        moments[place.arrival],
        not later,
        status,
        values,
        _joined(own),
    )


def _joined(changes: Iterable[_Changed]) -> tuple[FieldChange, ...]:
    """One for each field, if a file had the result more than once."""
    joined: dict[str, FieldChange] = {}
    for one in changes:
        before = joined.get(one.field)
        old = one.old if before is None else before.old
        joined[one.field] = FieldChange(one.field, old, one.new)
    return tuple(joined.values())
