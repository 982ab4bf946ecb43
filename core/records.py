"""What a verification shows of a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.fields import BY_ATTRIBUTE
from core.tables import Result
from core.terms import RELEASED, Module, band_in_file

Row = Sequence[Any]

BANDS = ("listening", "reading", "writing", "speaking", "overall")


@dataclass(frozen=True, slots=True)
class Record:
    """What a verification shows of a result; bands None where the scores are not valid."""

    result_id: int
    trf_number: str
    family_name: str
    first_name: str
    date_of_birth: str
    gender: str
    candidate_email: str
    module: str
    candidate_number: str
    centre_number: str
    test_date: str
    listening: int | None
    reading: int | None
    writing: int | None
    speaking: int | None
    overall: int | None
    status: str

    @property
    def released(self) -> bool:
        """Whether the scores may be shown as valid."""
        return self.status == RELEASED

    def document(self) -> dict[str, str]:
        """By the guide's headings, dates ISO, bands as in files; no address, telephone, photo."""
        module = Module(self.module).written_out if self.module else ""
        return {
            "trfNumber": self.trf_number,
            "familyName": self.family_name,
            "firstName": self.first_name,
            "dateOfBirth": self.date_of_birth,
            "gender": self.gender,
            "candidateEmail": self.candidate_email,
            "Module": module,
            "candidateNumber": self.candidate_number,
            "centreNumber": self.centre_number,
            "testDate": self.test_date,
            "listeningScore": band_in_file(self.listening),
            "readingScore": band_in_file(self.reading),
            "writingScore": band_in_file(self.writing),
            "speakingScore": band_in_file(self.speaking),
            "overallBandScore": band_in_file(self.overall),
        }


RESULT = Result.__table__  # type: ignore[attr-defined]
HEADINGS = tuple(
    BY_ATTRIBUTE[name].heading for name in Record.__dataclass_fields__ if name in BY_ATTRIBUTE
)
"""Those of a record's document."""
COLUMNS = [RESULT.c["id" if name == "result_id" else name] for name in Record.__dataclass_fields__]
"""The columns of a row that `record_of` takes."""


def record_of(row: Row) -> Record:
    """The record of a row of COLUMNS, its scores left out unless it is released."""
    record = Record(*row)
    if record.released:
        return record
    return replace(record, listening=None, reading=None, writing=None, speaking=None, overall=None)
