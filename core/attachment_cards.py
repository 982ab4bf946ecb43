"""What people are told of how files reach them by mail, and of their reply addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.phrases import Phrase, say
from core.terms import AttachmentPolicy
from core.wording import NOT_SET, POLICIES, SET

NO_PASSPHRASE = say(
    "You have set no passphrase, so no file reaches you by mail. `passphrase` says how to set one."
)
HOW_TO_SET = say(
    '`passphrase "four words or more"` sets it, in Slack or on the command line, never by mail.'
)


@dataclass(frozen=True, slots=True)
class AttachmentCard:
    """The organisation's policy, and whether this user has a passphrase that can be used."""

    policy: AttachmentPolicy
    has_passphrase: bool
    deed: Phrase | None = None

    @property
    def rows(self) -> tuple[tuple[Phrase, Phrase], ...]:
        """Labels and values, for every surface."""
        return (
            (say("How they go"), POLICIES[self.policy]),
            (say("Your passphrase"), SET if self.has_passphrase else NOT_SET),
        )

    @property
    def notes(self) -> tuple[Phrase, ...]:
        """What is still to do before files reach the user."""
        missing = self.policy is AttachmentPolicy.ZIP and not self.has_passphrase
        return (NO_PASSPHRASE,) if missing else ()

    def document(self) -> dict[str, Any]:
        """`attachments`, with `message` after a deed; never the passphrase."""
        known = {"policy": self.policy.value, "passphrase": self.has_passphrase}
        document: dict[str, Any] = {"attachments": known, "warnings": list(self.notes)}
        return document if self.deed is None else document | {"message": self.deed}


@dataclass(frozen=True, slots=True)
class PassphraseCard:
    """Whether there is one, and how one is set."""

    is_set: bool
    message: Phrase

    def document(self) -> dict[str, Any]:
        """`passphrase` says whether one is set; it is never shown."""
        return {"passphrase": self.is_set, "message": self.message}


@dataclass(frozen=True, slots=True)
class AddressesRevoked:
    """How many reply addresses were ended."""

    count: int
    message: Phrase

    def document(self) -> dict[str, Any]:
        """`revoked` and `message`."""
        return {"revoked": self.count, "message": self.message}
