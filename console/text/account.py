"""The account as text."""

from __future__ import annotations

from console.text.render import card, text
from core.account import AccountCard
from core.phrases import in_language, say
from core.terms import Language


@text.register
def _(answer: AccountCard, language: Language) -> str:
    rows = [(say("Account name"), answer.account_name), (say("Service"), answer.service.value)]
    top = card(answer.name, rows, language)
    address = "\n".join(f"  {line}" for line in answer.address.splitlines())
    title = in_language(say("Text for your website:"), language)
    return f"{top}\n{address}\n\n{title}\n\n{in_language(answer.website_text, language)}"
