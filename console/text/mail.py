"""How files go by mail, passphrases and reply addresses as text."""

from __future__ import annotations

from console.text.render import card, text
from core.attachment_cards import AddressesRevoked, AttachmentCard, PassphraseCard
from core.phrases import in_language, say
from core.terms import Language


@text.register
def _(answer: AttachmentCard, language: Language) -> str:
    lines = [] if answer.deed is None else [in_language(answer.deed, language)]
    lines.append(card(say("Files by mail"), answer.rows, language))
    lines += [f"! {in_language(note, language)}" for note in answer.notes]
    return "\n".join(lines)


@text.register
def _(answer: PassphraseCard, language: Language) -> str:
    return in_language(answer.message, language)


@text.register
def _(answer: AddressesRevoked, language: Language) -> str:
    return in_language(answer.message, language)
