"""What a download's file looks like, and what the guide says about choosing its fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.fields import BY_HEADING, CATALOGUE, CatalogueField, Kind
from core.phrases import Phrase, say
from core.terms import DateFormat, Format

PHOTO = BY_HEADING["photo"]

LONGEST_NAME = 100
STANDARD_NAME = "Standard"
QUOTATION_MARKS = frozenset('"“”„«»')

CANDIDATE_ID_NOTE = say("DO NOT choose Candidate ID as this information is no longer available.")
POSTAL_NOTE = say(
    "Postal Address is a compilation of the address 1, 2, 3, 4 fields. Only choose the "
    "individual fields or postal address, but NOT both."
)
PHOTO_NOTE = say("Photo appears in the file as encrypted data.")
CANDIDATE_NUMBER_NOTE = say("Candidate Number is NOT a unique number for the test taker.")
NOTES = {
    "candidateId": CANDIDATE_ID_NOTE,
    "photo": PHOTO_NOTE,
    "candidateNumber": CANDIDATE_NUMBER_NOTE,
}


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file looks like: all that the exporters need to know of a template."""

    name: str
    format: Format
    date_format: DateFormat
    fields: tuple[CatalogueField, ...]
    spreadsheet_safe: bool = True
    byte_order_mark: bool = False

    @property
    def has_photos(self) -> bool:
        """Whether photos are in the file."""
        return PHOTO in self.fields

    def with_photos(self) -> Layout:
        """The same with photos."""
        return self if self.has_photos else replace(self, fields=(*self.fields, PHOTO))

    def without_photos(self) -> Layout:
        """The same without photos; one that has nothing else keeps them."""
        kept = tuple(one for one in self.fields if one is not PHOTO)
        return replace(self, fields=kept) if kept and self.has_photos else self

    def stored(self) -> dict[str, Any]:
        """As JSON can hold it, for a file that is written later."""
        return {
            "name": self.name,
            "format": self.format.value,
            "dates": self.date_format.value,
            "fields": joined_headings(self.fields),
            "spreadsheet_safe": self.spreadsheet_safe,
            "bom": self.byte_order_mark,
        }

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> Layout:
        """What `stored` gave."""
        return cls(
            stored["name"],
            Format(stored["format"]),
            DateFormat(stored["dates"]),
            fields_of(stored["fields"]),
            stored["spreadsheet_safe"],
            stored["bom"],
        )


STANDARD = Layout(
    STANDARD_NAME,
    Format.CSV,
    DateFormat.COMPACT,
    tuple(one for one in CATALOGUE if one.kind not in {Kind.BLANK, Kind.POSTAL, Kind.PHOTO}),
)
"""What is used while an organisation has no template: all that the guide advises to choose."""


def is_standard(name: str) -> bool:
    """Whether this names the built-in template."""
    return name.strip().casefold() == STANDARD_NAME.casefold()


def name_problem(name: str) -> Phrase | None:
    """Why this cannot be a template's name, if it cannot."""
    if not name.strip():
        return say("A template needs a name.")
    if len(name.strip()) > LONGEST_NAME:
        return say("A template's name has up to {most} characters.", most=LONGEST_NAME)
    if not name.isprintable():
        return say("A template's name is one line of ordinary characters.")
    if QUOTATION_MARKS.intersection(name):
        return say("A template's name has no quotation marks: they mark its end in a command.")
    if is_standard(name):
        return say("Standard is the name of the built-in template. Choose another.")
    return None


def fields_problem(fields: Sequence[CatalogueField]) -> Phrase | None:
    """Why a template cannot have these fields, if it cannot; the guide's reason for addresses."""
    if not fields:
        return say("A template needs at least one field.")
    twice = [field.heading for field, times in Counter(fields).items() if times > 1]
    if not twice:
        return POSTAL_NOTE if _has_address_twice(fields) else None
    chosen_twice = say("Chosen more than once: {fields}.", fields=", ".join(twice))
    if _has_address_twice(fields):
        return say("{one} {other}", one=chosen_twice, other=POSTAL_NOTE)
    return chosen_twice


def fields_of(joined: str) -> tuple[CatalogueField, ...]:
    """The fields of a stored list of headings."""
    return tuple(BY_HEADING[heading] for heading in joined.split(","))


def joined_headings(fields: Sequence[CatalogueField]) -> str:
    """The list of headings as it is stored."""
    return ",".join(field.heading for field in fields)


def _has_address_twice(fields: Sequence[CatalogueField]) -> bool:
    chosen = {field.heading for field in fields}
    return "postalAddress" in chosen and any(one.startswith("addressLine") for one in chosen)
