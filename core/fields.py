"""The E-Delivery field catalogue (guide, appendix) as data: what a template may hold.

The order is that of the guide's "Other Template Fields". Everything that reads or writes
results takes headings, lengths and kinds from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from core.phrases import Phrase, say
from core.refusals import usage


class Kind(Enum):
    """How a field's value is checked and written."""

    TEXT = auto()  # free text from a person
    CODE = auto()  # digits and letters
    DIGITS = auto()
    DATE = auto()
    BAND = auto()
    MODULE = auto()
    GENDER = auto()
    EMAIL = auto()
    BLANK = auto()  # no longer available, always blank
    POSTAL = auto()  # address lines 1 to 4 joined
    PHOTO = auto()  # two columns
    DOWNLOADED = auto()  # the date of the download


@dataclass(frozen=True, slots=True)
class CatalogueField:
    """One template field.

    `heading` names it in templates and, but for the photo, in files; `attribute` is the column
    of `Result`, '' where the value is not stored there; `length` is the most characters.
    """

    title: Phrase
    heading: str
    kind: Kind
    attribute: str = ""
    length: int = 0

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns it makes in a file."""
        return PHOTO_HEADINGS if self.kind is Kind.PHOTO else (self.heading,)


PHOTO_HEADINGS = ("photo_data", "photoMediaType")

CATALOGUE = (
    CatalogueField(say("Candidate ID"), "candidateId", Kind.BLANK),
    CatalogueField(say("Candidate Number"), "candidateNumber", Kind.DIGITS, "candidate_number", 6),
    CatalogueField(say("First Name"), "firstName", Kind.TEXT, "first_name", 50),
    CatalogueField(say("Family Name"), "familyName", Kind.TEXT, "family_name", 50),
    CatalogueField(say("Date Of Birth"), "dateOfBirth", Kind.DATE, "date_of_birth"),
    CatalogueField(say("Gender"), "gender", Kind.GENDER, "gender", 1),
    CatalogueField(say("Telephone"), "Telephone", Kind.TEXT, "telephone", 20),
    CatalogueField(say("Postal Address"), "postalAddress", Kind.POSTAL),
    CatalogueField(say("Address Line 1"), "addressLine1", Kind.TEXT, "address_line_1", 100),
    CatalogueField(say("Address Line 2"), "addressLine2", Kind.TEXT, "address_line_2", 100),
    CatalogueField(say("Address Line 3"), "addressLine3", Kind.TEXT, "address_line_3", 100),
    CatalogueField(say("Address Line 4"), "addressLine4", Kind.TEXT, "address_line_4", 100),
    CatalogueField(say("Town"), "town", Kind.TEXT, "town", 100),
    CatalogueField(say("Postcode"), "postcode", Kind.TEXT, "postcode", 20),
    CatalogueField(say("Country"), "country", Kind.TEXT, "country", 200),
    CatalogueField(say("Country Code"), "countryCode", Kind.CODE, "country_code", 3),
    CatalogueField(say("Region"), "region", Kind.TEXT, "region", 100),
    CatalogueField(say("Candidate Email"), "candidateEmail", Kind.EMAIL, "candidate_email", 60),
    CatalogueField(say("Listening Score"), "listeningScore", Kind.BAND, "listening"),
    CatalogueField(say("Reading Score"), "readingScore", Kind.BAND, "reading"),
    CatalogueField(say("Writing Score"), "writingScore", Kind.BAND, "writing"),
    CatalogueField(say("Speaking Score"), "speakingScore", Kind.BAND, "speaking"),
    CatalogueField(say("Overall Band Score"), "overallBandScore", Kind.BAND, "overall"),
    CatalogueField(say("Module"), "Module", Kind.MODULE, "module"),
    CatalogueField(say("Test Date"), "testDate", Kind.DATE, "test_date"),
    CatalogueField(say("Centre Number"), "centreNumber", Kind.CODE, "centre_number", 5),
    CatalogueField(say("TRF Number"), "trfNumber", Kind.CODE, "trf_number", 20),
    CatalogueField(say("Photo"), "photo", Kind.PHOTO),
    CatalogueField(say("Download Date"), "downloadDate", Kind.DOWNLOADED),
)

BY_HEADING = {field.heading: field for field in CATALOGUE}
BY_ATTRIBUTE = {field.attribute: field for field in CATALOGUE if field.attribute}

_BY_SPELLING = {
    spelling: field
    for field in CATALOGUE
    for spelling in (
        field.heading.lower(),
        field.title.lower().replace(" ", ""),
        *(heading.lower() for heading in field.headings),
    )
} | {
    "centernumber": BY_HEADING["centreNumber"],
    "testcentrenumber": BY_HEADING["centreNumber"],
    "testcenternumber": BY_HEADING["centreNumber"],
}


def find_field(words: str) -> CatalogueField:
    """The field with this heading or title, case and spaces aside; raise Refusal if none has."""
    field = _BY_SPELLING.get(words.lower().replace(" ", "").strip())
    if field is None:
        raise usage(
            "unknown_field",
            "{words} is not a template field. The fields are: {fields}.",
            words=words.strip() or "''",
            fields=", ".join(BY_HEADING),
        )
    return field


def title_of(heading: str) -> str:
    """What a changed value is called; a record's status is in no file."""
    field = BY_HEADING.get(heading)
    return heading.capitalize() if field is None else field.title


def headings(fields: Iterable[CatalogueField]) -> tuple[str, ...]:
    """The header row that these fields make."""
    return tuple(heading for field in fields for heading in field.headings)
