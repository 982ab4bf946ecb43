"""A download's rows as columns of text, the same for every format.

Rows come from the driver's own cursor in chunks, are turned into columns and mapped column by
column: dates, bands and modules have few distinct values, so a remembered dictionary answers for
them (research: three times the speed of typed rows, in constant memory).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlmodel import Session

from core.fields import CatalogueField, Kind
from core.layouts import Layout
from core.tables import Delivery, Photo, Result
from core.terms import RELEASED, Module, band_in_file

CHUNK = 500
CHUNK_WITH_PHOTOS = 10
"""A photo has up to 2 MB, and a chunk of them is in memory in several forms at once."""

FREE_TEXT = frozenset({Kind.TEXT, Kind.EMAIL, Kind.POSTAL})
"""Kinds that a person wrote; the others hold nothing that any format would have to escape."""

ADDRESS = ("address_line_1", "address_line_2", "address_line_3", "address_line_4")

_RESULT = Result.__table__  # type: ignore[attr-defined]
_DELIVERY = Delivery.__table__  # type: ignore[attr-defined]
_PHOTO = Photo.__table__  # type: ignore[attr-defined]

Cells = Sequence[Any]
Writer = Callable[[list[Cells], int], list[Cells]]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The released results that came to an organisation after one arrival, up to another."""

    organisation_id: int
    after: int
    upto: int

    def condition(self) -> ColumnElement[bool]:
        """For a query of deliveries joined to their results."""
        return came_between(self.organisation_id, self.after, self.upto)


