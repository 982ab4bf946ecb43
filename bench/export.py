"""Exports: the Standard template's 26 columns, dates dd/mm/yyyy, from a download on SQLite.

The floors read the same database in the same run: the sqlite3 shell with the same formatting in
SQL (CSV) and without any (JSON), pandas, tablib, and lxml's xmlfile fed with formatted rows.
"""

import csv
import io
import json
import random
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

from bench.timing import Contender, Measured, Row, compare, options, report
from core.database import Database, migrate
from core.exports.columns import Contents
from core.exports.write import write
from core.fields import CatalogueField, Kind, headings
from core.formulas import restored
from core.layouts import STANDARD
from core.records import BANDS
from core.terms import RELEASED, DateFormat, Format

CHECKED = 20_000
FEW = 100_000
MOST_MB = 80

LAYOUT = replace(STANDARD, date_format=DateFormat.DAY_FIRST)
NAMES = headings(LAYOUT.fields)
DAY = date(2026, 11, 25)

PLAIN = (
    ("OConnor", "Maria Jose", "14 Sea View, Flat 3", "Exeter"),
    ("Nguyen", "Anh", "15 Hoang Quoc Viet Street, Cau Giay", "Ha Noi"),
    ("Smith", "John", "7 Allen Avenue", "Ikeja"),
    ("Singh", "Harpreet", "14/2 3rd Cross M.G. Road", "Bengaluru"),
)
AWKWARD = (
    ('O"Connor', "María José", 'Plot "7", Block <B> & C', "München"),
    ("Nguyễn", "Thị Ánh", "Số 15, ngõ 203; phố Hoàng Quốc Việt ]]>", "Hà Nội"),
    ("=SUM(A1)", "@home", "+1 Way, \\ %s {x}", "-"),
    ("佐藤", "花子 😀", "'=quoted, 100% & <more>", "東京"),
)


def main(argv: Sequence[str]) -> None:
    """Check that all files say the same, then time them with plain and with awkward text."""
    given = options(argv, records=FEW)
    rows: list[Row] = []
    for kind, people in (("plain", PLAIN), ("awkward", AWKWARD)):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _check(_made(folder / "checked.db", CHECKED, people), folder)
            source = _made(folder / "results.db", given.records, people)
            measured = compare(_contenders(source, folder), rounds=given.rounds)
            few = measured
            if given.records > FEW:
                fewer = _made(folder / "few.db", FEW, people)
                few = compare(_ours(fewer, folder), rounds=1)
        rows += _rows(kind, measured, few)
    report(f"Export, {given.records:,} records", rows)


def _rows(kind: str, measured: dict[str, Measured], few: dict[str, Measured]) -> Iterator[Row]:
    def row(ours: str, floor: str, least: float, aim: float) -> Row:
        ratio = measured[ours].speed_to(measured[floor])
        seconds = f"{measured[ours].seconds:.2f} s"
        return Row(f"{ours} to {floor}, {kind} text", seconds, ratio, least, aim)

    yield row("CSV", "shell CSV, formatted", 0.48, 0.65)
    yield row("CSV", "pandas", 1.6, 2.2)
    yield row("CSV", "tablib", 1.6, 2.4)
    yield row("JSON", "shell JSON, unformatted", 0.50, 0.60)
    yield row("XML", "lxml xmlfile", 3.0, 3.7)
    for name in ("CSV", "JSON", "XML"):
        peak = measured[name].peak_mb
        yield Row(
            f"{name} peak, {kind} text", f"{peak:.0f} MB", measured[name].size_to(MOST_MB), 1.0
        )
        yield Row(f"{name} peak at {FEW:,}, {kind} text", "", few[name].peak_mb / peak, 0.9, 1.0)


