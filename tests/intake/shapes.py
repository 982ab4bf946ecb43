"""Results files for tests: a good record, written in every shape that people send."""

import csv
import io
import json
from pathlib import Path

from core.intake.ingested import Ingested
from core.intake.load import ingest
from core.intake.rejects import Rejects
from tests.builders import NOW

GOOD = {
    "trfNumber": "25GB000595ZOLJS03G",
    "centreNumber": "GBS03",
    "candidateNumber": "000595",
    "testDate": "2025-07-28",
    "Module": "General Training",
    "familyName": "Zola",
    "firstName": "Jané",
    "dateOfBirth": "1982-05-02",
    "gender": "F",
    "listeningScore": "8.5",
    "readingScore": "8",
    "writingScore": "7.5",
    "speakingScore": "7.5",
    "overallBandScore": "8",
    "Telephone": "+44 1392 661000",
    "addressLine1": "1 High Street",
    "addressLine2": "",
    "addressLine3": "",
    "addressLine4": "",
    "town": "Exeter",
    "region": "Devon",
    "postcode": "EX4 4QJ",
    "country": "United Kingdom",
    "countryCode": "826",
    "candidateEmail": "jane@mail.example",
}
STORED = {
    "trf_number": "25GB000595ZOLJS03G",
    "centre_number": "GBS03",
    "candidate_number": "000595",
    "test_date": "2025-07-28",
    "module": "G",
    "family_name": "Zola",
    "first_name": "Jané",
    "date_of_birth": "1982-05-02",
    "gender": "F",
    "listening": 17,
    "reading": 16,
    "writing": 15,
    "speaking": 15,
    "overall": 16,
    "telephone": "+44 1392 661000",
    "address_line_1": "1 High Street",
    "town": "Exeter",
    "region": "Devon",
    "postcode": "EX4 4QJ",
    "country": "United Kingdom",
    "country_code": "826",
    "candidate_email": "jane@mail.example",
    "status": "RELEASED",
}


def number(n: int) -> str:
    return f"25GB{n:06d}ZOLJS03G"


def record(n: int = 595, **changes: str) -> dict[str, str]:
    return GOOD | {"trfNumber": number(n), "candidateNumber": f"{n:06d}"} | changes


def as_csv(*records: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    stream = io.StringIO(newline="")
    rows = csv.DictWriter(stream, list(records[0]), delimiter=delimiter)
    rows.writeheader()
    rows.writerows(records)
    return stream.getvalue().encode(encoding)


def as_json(*records: dict[str, str], encoding: str = "utf-8") -> bytes:
    return json.dumps({"results": records}, ensure_ascii=False).encode(encoding)


def as_xml(*records: dict[str, str], encoding: str = "utf-8") -> bytes:
    rows = "".join(
        "<result>"
        + "".join(f"<{name}>{value}</{name}>" for name, value in one.items())
        + "</result>"
        for one in records
    )
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    return f"{head}<results>{rows}</results>".encode(encoding)


def load(session, organisation, data: bytes, **more) -> Ingested:
    """Load bytes; rejects go to a file that never appears, unless a test gives its own."""
    given = {"source": "results.csv", "now": NOW, "rejects": Unkept(Path("unkept"))} | more
    return ingest(session, organisation.id, io.BytesIO(data), **given)


class Unkept(Rejects):
    """Rejects that nobody looks at."""

    def add(self, *_: object) -> None:
        pass