def came_between(organisation_id: Any, after: Any, upto: Any) -> ColumnElement[bool]:
    """The condition of Arrivals, for values or for the parameters of a prepared statement."""
    return and_(
        _DELIVERY.c.organisation_id == organisation_id,
        _DELIVERY.c.arrival_id > after,
        _DELIVERY.c.arrival_id <= upto,
        _RESULT.c.status == RELEASED,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One of several files that are one together: results after an id, up to another."""

    number: int
    of: int
    after: int
    upto: int

    def condition(self) -> ColumnElement[bool]:
        """For a query of deliveries."""
        its = _DELIVERY.c.result_id
        return and_(its > self.after, its <= self.upto)


@dataclass(frozen=True, slots=True)
class Contents:
    """Which results a file holds, how, and the date that its downloadDate column shows.

    They are those of a download, or, for a digest that takes nothing away, of `arrivals`; of
    these a `part` where one message cannot carry them all.
    """

    download_id: int | None
    layout: Layout
    downloaded_on: date
    arrivals: Arrivals | None = None
    part: Part | None = None

    def condition(self) -> ColumnElement[bool]:
        """For a query of deliveries joined to their results."""
        whole: ColumnElement[bool] = _DELIVERY.c.download_id == self.download_id
        if self.arrivals is not None:
            whole = self.arrivals.condition()
        return whole if self.part is None else and_(whole, self.part.condition())

    def stored(self) -> dict[str, Any]:
        """As JSON can hold it, for a file that is written later."""
        return {
            "download": self.download_id,
            "layout": self.layout.stored(),
            "day": self.downloaded_on.isoformat(),
            "arrivals": self.arrivals and asdict(self.arrivals),
            "part": self.part and asdict(self.part),
        }

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> Contents:
        """What `stored` gave."""
        arrivals, part = stored["arrivals"], stored["part"]
        return cls(
            stored["download"],
            Layout.restored(stored["layout"]),
            date.fromisoformat(stored["day"]),
            arrivals and Arrivals(**arrivals),
            part and Part(**part),
        )


class _Remembered(dict[Any, str]):
    """A dictionary that asks once for each value and remembers the answer."""

    def __init__(self, write: Callable[[Any], str]) -> None:
        self._write = write

    def __missing__(self, value: Any) -> str:
        text = self[value] = self._write(value)
        return text


def chunks(session: Session, contents: Contents, most: int | None = None) -> Iterator[list[Cells]]:
    """The columns of some records at a time, in the layout's order, all text."""
    plan = _Plan(contents)
    for rows in _fetched(session, plan.statement(), most or plan.chunk):
        yield plan.written(rows)


def result_at(session: Session, contents: Contents, place: int) -> int:
    """The id of the result at this place in the file, counted from 0."""
    source = _DELIVERY.join(_RESULT, _RESULT.c.id == _DELIVERY.c.result_id)
    ids = select(_DELIVERY.c.result_id).select_from(source).where(contents.condition())
    found = ids.order_by(_DELIVERY.c.result_id).offset(place).limit(1)
    return int(session.execute(found).scalar_one())


def _fetched(session: Session, statement: Select[Any], chunk: int) -> Iterator[Sequence[Any]]:
    """Rows straight from the driver; on PostgreSQL from a cursor that stays on the server."""
    connection = session.connection()
    sql = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  the connection is open
    on_server = {"name": "export"} if connection.dialect.name == "postgresql" else {}
    cursor = driver.cursor(**on_server)
    try:
        cursor.execute(sql)
        while rows := cursor.fetchmany(chunk):
            yield rows
    finally:
        cursor.close()


class _Plan:
    """Where each field's cells stand in a fetched row, and how they are written."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._selected: list[ColumnElement[Any]] = []
        self._writers: list[Writer] = [self._writer(field) for field in contents.layout.fields]
        self._status = self._place(_RESULT.c.status)
        self._has_photos = contents.layout.has_photos
        self.chunk = CHUNK_WITH_PHOTOS if self._has_photos else CHUNK

    def statement(self) -> Select[Any]:
        """The records in the order of every download."""
        source = _DELIVERY.join(_RESULT, _RESULT.c.id == _DELIVERY.c.result_id)
        if self._has_photos:
            source = source.outerjoin(_PHOTO, _PHOTO.c.result_id == _DELIVERY.c.result_id)
        return (
            select(*self._selected)
            .select_from(source)
            .where(self._contents.condition())
            .order_by(_DELIVERY.c.result_id)
        )

    def written(self, rows: Sequence[Any]) -> list[Cells]:
        """Fetched rows as written columns."""
        fetched: list[Cells] = list(zip(*rows, strict=True))
        return [cells for write in self._writers for cells in write(fetched, len(rows))]

    def _place(self, column: ColumnElement[Any]) -> int:
        self._selected.append(column)
        return len(self._selected) - 1

    def _writer(self, field: CatalogueField) -> Writer:
        special = {
            Kind.BLANK: lambda _: _constant(""),
            Kind.DOWNLOADED: lambda _: _constant(self._written_date()),
            Kind.POSTAL: lambda _: self._postal_writer(),
            Kind.PHOTO: lambda _: self._photo_writer(),
            Kind.BAND: self._band_writer,
        }
        return special.get(field.kind, self._plain_writer)(field)

    def _plain_writer(self, field: CatalogueField) -> Writer:
        place = self._place(_RESULT.c[field.attribute])
        if field.kind is Kind.DATE:
            return _mapped(place, self._contents.layout.date_format.write)
        if field.kind is Kind.MODULE:
            return _mapped(place, lambda letter: Module(letter).written_out if letter else "")
        return lambda fetched, _: [fetched[place]]

    def _written_date(self) -> str:
        return self._contents.layout.date_format.write(self._contents.downloaded_on.isoformat())

    def _postal_writer(self) -> Writer:
        places = [self._place(_RESULT.c[line]) for line in ADDRESS]

        def write(fetched: list[Cells], _: int) -> list[Cells]:
            lines = zip(*(fetched[place] for place in places), strict=True)
            return [[" ".join(filter(None, four)) for four in lines]]

        return write

    def _photo_writer(self) -> Writer:
        data, kind = self._place(_PHOTO.c.data), self._place(_PHOTO.c.media_type)

        def write(fetched: list[Cells], _: int) -> list[Cells]:
            coded = [base64.b64encode(one).decode() if one else "" for one in fetched[data]]
            return [coded, [one or "" for one in fetched[kind]]]

        return write

    def _band_writer(self, field: CatalogueField) -> Writer:
        """Bands, blank for a result that is not released: it has no valid scores."""
        place, remembered = self._place(_RESULT.c[field.attribute]), _Remembered(band_in_file)

        def write(fetched: list[Cells], n: int) -> list[Cells]:
            bands, statuses = fetched[place], fetched[self._status]
            if statuses.count(RELEASED) == n:
                return [[remembered[one] for one in bands]]
            pairs = zip(bands, statuses, strict=True)
            return [[remembered[one] if status == RELEASED else "" for one, status in pairs]]

        return write


def _mapped(place: int, write: Callable[[Any], str]) -> Writer:
    remembered = _Remembered(write)
    return lambda fetched, _: [[remembered[one] for one in fetched[place]]]


def _constant(text: str) -> Writer:
    return lambda _, n: [[text] * n]
