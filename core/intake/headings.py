"""How other files name our columns: the guide's headings, the API's keys, E-Download's elements."""

from __future__ import annotations

from core.fields import CATALOGUE, Kind

PHOTO, PHOTO_TYPE, POSTAL = "photo", "photo_media_type", "postal_address"
STATUS, LAST_MODIFIED = "status", "last_modified"

REQUIRED = {"trf_number": "trfNumber", "test_date": "testDate"}
"""Columns without which nothing can be loaded, by the heading that a person knows."""

_SPECIAL = {Kind.PHOTO: PHOTO, Kind.POSTAL: POSTAL, Kind.BLANK: "", Kind.DOWNLOADED: ""}

SPELLINGS: dict[str, str] = {
    spelling: _SPECIAL.get(field.kind, field.attribute)
    for field in CATALOGUE
    for spelling in (field.heading.lower(), field.title.lower().replace(" ", ""))
} | {
    "photo_data": PHOTO,
    "photo.data": PHOTO,
    "photomediatype": PHOTO_TYPE,
    "status": STATUS,
    "lastmodifieddate": LAST_MODIFIED,
    "centernumber": "centre_number",
    "testcentrenumber": "centre_number",
    "testcenternumber": "centre_number",
    "testreportform(trf)number": "trf_number",
    "testreportformnumber": "trf_number",
    "lastname": "family_name",
    "surname": "family_name",
    "givenname": "first_name",
    "sex": "gender",
    "email": "candidate_email",
    "listeningtest": "listening",
    "readingtest": "reading",
    "writingtest": "writing",
    "speakingtest": "speaking",
    "listening": "listening",
    "reading": "reading",
    "writing": "writing",
    "speaking": "speaking",
    "overall": "overall",
    # known, and nothing for us to keep
    "roname": "",
    "roid": "",
    "idtype": "",
    "line": "",
    "problem": "",
}


def column_of(heading: str) -> str | None:
    """Our column for a heading, '' for one that is known and not kept, None for a stranger."""
    return SPELLINGS.get(heading.strip().lower().replace(" ", ""))
