"""The account as blocks."""

from __future__ import annotations

from bot.blocks.kit import Block, Reader, escaped, fields, section
from bot.blocks.render import blocks, headline
from core.account import AccountCard
from core.phrases import Phrase, say
from core.wording import SERVICES


@headline.register
def _(_: AccountCard) -> Phrase:
    return say("Your account")


@blocks.register
def _(answer: AccountCard, reader: Reader) -> list[Block]:
    rows = [
        (say("Account name"), answer.account_name),
        (say("Service"), reader.plain(SERVICES[answer.service])),
        (say("Address"), answer.address),
    ]
    return [
        section(f"*{escaped(answer.name)}*"),
        *fields(rows, reader),
        section(f"*{reader.says(say('Text for your website:'))}*"),
        section(f"```{reader.says(answer.website_text)}```"),
    ]
