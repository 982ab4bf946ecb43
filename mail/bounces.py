"""Mail of ours that came back: which address it was, and what the other side said."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from flufl.bounce import scan_message

from mail.message import ReceivedMail, decoded

MOST_BYTES = 128 * 1024
"""What a report says stands at its beginning; the rest is our own mail again."""


def refused_addresses(mail: ReceivedMail) -> dict[str, str]:
    """The addresses that refused a mail for good, each with the reason if there is one."""
    report = message_from_bytes(mail.raw[:MOST_BYTES], policy=compat32)
    reason = _diagnosis(report)
    found: frozenset[bytes] = scan_message(report)
    return {one.decode("ascii", "replace").lower(): reason for one in found}


def _diagnosis(report: Message[str, str]) -> str:
    for part in report.walk():
        if said := part.get("Diagnostic-Code"):
            return decoded(str(said).partition(";")[2])[:200]
    return ""