def _contenders(source: Path, folder: Path) -> dict[str, Contender]:
    out = folder / "floor"
    return _ours(source, folder) | {
        "shell CSV, formatted": Contender(partial(_shell, source, out, "csv", _formatted_sql())),
        "shell JSON, unformatted": Contender(partial(_shell, source, out, "json", _stored_sql())),
        "pandas": Contender(partial(_pandas, source, out), _import_pandas),
        "tablib": Contender(partial(_tablib, source, out), _import_tablib),
        "lxml xmlfile": Contender(partial(_lxml, source, out), _import_lxml),
    }


def _ours(source: Path, folder: Path) -> dict[str, Contender]:
    return {
        one.value.upper(): Contender(partial(_export, source, folder / "ours", one))
        for one in Format
    }


def _export(source: Path, out: Path, format: Format) -> None:
    database = Database(f"sqlite:///{source}")
    contents = Contents(1, replace(LAYOUT, format=format), DAY)
    with database.reading() as session, out.open("wb") as stream:
        write(session, contents, stream)
    database.close()


def _shell(source: Path, out: Path, mode: str, sql: str) -> None:
    with out.open("wb") as stream:
        subprocess.run(
            ["sqlite3", "-header", "-cmd", f".mode {mode}", str(source), sql],
            stdout=stream,
            check=True,
        )


def _import_pandas() -> None:
    import pandas as pd  # noqa: F401


def _pandas(source: Path, out: Path, _ready: None) -> None:
    import pandas as pd

    rows = pd.read_sql_query(_formatted_sql(), sqlite3.connect(source), dtype=str)
    rows.to_csv(out, index=False, lineterminator="\r\n")


def _import_tablib() -> None:
    import tablib as _  # noqa: F401


def _tablib(source: Path, out: Path, _ready: None) -> None:
    import tablib

    rows = sqlite3.connect(source).execute(_formatted_sql())
    out.write_text(tablib.Dataset(*rows, headers=NAMES).export("csv"), newline="")


def _import_lxml() -> None:
    import lxml.etree as _  # noqa: F401


