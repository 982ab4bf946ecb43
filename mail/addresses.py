"""Our own addresses, and the one address that a mail is from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.policy import default
from enum import StrEnum

from core.addresses import clean_address
from core.refusals import Refusal
from core.reply_tokens import LENGTH, hashed

LONGEST_FROM = 998
_REPLY = re.compile(rf"reply\+([a-z2-7]{{{LENGTH}}})\Z")


class Desk(StrEnum):
    """Which of our addresses a mail came to."""

    RESULTS = "results"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class OurAddress:
    """One of our addresses; a reply address has the hash of its token."""

    desk: Desk
    token_hash: str | None = None


def our_address(address: str, domain: str) -> OurAddress | None:
    """Which address of ours it is, whatever case a server has folded it to; None for no other's."""
    local, _, host = address.strip("<>").rpartition("@")
    if host.lower().rstrip(".") != domain.lower():
        return None
    if local.lower() == Desk.RESULTS:
        return OurAddress(Desk.RESULTS)
    if found := _REPLY.match(local.lower()):
        return OurAddress(Desk.REPLY, hashed(found[1]))
    return None


def sole_sender(from_headers: Sequence[str]) -> str | None:
    """The address of a mail that is from exactly one, in the form we keep addresses in.

    None for anything that two programs could read in two ways: several headers or addresses, a
    group, broken syntax.
    """
    if len(from_headers) != 1 or len(from_headers[0]) > LONGEST_FROM:
        return None
    try:
        parsed = default.header_factory("From", from_headers[0])
        groups, defects = parsed.groups, parsed.defects
    except (ValueError, IndexError, AttributeError, RecursionError):
        return None  # the parser gives up on some broken ones by raising
    if defects or len(groups) != 1 or groups[0].display_name is not None:
        return None
    if len(groups[0].addresses) != 1:
        return None
    try:
        return clean_address(groups[0].addresses[0].addr_spec)
    except Refusal:
        return None
