"""The shapes that are sent and answered, as the OpenAPI document describes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.terms import Format, Skill

NUMBER = "25GB000595ZOLJS03G"
AT = "2026-11-25T09:00:00+00:00"
RESULT = {
    "trfNumber": NUMBER,
    "familyName": "ZOLA",
    "firstName": "JANE",
    "dateOfBirth": "1982-05-02",
    "testDate": "2025-07-08",
    "Module": "General Training",
    "overallBandScore": "8",
}
VERSION = {
    "cursor": "12-345",
    "type": "result.delivered",
    "at": AT,
    "current": True,
    "status": "RELEASED",
    "result": RESULT,
    "changes": [],
}
VERIFICATION = {
    "outcome": "match",
    "trf_number": NUMBER,
    "message": "Match found.",
    "warnings": [],
    "result": RESULT,
    "status": "RELEASED",
    "one_skill_retakes": [],
    "comparison": {"overall": "match"},
}
DOWNLOAD = {
    "id": 42,
    "downloaded_at": AT,
    "records": 17,
    "user": "CRM",
    "format": "json",
    "template": "Standard",
}


def example(value: Any) -> ConfigDict:
    """A model's configuration that shows this in the OpenAPI document."""
    return ConfigDict(json_schema_extra={"examples": [value]})


class Asked(BaseModel):
    """What is sent: strangers among its members are refused by name."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Every no (RFC 9457). `code` is for programs, `detail` for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    errors: list[dict[str, str]] | None = None


class FieldChanged(BaseModel):
    """One field before and now, as files write it."""

    field: str
    old: str
    new: str


class VersionDocument(BaseModel):
    """A result as one arrival left it. `current` is false where a later version follows."""

    model_config = example(VERSION)

    cursor: str
    type: Literal["result.delivered", "result.changed"]
    at: str
    current: bool
    status: str
    result: dict[str, str]
    changes: list[FieldChanged]


class ResultPage(BaseModel):
    """Versions in order. Keep `next` with what you stored, and give it as `since`."""

    model_config = example({"results": [VERSION], "next": "12-345", "more": False})

    results: list[VersionDocument]
    next: str
    more: bool


class ResultDocument(BaseModel):
    """A delivered result as it is now."""

    model_config = example(
        {"result": RESULT, "status": "RELEASED", "last_modified": "", "photo": False}
    )

    result: dict[str, str]
    status: str
    last_modified: str
    photo: bool


Band = Annotated[str | float, Field(examples=["6.5"])]


class ClaimsDocument(Asked):
    """What a copy shows; only what is given is compared."""

    name: str | None = Field(None, max_length=200, examples=["Jane Zola"])
    dob: str | None = Field(None, max_length=40, examples=["1982-05-02"])
    date: str | None = Field(None, max_length=40, description="The test date.")
    overall: Band | None = None
    listening: Band | None = None
    reading: Band | None = None
    writing: Band | None = None
    speaking: Band | None = None
    module: str | None = Field(None, max_length=40, examples=["Academic"])
    gender: str | None = Field(None, max_length=40, examples=["F"])

    def words(self) -> dict[str, str | None]:
        """As a person would type them."""
        given = self.model_dump(exclude_none=True)
        return {
            key: f"{value:g}" if isinstance(value, float) else value for key, value in given.items()
        }


class VerificationAsked(Asked):
    """One number, with or without claims."""

    trf_number: str = Field(max_length=1000, examples=[NUMBER])
    claims: ClaimsDocument | None = None


class VerificationsAsked(Asked):
    """Several at once."""

    verifications: list[VerificationAsked] = Field(min_length=1, max_length=1000)


class RetakeDocument(BaseModel):
    """Another genuine form of the person's test day, its number null if it was not sent to you."""

    trf_number: str | None
    skill: Skill


class VerificationAnswer(BaseModel):
    """What one look-up found. No match is an answer; unavailable means: ask again later."""

    model_config = example(VERIFICATION)

    outcome: Literal["match", "no_match", "unavailable"]
    trf_number: str
    message: str
    warnings: list[str]
    result: dict[str, str] | None
    status: str | None = None
    one_skill_retakes: list[RetakeDocument] | None = None
    comparison: dict[str, Literal["match", "mismatch", "ambiguous"]] | None = None
    checked_at: str | None = None


class VerificationAnswers(BaseModel):
    """In the order asked."""

    verifications: list[VerificationAnswer]


class PastVerification(BaseModel):
    """One line of the history, without the record."""

    id: int
    looked_up_at: str
    surface: str
    trf_number: str
    outcome: str
    comparison: dict[str, str]


class PastVerifications(BaseModel):
    """Newest first; `next`, where there is more, is given as `before`."""

    verifications: list[PastVerification]
    next: int | None


class DownloadDocument(BaseModel):
    """One line of the history."""

    model_config = example(DOWNLOAD)

    id: int
    downloaded_at: str
    records: int
    user: str
    format: Format
    template: str


class DownloadPage(BaseModel):
    """Newest first; `next`, where there is more, is given as `before`."""

    downloads: list[DownloadDocument]
    next: int | None


class DownloadAsked(Asked):
    """Both may be left out: then it is the organisation's default template, in its format."""

    format: Format | None = None
    template: str | None = Field(None, max_length=100)


class NewDownload(BaseModel):
    """A download that was just made."""

    id: int
    records: int
    format: Format
    template: str
    filename: str


class DownloadAnswer(BaseModel):
    """`download` is null where nothing was new; `warnings` say what was held back."""

    download: NewDownload | None
    warnings: list[str]
