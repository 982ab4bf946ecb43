"""Every setting, read from the environment or `.env` once, here and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import AwareDatetime, Field, SecretStr, field_validator, model_validator
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
    smtp_listen: str = Field(
        "127.0.0.1:8025", description="`host:port` where mail is taken by SMTP; empty turns it off."
    )
    lmtp_listen: str = Field(
        "", description="`host:port` where a mail server hands mail over by LMTP; empty: off."
    )
    smtp_certificate: Path | None = Field(
        None, description="A certificate chain (PEM, with its key): STARTTLS is offered with it."
    )
    mail_domain: str = Field(
        "results.localhost",
        description="The domain of `results@` and of reply addresses.",
    )
    mail_name: str = Field("IELTS results desk", description="Whom our mail says it is from.")
    reply_days: int = Field(60, ge=1, description="Days that a mail of ours can be answered.")
    trusted_authserv_id: str | None = Field(
        None,
        description="Whose Authentication-Results header is believed: the name your mail relay "
        "writes into it. The relay must remove forged ones (RFC 8601).",
    )
    trusted_hops: int = Field(
        1,
        ge=1,
        description="How many Received headers your own relays add; a header "
        "Authentication-Results further down came with the mail and is not believed.",
    )
    verify_dkim: bool = Field(
        False, description="Whether DKIM signatures of incoming mail are checked here, by DNS."
    )
    dns_resolver: str | None = Field(
        None, description="`host:port` of the resolver for DKIM keys; the system's if not set."
    )
    mail_feeders: dict[str, str] = Field(
        default_factory=dict,
        description="Addresses that may send results files to `results@`, with the organisation "
        'they are for, as JSON: `{"feed@centre.example": "Exeter"}`.',
    )
    imap_url: SecretStr | None = Field(
        None,
        description="`imaps://user:password@host:993/INBOX`: a mailbox that is read as well. "
        "`imap://` has no encryption and is for tests.",
    )
    imap_oauth_token_url: str | None = Field(
        None,
        description="Where access tokens for the mailbox come from (Gmail, Microsoft 365); "
        "then the URL needs no password.",
    )
    imap_oauth_client_id: str | None = Field(None, description="The OAuth2 client.")
    imap_oauth_client_secret: SecretStr | None = Field(None, description="Its secret, if any.")
    imap_oauth_refresh_token: SecretStr | None = Field(
        None, description="The mailbox's refresh token; without one the client's own grant is used."
    )
    imap_oauth_scope: str | None = Field(
        None, description="The scope to ask for: Microsoft wants one, Gmail does not."
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="`smtp://host:port` or `smtps://user:password@host`; with none, mail is "
        "written to the outbox folder.",
    )
    smtp_tls: Literal["required", "opportunistic", "off"] = Field(
        "opportunistic",
        description="STARTTLS towards an `smtp://` relay: `required` wants a valid certificate, "
        "`opportunistic` takes what there is, `off` never tries.",
    )
    smtp_connections: int = Field(4, ge=1, description="Connections to the relay at once.")
    smtp_timeout: float = Field(30.0, gt=0, description="Seconds to wait for the relay.")
    dkim_selector: str | None = Field(
        None, description="With a key, outgoing mail is signed under this selector."
    )
    dkim_key: Path | None = Field(None, description="The private key for it (PEM).")
    public_url: str | None = Field(
        None,
        description="The https:// address at which people reach this service; mail offers "
        "one-click unsubscribing by it.",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Seals what must be read again, such as the passphrases of zip files: "
        "44 characters, made by `openssl rand -base64 32 | tr +/ -_`.",
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
