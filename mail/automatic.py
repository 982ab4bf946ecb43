"""Mail that nobody wrote: it is never answered, for whoever answers it may start a loop."""

from __future__ import annotations

import re

from mail.message import ReceivedMail

ROBOTS = (
    "mailer-daemon@",
    "postmaster@",
    "no-reply@",
    "noreply@",
    "do-not-reply@",
    "bounce@",
    "bounce+",
    "bounces@",
    "bounces+",
)
BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
MARKS = (
    "list-id",
    "list-unsubscribe",
    "list-post",
    "x-autoreply",
    "x-autorespond",
    "x-autoresponse",
)
SUBJECTS = re.compile(
    r"\s*(?:automatic reply|auto[- ]?reply|autoreply|auto response|out of (?:the )?office"
    r"|abwesenheits\w*|automatische antwort|r\u00e9ponse automatique|absence du bureau"
    r"|respuesta autom\u00e1tica|risposta automatica|resposta autom\u00e1tica|automatisch antwoord"
    r"|autosvar|automaattinen vastaus|odpowied\u017a automatyczna"
    r"|automatick\u00e1 odpov\u011b\u010f"
    r"|\u81ea\u52a8(?:\u56de\u590d|\u7b54\u590d)|\u81ea\u52d5\u8fd4\u4fe1"
    r"|read:|gelesen:|lu\s?:|le\u00eddo:)",
    re.IGNORECASE,
)
"""Of those that have nothing else to know them by: older servers, telephones, receipts."""

SUPPRESSED = frozenset({"all", "oof, autoreply", "autoreply"})


def why_automatic(mail: ReceivedMail, envelope_sender: str, sender: str) -> str:
    """What gives it away as written by a program, '' if nothing does."""
    names = set(mail.header_names())
    marks = {
        "Auto-Submitted": _word(mail, "Auto-Submitted") not in {"", "no"},
        "Precedence": _word(mail, "Precedence") in BULK,
        "X-Auto-Response-Suppress": mail.header("X-Auto-Response-Suppress").lower() in SUPPRESSED,
        "a report": mail.content_type == "multipart/report",
        "its subject": SUBJECTS.match(mail.header("Subject")) is not None,
        "empty sender": not envelope_sender.strip("<>"),
        "a robot's address": sender.startswith(ROBOTS)
        or envelope_sender.lower().startswith(ROBOTS),
    } | {mark: mark in names for mark in MARKS}
    return next((mark for mark, found in marks.items() if found), "")


def _word(mail: ReceivedMail, name: str) -> str:
    """A header's value without its parameters."""
    return mail.header(name).partition(";")[0].strip().lower()


def is_bounce(mail: ReceivedMail, envelope_sender: str) -> bool:
    """Whether it says that a mail of ours did not arrive."""
    if mail.content_type == "multipart/report" and "delivery-status" in mail.header("Content-Type"):
        return True
    if envelope_sender.strip("<>"):
        return envelope_sender.lower().startswith(("mailer-daemon@", "postmaster@"))
    return "auto-replied" not in mail.header("Auto-Submitted").lower()
