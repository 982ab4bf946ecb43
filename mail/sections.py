"""What became of a command, as a part of the mail that answers it.

A part is written when its command is done, in the same transaction, and twice where it holds
candidates' data: in full, and as a letter may say it where the organisation keeps them out of mail.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.account import AccountCard
from core.attachment_cards import AddressesRevoked, AttachmentCard, PassphraseCard
from core.commands.help import HelpPage
from core.commands.registry import TOPICS, Answer, secret_in
from core.delivery import DownloadReady, ResultsSummary
from core.enquiries import EnquiryOpened
from core.history import History
from core.installations import ChannelCard
from core.intake.ingested import Ingested
from core.links import LinkCard, LinkList
from core.monthly_picture import MonthlyPicture
from core.phrases import OMITTED, Phrase
from core.preference_cards import NotificationCard, SettingsCard
from core.queue_cards import QueueChanged, Queued
from core.template_cards import TemplateCard, TemplateDeleted, TemplateList
from core.terms import Language
from core.users import UserList
from core.verification_cards import VerificationCard, VerificationTable
from core.watches import WatchSet
from mail.look_up_lists import is_long, list_file
from mail.pictures import KIND, stored_chart
from mail.render import fragment, subject

LETTERS: dict[type, str] = {
    AccountCard: "account",
    AddressesRevoked: "addresses-revoked",
    AttachmentCard: "attachments",
    ChannelCard: "channel",
    DownloadReady: "download-ready",
    EnquiryOpened: "enquiry-opened",
    HelpPage: "help",
    History: "history",
    Ingested: "file-loaded",
    LinkCard: "slack-link",
    LinkList: "slack-links",
    MonthlyPicture: KIND,
    NotificationCard: "notifications",
    PassphraseCard: "passphrase",
    QueueChanged: "queue-changed",
    Queued: "queue",
    ResultsSummary: "results",
    SettingsCard: "settings",
    TemplateCard: "template",
    TemplateDeleted: "template-deleted",
    TemplateList: "templates",
    UserList: "users",
    VerificationCard: "verification",
    VerificationTable: "bulk-verification",
    WatchSet: "watch",
}
"""The letter of each kind of answer."""

HOLDING = (EnquiryOpened, Ingested, VerificationCard, VerificationTable, WatchSet)
"""Answers that hold candidates' data."""

LONGEST_SAID = 120
OURS = frozenset({"key", "name", "command", "usage", "choices"})
"""Parts of a refusal that are the program's own words."""

Section = dict[str, Any]
"""A part as the ledger holds it: what was understood, its text and HTML, and its file, if any;
`closed` is its text and HTML without candidates' data, where they differ."""


def section(said: str, answer: Answer, language: Language) -> Section:
    """An answer as a part."""
    kind = LETTERS[type(answer)]
    part = _part(_shown(said), kind, language, answer=answer, open_data=True)
    if isinstance(answer, HOLDING):
        part["closed"] = _part(_named(said), kind, language, answer=answer, open_data=False)
    if isinstance(answer, DownloadReady) and any("numbers" in one.parts for one in answer.warnings):
        bare = replace(answer, warnings=tuple(map(_counted_only, answer.warnings)))
        part["closed"] = _part(_shown(said), kind, language, answer=bare, open_data=False)
    part["title"] = subject(kind, language, answer=answer)
    if isinstance(answer, DownloadReady):
        part["file"] = answer.contents.stored()
    if isinstance(answer, VerificationTable) and is_long(answer.cards):
        part["list"] = list_file(answer.cards, language)
    if isinstance(answer, MonthlyPicture):
        part["chart"] = stored_chart(answer, language)
    return part


def refused_section(said: str, message: str, language: Language) -> Section:
    """A refusal as a part."""
    part = _part(_shown(said), "refusal", language, message=message)
    if _named(said) != said:
        masked = without_names(message, said)
        part["closed"] = _part(_named(said), "refusal", language, message=masked)
    return part | {"title": subject("refusal", language)}


def note_section(said: Phrase, language: Language) -> Section:
    """A remark as a part."""
    made = fragment("note", language, said=said)
    return {"text": made.text, "html": made.html, "title": ""}


def without_names(message: str, said: str = "") -> str:
    """A refusal without what it repeats of a line about candidates, and without file names."""
    if not isinstance(message, Phrase):
        return message
    low = said.lower()

    def is_theirs(key: str, part: Any) -> bool:
        if key == "filename":
            return True
        return isinstance(part, str) and key not in OURS and part.lower() in low

    return message.without(is_theirs)


def _counted_only(remark: Phrase) -> Phrase:
    """What has become of a download's results, without their numbers."""
    return remark.without(lambda name, _: name == "numbers")


def _part(said: str, kind: str, language: Language, **values: Any) -> Section:
    body = fragment(kind, language, **values)
    if not said:
        return {"text": body.text, "html": body.html}
    head = fragment("understood", language, said=said)
    return {"text": f"> {head.text.strip()}\n\n{body.text}", "html": head.html + body.html}


def _shown(said: str) -> str:
    """A line as it is repeated: shortened, and without what is a secret."""
    if secret := secret_in(said):
        return f"{secret.name} {OMITTED}"
    return said if len(said) <= LONGEST_SAID else f"{said[:LONGEST_SAID]}{OMITTED}"


def _named(said: str) -> str:
    """A line as a letter without candidates' data repeats it: of one about them, the command."""
    word = said.partition(" ")[0].lower()
    return f"{word} {OMITTED}" if TOPICS.get(word) == "verification" else _shown(said)
