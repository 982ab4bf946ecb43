"""How files go by mail, passphrases and reply addresses as blocks."""

from __future__ import annotations

from bot.blocks.kit import Block, Reader, actions, fields, opens, runs, section, warnings
from bot.blocks.render import blocks, headline
from core.attachment_cards import AddressesRevoked, AttachmentCard, PassphraseCard
from core.phrases import Phrase, say
from core.terms import AttachmentPolicy

CHOICES = {
    AttachmentPolicy.ATTACH: say("Attach"),
    AttachmentPolicy.ZIP: say("Encrypt"),
    AttachmentPolicy.NOTICE: say("Keep out of mail"),
}


@headline.register
def _(_: AttachmentCard) -> Phrase:
    return say("Files by mail")


@blocks.register
def _(answer: AttachmentCard, reader: Reader) -> list[Block]:
    rows = [(label, reader.plain(value)) for label, value in answer.rows]
    deed = [] if answer.deed is None else [section(reader.says(answer.deed))]
    buttons = [_form(reader)]
    if reader.is_administrator:
        buttons += [
            runs(reader.plain(text), f"attachments {one}", f"attachments-{one}")
            for one, text in CHOICES.items()
            if one is not answer.policy
        ]
    return [*deed, *fields(rows, reader), *warnings(answer.notes, reader), actions(*buttons)]


@headline.register
def _(_: PassphraseCard) -> Phrase:
    return say("Your passphrase")


@blocks.register
def _(answer: PassphraseCard, reader: Reader) -> list[Block]:
    return [section(reader.says(answer.message)), actions(_form(reader))]


@headline.register
def _(answer: AddressesRevoked) -> Phrase:
    return answer.message


@blocks.register
def _(answer: AddressesRevoked, reader: Reader) -> list[Block]:
    return [section(reader.says(answer.message))]


def _form(reader: Reader) -> Block:
    return opens(reader.plain(say("Set a passphrase")), "passphrase")
