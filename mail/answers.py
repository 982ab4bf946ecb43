"""Answers to commands as parts of a mail, and the mail that holds several of them.

A part is written when its command is done, in the same transaction; only a download's file is
made when the mail leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.account import AccountCard
from core.attached import Enclosure, enclosed
from core.attachment_cards import AddressesRevoked, AttachmentCard, PassphraseCard
from core.commands.help import HelpPage
from core.commands.registry import Answer, secret_in
from core.composing import Composition, composes
from core.delivery import DownloadReady, ResultsSummary
from core.enquiries import EnquiryOpened
from core.exports.columns import Contents
from core.history import History
from core.installations import ChannelCard
from core.intake.ingested import Ingested
from core.links import LinkCard, LinkList
from core.monthly_picture import MonthlyPicture
from core.notices import AttachedFile
from core.phrases import Phrase, say
from core.preference_cards import NotificationCard, SettingsCard
from core.queue_cards import QueueChanged, Queued
from core.template_cards import TemplateCard, TemplateDeleted, TemplateList
from core.terms import Language
from core.transports import Recipient
from core.users import UserList
from core.verification_cards import VerificationCard, VerificationTable
from core.watches import WatchSet
from mail.files import Packed, follows, packed
from mail.pictures import KIND, images, stored_chart
from mail.render import Fragment, fragment, subject
from mail.writing import REFUSAL, REPLY, Terms, Written, in_frame, writes

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

LONGEST_SAID = 120

Section = dict[str, Any]
"""A part as the ledger holds it: what was understood, its text and HTML, and its file, if any."""


@dataclass(frozen=True, slots=True)
class MailReply:
    """The answer to a mail."""

    KIND = REPLY

    title: str
    parts: tuple[tuple[Fragment, Enclosure | None, bool], ...]
    in_reply_to: str
    references: str


@dataclass(frozen=True, slots=True)
class MailRefusal:
    """Why nothing of a mail was done."""

    KIND = REFUSAL

    title: str
    message: Phrase
    in_reply_to: str
    references: str


def section(said: str, answer: Answer, language: Language) -> Section:
    """An answer as a part."""
    kind = LETTERS[type(answer)]
    part = _part(said, kind, language, answer=answer)
    part["title"] = subject(kind, language, answer=answer)
    if isinstance(answer, DownloadReady):
        part["file"] = answer.contents.stored()
    if isinstance(answer, MonthlyPicture):
        part["chart"] = stored_chart(answer, language)
    return part


def refused_section(said: str, message: str, language: Language) -> Section:
    """A refusal as a part."""
    part = _part(said, "refusal", language, message=message)
    return part | {"title": subject("refusal", language)}


def note_section(said: Phrase, language: Language) -> Section:
    """A remark as a part."""
    made = fragment("note", language, said=said)
    return {"text": made.text, "html": made.html, "title": ""}


def _part(said: str, kind: str, language: Language, **values: Any) -> Section:
    secret = secret_in(said)
    shown = f"{secret.name} …" if secret else _cut(said)
    head = fragment("understood", language, said=shown)
    body = fragment(kind, language, **values)
    return {"text": f"> {head.text.strip()}\n\n{body.text}", "html": head.html + body.html}


def _cut(said: str) -> str:
    return said if len(said) <= LONGEST_SAID else f"{said[:LONGEST_SAID]}…"


@composes(REPLY)
def _reply(work: Composition) -> MailReply:
    about = work.row.about
    return MailReply(
        about["title"],
        tuple(
            (
                Fragment(one["text"], one["html"], images(one["chart"]) if "chart" in one else ()),
                enclosed(work.session, Contents.restored(one["file"])) if "file" in one else None,
                "file" in one,
            )
            for one in about["sections"]
        ),
        about["in_reply_to"],
        about["references"],
    )


@composes(REFUSAL)
def _refusal(work: Composition) -> MailRefusal:
    about = work.row.about
    message = Phrase.restored(about["message"])
    return MailRefusal(about["title"], message, about["in_reply_to"], about["references"])


@writes(REPLY)
def _write_reply(notice: MailReply, recipient: Recipient, terms: Terms) -> Written:
    fragments: list[Fragment] = []
    files: list[AttachedFile] = []
    rest: list[Contents] = []
    for part, enclosure, wanted in notice.parts:
        fragments.append(part)
        if not wanted:
            continue
        file = None if enclosure is None else enclosure.file
        pack = packed(file, terms.policy, terms.passphrase, wanted=True)
        files += pack.files
        if pack.files and enclosure is not None:
            rest += enclosure.rest
        fragments += [_note(said, recipient) for said in _told(pack, enclosure)]
    return Written(
        in_frame(notice.title, fragments, REPLY, recipient),
        tuple(files),
        notice.in_reply_to,
        notice.references,
        tuple(rest),
    )


def _told(pack: Packed, enclosure: Enclosure | None) -> Iterator[Phrase]:
    """What is attached, what follows, and how it is opened or why it is not there."""
    for one in pack.files:
        yield say("The file {name} is attached.", name=one.filename)
        if enclosure is not None and enclosure.rest:
            yield follows(enclosure.parts)
    if pack.withheld is not None:
        yield pack.withheld


def _note(said: Phrase, recipient: Recipient) -> Fragment:
    return fragment("note", recipient.language, said=said)


@writes(REFUSAL)
def _write_refusal(notice: MailRefusal, recipient: Recipient, _: Terms) -> Written:
    said = fragment("refusal", recipient.language, message=notice.message)
    letter = in_frame(notice.title, [said], REFUSAL, recipient)
    return Written(letter, (), notice.in_reply_to, notice.references)
