"""The shapes that are sent and answered, as the OpenAPI document describes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.fields import CATALOGUE
from core.terms import DateFormat, Format

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
    "comparison": {"overall": "match"},
}
TEMPLATE = {
    "name": "Admissions",
    "format": "csv",
    "dates": "yyyy-mm-dd",
    "fields": ["trfNumber", "familyName", "overallBandScore"],
    "default": True,
    "spreadsheet_safe": False,
    "bom": False,
}
DOWNLOAD = {
    "id": 42,
    "downloaded_at": AT,
    "records": 17,
    "user": "CRM",
    "format": "json",
    "template": "Standard",
}


def _example(example: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class _Asked(BaseModel):
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

    model_config = _example(VERSION)

    cursor: str
    type: Literal["result.delivered", "result.changed"]
    at: str
    current: bool
    status: str
    result: dict[str, str]
    changes: list[FieldChanged]


class ResultPage(BaseModel):
    """Versions in order. Keep `next` with what you stored, and give it as `since`."""

    model_config = _example({"results": [VERSION], "next": "12-345", "more": False})

    results: list[VersionDocument]
    next: str
    more: bool


class ResultDocument(BaseModel):
    """A delivered result as it is now."""

    model_config = _example(
        {"result": RESULT, "status": "RELEASED", "last_modified": "", "photo": False}
    )

    result: dict[str, str]
    status: str
    last_modified: str
    photo: bool


Band = Annotated[str | float, Field(examples=["6.5"])]


class ClaimsDocument(_Asked):
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


class VerificationAsked(_Asked):
    """One number, with or without claims."""

    trf_number: str = Field(max_length=1000, examples=[NUMBER])
    claims: ClaimsDocument | None = None


class VerificationsAsked(_Asked):
    """Several at once."""

    verifications: list[VerificationAsked] = Field(min_length=1, max_length=1000)


class VerificationAnswer(BaseModel):
    """What one look-up found. No match is an answer; unavailable means: ask again later."""

    model_config = _example(VERIFICATION)

    outcome: Literal["match", "no_match", "unavailable"]
    trf_number: str
    message: str
    warnings: list[str]
    result: dict[str, str] | None
    status: str | None = None
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

    model_config = _example(DOWNLOAD)

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


class DownloadAsked(_Asked):
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


class TemplateDocument(BaseModel):
    """A download template; `photo` among the fields stands for its two columns."""

    model_config = _example(TEMPLATE)

    name: str
    format: Format
    dates: DateFormat
    fields: list[str]
    default: bool
    spreadsheet_safe: bool
    bom: bool


class TemplateAnswer(BaseModel):
    """A template, with what the guide says about some of its fields."""

    template: TemplateDocument
    warnings: list[str]


class TemplatePage(BaseModel):
    """The organisation's own, and the built-in one."""

    templates: list[TemplateDocument]
    standard: TemplateDocument


Headings = Annotated[
    list[str],
    Field(
        min_length=1,
        max_length=100,
        description="In the order of the file: " + ", ".join(one.heading for one in CATALOGUE),
        examples=[["trfNumber", "familyName", "overallBandScore"]],
    ),
]


class TemplateAsked(_Asked):
    """A new template."""

    name: str = Field(max_length=200, examples=["Admissions"])
    format: Format
    dates: DateFormat
    fields: Headings
    default: bool = False
    spreadsheet_safe: bool = False
    bom: bool = False


class TemplateEdited(_Asked):
    """What is to change; the rest stays."""

    name: str | None = Field(None, max_length=200)
    format: Format | None = None
    dates: DateFormat | None = None
    fields: Headings | None = None
    default: bool | None = None
    spreadsheet_safe: bool | None = None
    bom: bool | None = None


class TemplateGone(BaseModel):
    """The name of the one that is gone."""

    deleted: str
