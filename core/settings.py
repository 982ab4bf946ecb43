"""Every setting, read from the environment or `.env` once, here and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import AwareDatetime, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from `RESULTS_…`; each field's description is its line in docs/settings.md."""

    model_config = SettingsConfigDict(env_prefix="RESULTS_", env_file=".env", extra="ignore")

    env: Literal["production", "demo", "test"] = Field(
        "production", description="`production`, `demo` or `test`."
    )
    database_url: str = Field(
        "sqlite:///var/results.db",
        description="SQLite for one process, or `postgresql+psycopg://…` for as many as wanted.",
    )
    now: AwareDatetime | None = Field(
        None,
        description="Freezes the clock at an ISO instant; refused unless `RESULTS_ENV=test`.",
    )
    outbox_dir: Path = Field(
        Path("var/outbox"),
        description="Where mail is written as .eml files while no SMTP is set.",
    )
    look_ups_per_user: int = Field(
        2000, ge=1, description="Numbers that one user may look up in an hour."
    )
    look_ups_per_organisation: int = Field(
        10000, ge=1, description="Numbers that one organisation may look up in an hour."
    )
    misses_per_user: int = Field(
        500,
        ge=1,
        description="Look-ups without a match that one user may make in an hour; "
        "the brake on guessing numbers.",
    )
    keep_results_days: int = Field(
        1100,
        ge=1,
        description="Days after the test date that a result is kept; the look-up age is 3 years.",
    )
    keep_photos_days: int = Field(
        740, ge=1, description="Days after the test date that a photo is kept."
    )
    keep_verifications_days: int = Field(
        1830, ge=1, description="Days that look-ups, enquiries and old values are kept."
    )
    keep_audit_days: int = Field(2560, ge=1, description="Days that the audit trail is kept.")

    @field_validator("now", mode="after")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return value and value.astimezone(UTC)

    @model_validator(mode="after")
    def _frozen_only_in_tests(self) -> Self:
        if self.now is not None and self.env != "test":
            msg = "RESULTS_NOW is only for RESULTS_ENV=test"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _audit_kept_longest(self) -> Self:
        others = (self.keep_results_days, self.keep_photos_days, self.keep_verifications_days)
        if self.keep_audit_days < max(others):
            msg = "RESULTS_KEEP_AUDIT_DAYS must not be shorter than any other RESULTS_KEEP_ setting"
            raise ValueError(msg)
        return self
