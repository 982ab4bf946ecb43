"""Where the mailbox is, from RESULTS_IMAP_URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class ImapAddress:
    """A folder on a server, and who reads it."""

    host: str
    port: int
    encrypted: bool
    user: str
    password: str = field(repr=False)
    folder: str

    @classmethod
    def read(cls, url: str) -> ImapAddress:
        """`imaps://user:password@host:993/INBOX`; raise ValueError for anything else."""
        parts = urlsplit(url)
        if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
            raise ValueError("RESULTS_IMAP_URL is imaps://user:password@host:993/INBOX")
        encrypted = parts.scheme == "imaps"
        return cls(
            host=parts.hostname,
            port=parts.port or (993 if encrypted else 143),
            encrypted=encrypted,
            user=unquote(parts.username),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
        )