def _lxml(source: Path, out: Path, _ready: None) -> None:
    from lxml import etree

    with out.open("wb") as stream, etree.xmlfile(stream, encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element("results"):
            for row in sqlite3.connect(source).execute(_formatted_sql()):
                result = etree.Element("result")
                for name, value in zip(NAMES, row, strict=True):
                    etree.SubElement(result, name).text = value
                xml.write(result)


def _check(source: Path, folder: Path) -> None:
    """Every contender's file says what the rows say, formatted here in another way."""
    expected = list(_expected(source))
    ours, floor = folder / "ours", folder / "floor"
    readers = {Format.CSV: _read_ours, Format.JSON: _read_json, Format.XML: _read_xml}
    for written, read in readers.items():
        _export(source, ours, written)
        assert read(ours) == expected, written
    _shell(source, floor, "csv", _formatted_sql())
    assert _read_csv(floor) == expected, "shell CSV"
    _shell(source, floor, "json", _stored_sql())
    stored = json.loads(floor.read_bytes())
    assert [one["trf_number"] for one in stored] == [
        row[NAMES.index("trfNumber")] for row in expected
    ]
    for write_floor, read in ((_pandas, _read_csv), (_tablib, _read_csv), (_lxml, _read_xml)):
        write_floor(source, floor, None)
        assert read(floor) == expected, write_floor.__name__


def _expected(source: Path) -> Iterator[list[str]]:
    for row in sqlite3.connect(source).execute(_stored_sql()):
        yield [
            _written(field, value) for field, value in zip(LAYOUT.fields, (*row, ""), strict=True)
        ]


def _written(field: CatalogueField, value: object) -> str:
    written: dict[Kind, Callable[[], str]] = {
        Kind.DATE: lambda: date.fromisoformat(str(value)).strftime("%d/%m/%Y"),
        Kind.DOWNLOADED: lambda: DAY.strftime("%d/%m/%Y"),
        Kind.MODULE: lambda: {"A": "Academic", "G": "General Training"}[str(value)],
        Kind.BAND: lambda: f"{int(str(value)) / 2:g}",
    }
    return written.get(field.kind, lambda: str(value))()


def _read_csv(path: Path) -> list[list[str]]:
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    assert tuple(header) == NAMES
    return rows


def _read_ours(path: Path) -> list[list[str]]:
    return [[restored(cell) for cell in row] for row in _read_csv(path)]


def _read_json(path: Path) -> list[list[str]]:
    return [list(one.values()) for one in json.loads(path.read_bytes())["results"]]


def _read_xml(path: Path) -> list[list[str]]:
    return [[element.text or "" for element in one] for one in ET.parse(path).getroot()]


def _sql(columns: Sequence[str]) -> str:
    return (
        f"SELECT {', '.join(columns)} FROM delivery JOIN result ON result.id = delivery.result_id "
        "WHERE delivery.download_id = 1 ORDER BY delivery.result_id"
    )


def _stored_sql() -> str:
    return _sql([field.attribute for field in LAYOUT.fields if field.attribute])


def _formatted_sql() -> str:
    return _sql([f"{_expression(field)} AS {field.heading}" for field in LAYOUT.fields])


def _expression(field: CatalogueField) -> str:
    name = field.attribute
    day = f"substr({name}, 9, 2) || '/' || substr({name}, 6, 2) || '/' || substr({name}, 1, 4)"
    band = f"({name} / 2) || CASE {name} % 2 WHEN 1 THEN '.5' ELSE '' END"
    module = f"CASE {name} WHEN 'A' THEN 'Academic' ELSE 'General Training' END"
    written = {Kind.DATE: day, Kind.BAND: band, Kind.MODULE: module}
    return written.get(field.kind, name) or f"'{DAY:%d/%m/%Y}'"


def _made(path: Path, records: int, people: Sequence[tuple[str, ...]]) -> Path:
    """A database with one download of so many invented results."""
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO organisation VALUES (1, 'x', 'x', 'x', 'api', '2026-11-25')"
        )
        connection.execute(
            "INSERT INTO download VALUES "
            "(1, 1, NULL, 'x', '2026-11-25', ?, 'csv', 'x', 'x', 'x', 1, 0, 0)",
            [records],
        )
        connection.executemany(_insert_sql(), _invented(records, people))
        connection.execute(
            "INSERT INTO delivery (organisation_id, result_id, download_id) "
            "SELECT 1, id, 1 FROM result"
        )
    connection.close()
    return path


def _insert_sql() -> str:
    names = [field.attribute for field in LAYOUT.fields if field.attribute]
    places = ", ".join(f":{name}" for name in names)
    return (
        f"INSERT INTO result (status, last_modified, {', '.join(names)}) "
        f"VALUES ('{RELEASED}', '', {places})"
    )


def _invented(records: int, people: Sequence[tuple[str, ...]]) -> Iterator[dict[str, str | int]]:
    dice = random.Random(1)
    for n in range(records):
        family_name, first_name, street, town = dice.choice(people)
        yield {
            "trf_number": f"25GB{n:010}G",
            "centre_number": f"GB{n % 900:03}",
            "candidate_number": f"{n % 1_000_000:06}",
            "test_date": f"2025-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
            "date_of_birth": f"{dice.randint(1960, 2008)}-{dice.randint(1, 12):02}-07",
            "module": dice.choice("AG"),
            "gender": dice.choice("MFU"),
            "family_name": family_name,
            "first_name": first_name,
            "telephone": f"+44 7700 {n % 1_000_000:06}",
            "address_line_1": street,
            "address_line_2": "Third Floor West",
            "address_line_3": "",
            "address_line_4": "",
            "town": town,
            "region": "Devon",
            "postcode": "EX4 4QJ",
            "country": "United Kingdom",
            "country_code": "826",
            "candidate_email": f"candidate{n}@mail.example",
            **{skill: dice.randint(0, 18) for skill in BANDS},
        }
