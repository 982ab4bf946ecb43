"""Plausible, invented results: for the demo, the benches and for trying the program out."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import BinaryIO

from anyascii import anyascii

from core.exports import csv, json, xml
from core.exports.columns import Cells
from core.fields import CATALOGUE, headings
from core.layouts import Layout
from core.terms import DateFormat, Format, Module, band_in_file, overall_of

CHUNK = 1000

# Family and first names as candidates write them: many scripts, marks, apostrophes and hyphens.
PEOPLE = (
    ("ZOLA", "Jane"),
    ("Nguyễn", "Thị Ánh"),
    ("O'Brien", "Séamus"),
    ("Müller-Lüdenscheidt", "Jörg"),
    ("García Márquez", "María José"),
    ("Øverland", "Åse"),
    ("Łukasiewicz", "Żaneta"),
    ("D’Angelo", "Niccolò"),
    ("Çelik", "İpek"),
    ("Иванова", "Анна"),
    ("Παπαδόπουλος", "Γιώργος"),
    ("王", "小明"),
    ("김", "민준"),
    ("佐藤", "花子"),
    ("शर्मा", "प्रिया"),
    ("الأحمد", "فاطمة"),
    ("כהן", "נועה"),
    ("สุขใจ", "มาลี"),
    ("Wolfeschlegelsteinhausenbergerdorff", "Hubert Blaine"),
    ("Adebayo", "Olúwaṣeun"),
    ("Smith", "John"),
    ("Singh", "Harpreet Kaur"),
    ("Ng", "Li"),
)
PLACES = (
    ("GB", "826", "United Kingdom", "Devon", "Exeter", "EX4 4QJ", "Northcote House"),
    ("IN", "356", "India", "Karnataka", "Bengaluru", "560001", "14/2, 3rd Cross, M.G. Road"),
    ("VN", "704", "Viet Nam", "Hà Nội", "Hà Nội", "100000", "Số 15, ngõ 203, phố Hoàng Quốc Việt"),
    ("DE", "276", "Germany", "Bayern", "München", "80331", "Straße des 17. Juni 135, Hinterhaus"),
    ("NG", "566", "Nigeria", "Lagos", "Ikeja", "100001", 'Plot 7; Block "B", Allen Avenue'),
    ("CN", "156", "China", "北京市", "北京", "100871", "海淀区颐和园路5号"),
    ("US", "840", "United States", "California", "Los Angeles", "90007", "University Park Campus"),
    (
        "BR",
        "076",
        "Brazil",
        "São Paulo",
        "São Paulo",
        "01310-100",
        "Avenida Paulista, 1578, apto. 42",
    ),
)
LONG_LINE = (
    "c/o The Office of International Admissions and Student Records, Building 7, Third Floor West"
)
GUIDES_OWN = {
    "trfNumber": "17GB000595ZOLJS03G",
    "centreNumber": "GBS03",
    "candidateNumber": "000595",
    "testDate": "2017-07-08",
    "Module": Module.GENERAL_TRAINING.written_out,
    "familyName": "ZOLA",
    "firstName": "JANE",
    "dateOfBirth": "1982-05-02",
    "gender": "F",
    "listeningScore": "8.5",
    "readingScore": "8",
    "writingScore": "7.5",
    "speakingScore": "7.5",
    "overallBandScore": "8",
}
"""The example of the guide's verification screen; its test is too old to match today."""

_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJ"
    "DRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k="
)
"""The smallest picture that is a JPEG."""


def write_sample(
    stream: BinaryIO, *, format: Format, records: int, seed: int, photos: bool, now: date
) -> None:
    """Write so many records; the same arguments write the same bytes."""
    layout = _layout(format, photos=photos)
    encode = {Format.CSV: csv.encoded, Format.JSON: json.encoded, Format.XML: xml.encoded}[format]
    stream.writelines(encode(layout, _chunks(layout, _records(records, seed, now, photos=photos))))


def _layout(format: Format, *, photos: bool) -> Layout:
    left_out = {"candidateId", "postalAddress", "downloadDate", *([] if photos else ["photo"])}
    chosen = tuple(field for field in CATALOGUE if field.heading not in left_out)
    return Layout("Sample", format, DateFormat.ISO, chosen, spreadsheet_safe=False)


def _chunks(layout: Layout, records: Iterator[Mapping[str, str]]) -> Iterator[list[Cells]]:
    names = headings(layout.fields)
    rows: list[list[str]] = []
    for record in records:
        rows.append([record.get(name, "") for name in names])
        if len(rows) == CHUNK:
            yield list(zip(*rows, strict=True))
            rows = []
    if rows:
        yield list(zip(*rows, strict=True))


def _records(records: int, seed: int, now: date, *, photos: bool) -> Iterator[Mapping[str, str]]:
    yield GUIDES_OWN
    dice = random.Random(seed)
    for n in range(1, records):
        yield _record(dice, n, now, photos=photos)


def _record(dice: random.Random, n: int, now: date, *, photos: bool) -> Mapping[str, str]:
    family, first = dice.choice(PEOPLE)
    place = dice.choice(PLACES)
    tested = now - timedelta(days=dice.randrange(14, 1200 if n % 20 == 0 else 725))
    born = tested - timedelta(days=dice.randrange(17 * 365, 45 * 365))
    module = dice.choice(list(Module))
    candidate, centre = f"{n % 1_000_000:06d}", f"{place[0]}{dice.randrange(1000):03d}"
    four = [dice.randrange(8, 19) for _ in range(4)]
    record = {
        "trfNumber": _number(tested, place[0], candidate, family, first, centre, module),
        "centreNumber": centre,
        "candidateNumber": candidate,
        "testDate": tested.isoformat(),
        "Module": module.written_out,
        "familyName": family,
        "firstName": first,
        "dateOfBirth": born.isoformat(),
        "gender": dice.choice("UMFMF"),
        "listeningScore": band_in_file(four[0]),
        "readingScore": band_in_file(four[1]),
        "writingScore": band_in_file(four[2]),
        "speakingScore": band_in_file(four[3]),
        "overallBandScore": band_in_file(overall_of(four[0], four[1], four[2], four[3])),
        "candidateEmail": f"candidate{n}@mail.example",
        "Telephone": f"+{dice.randrange(10**9, 10**11)}",
        **_address(dice, place),
    }
    if photos:
        record |= {"photo_data": base64.b64encode(_JPEG).decode(), "photoMediaType": "image/jpeg"}
    return record


def _address(dice: random.Random, place: tuple[str, ...]) -> dict[str, str]:
    _, code, country, region, town, postcode, street = place
    return {
        "addressLine1": street,
        "addressLine2": LONG_LINE if dice.randrange(10) == 0 else "",
        "town": town,
        "region": region,
        "postcode": postcode,
        "country": country,
        "countryCode": code,
    }


def _number(
    tested: date, country: str, candidate: str, family: str, first: str, centre: str, module: Module
) -> str:
    """By the usual pattern; short names are filled up with X."""
    start = (_latin(family) + "XXX")[:3] + (_latin(first) + "X")[:1]
    return f"{tested:%y}{country}{candidate}{start}{centre[-3:]}{module.value}"


def _latin(name: str) -> str:
    return "".join(
        letter for letter in anyascii(name).upper() if letter.isascii() and letter.isalpha()
    )
