"""Every setting, read from the environment or `.env` once, here and nowhere else."""

from __future__ import annotations

from datetime import UTC, date, datetime
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
    playground_dir: Path | None = Field(
        None,
        description="With a folder, the playground is served at `/playground` and plays Slack at "
        "`RESULTS_SLACK_API_URL`. It keeps there what it makes up, and the file `clock`: the "
        "seconds by which all clocks are ahead. Refused unless `RESULTS_ENV` is `demo` or `test`.",
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
    mail_connections: int = Field(200, ge=1, description="Incoming mail connections at once.")
    mail_connections_by_peer: int = Field(
        100, ge=1, description="The same from one address; a relay of your own is one address."
    )
    mails_per_sender: int = Field(
        1000, ge=1, description="Mails that one envelope sender may bring in an hour."
    )
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
        description="Seals what must be read again, such as the passphrases of zip files, "
        "Slack tokens and the secrets of webhooks: 44 characters, made by "
        "`openssl rand -base64 32 | tr +/ -_`.",
    )
    slack_bot_token: SecretStr | None = Field(
        None, description="The bot's token (`xoxb-…`) where one workspace is served."
    )
    slack_app_token: SecretStr | None = Field(
        None,
        description="The app's token (`xapp-…`): with it Socket Mode is used, which needs no "
        "address that Slack can reach; without it HTTP.",
    )
    slack_signing_secret: SecretStr | None = Field(
        None, description="By which Slack's requests over HTTP are recognised."
    )
    slack_api_url: str = Field(
        "https://slack.com/api/",
        description="The Web API's base address, so that a stand-in can be used.",
    )
    slack_client_id: str | None = Field(
        None, description="The OAuth client: many workspaces install the bot at `/slack/install`."
    )
    slack_client_secret: SecretStr | None = Field(
        None, description="Its secret. The workspaces' tokens are sealed with `RESULTS_SECRET_KEY`."
    )
    slack_command_prefix: str = Field(
        "",
        pattern="^[a-z0-9_-]{0,20}$",
        description="Put before the names of all slash commands, which others in the workspace "
        "may have taken: `exeter-` makes `/exeter-verify`.",
    )
    http_host: str = Field("127.0.0.1", description="Where the HTTP interface listens.")
    http_port: int = Field(
        8080, ge=0, le=65535, description="Its port; put a proxy with TLS before it."
    )
    api_requests_per_minute: int = Field(
        600, ge=1, description="Requests a minute that one API key may make."
    )
    webhook_allowed_hosts: str = Field(
        "",
        description="Hosts, by comma, to which webhooks may go without TLS and at private "
        "addresses: `crm.internal,127.0.0.1`. All others need https and a public address.",
    )
    ielts_api_url: str | None = Field(
        None,
        description="The official results API, up to its host: `https://api.example`. "
        "With none it is not asked.",
    )
    ielts_api_client_id: str | None = Field(None, description="The client that IELTS gave you.")
    ielts_api_client_secret: SecretStr | None = Field(None, description="Its secret.")
    ielts_api_version: Literal["1", "2"] = Field(
        "1",
        description="`1`, the CRM API, is polled and verifies; `2`, the verification API, "
        "only verifies.",
    )
    ielts_api_token_url: str | None = Field(
        None, description="Where Bearer tokens come from; without it, Basic is used."
    )
    ielts_api_organisation: str | None = Field(
        None,
        description="To whom polled results are delivered; needed where there is more than one "
        "organisation.",
    )
    ielts_api_poll_minutes: int = Field(
        5, ge=1, description="Minutes between two polls of the official results API."
    )
    ielts_api_requests_per_day: int = Field(
        9000,
        ge=1,
        description="Requests that all processes together may make in a day (UTC); IELTS allows "
        "10,000, and refuses the rest.",
    )
    ielts_api_requests_per_second: int = Field(
        50, ge=1, description="Requests that all processes together may make in a second."
    )
    ielts_api_timeout: float = Field(10.0, gt=0, description="Seconds to wait for an answer.")
    ielts_api_photos: bool = Field(True, description="Whether polls ask for photos.")
    ielts_api_cache_minutes: int = Field(
        60,
        ge=0,
        description="Minutes for which an answer to a look-up is good before it is asked again.",
    )
    ielts_api_secret_expires: date | None = Field(
        None,
        description="The day on which the client secret ends (yyyy-mm-dd): administrators are "
        "told two weeks before.",
    )
    feed_alarm_hours: int = Field(
        96,
        ge=1,
        description="Hours without any new result after which administrators are told; of files "
        "longer where they usually come more seldom.",
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
    keep_messages_days: int = Field(
        90, ge=1, description="Days that the record of a message that was sent or dropped is kept."
    )
    keep_audit_days: int = Field(2560, ge=1, description="Days that the audit trail is kept.")

    @field_validator("now", mode="after")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return value and value.astimezone(UTC)

    @model_validator(mode="after")
    def _real_time_in_production(self) -> Self:
        if self.now is not None and self.env != "test":
            msg = "RESULTS_NOW is only for RESULTS_ENV=test"
            raise ValueError(msg)
        if self.playground_dir is not None and self.env == "production":
            msg = "RESULTS_PLAYGROUND_DIR is only for RESULTS_ENV=demo and RESULTS_ENV=test"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _slack_is_whole(self) -> Self:
        if self.slack_client_id and not (self.slack_client_secret and self.secret_key):
            msg = "RESULTS_SLACK_CLIENT_ID needs RESULTS_SLACK_CLIENT_SECRET and RESULTS_SECRET_KEY"
            raise ValueError(msg)
        served = self.slack_bot_token or self.slack_client_id
        if served and not (self.slack_app_token or self.slack_signing_secret):
            msg = "Slack needs RESULTS_SLACK_APP_TOKEN or RESULTS_SLACK_SIGNING_SECRET"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _audit_kept_longest(self) -> Self:
        others = (self.keep_results_days, self.keep_photos_days, self.keep_verifications_days)
        if self.keep_audit_days < max(others):
            msg = "RESULTS_KEEP_AUDIT_DAYS must not be shorter than any other RESULTS_KEEP_ setting"
            raise ValueError(msg)
        return self
