"""Slack accounts and the organisation's channel as blocks."""

from __future__ import annotations

from bot.blocks.kit import Block, Reader, confirm, escaped, runs, section
from bot.blocks.render import blocks, headline
from core.installations import ChannelCard
from core.links import LinkCard, LinkLine, LinkList
from core.phrases import Phrase, counted, say

MOST_SHOWN = 45


@headline.register
def _(answer: LinkCard) -> Phrase:
    return say("You are linked.") if answer.linked else say("A code is on its way.")


@blocks.register
def _(answer: LinkCard, reader: Reader) -> list[Block]:
    return [section(reader.says(answer.message))]


@headline.register
def _(answer: LinkList) -> Phrase:
    return counted(len(answer.links), "{n} linked account.", "{n} linked accounts.")


@blocks.register
def _(answer: LinkList, reader: Reader) -> list[Block]:
    if answer.deed is not None:
        return [section(reader.says(answer.deed))]
    if not answer.links:
        return [section(reader.says(say("No Slack account is linked yet.")))]
    return [_line(one, reader) for one in answer.links[:MOST_SHOWN]]


def _line(one: LinkLine, reader: Reader) -> Block:
    since = reader.says(say("since {day}", day=one.linked_at.date()))
    told = f"*{escaped(one.name)}* · <@{one.slack_user_id}> · {since}\n{escaped(one.email)}"
    asked = confirm(
        reader.plain(say("End this link?")),
        reader.plain(say("{name} can do nothing in Slack until linked again.", name=one.name)),
        reader.plain(say("Unlink")),
        reader.plain(say("Cancel")),
    )
    unlink = f"unlink {one.email}"
    return section(told, runs(reader.plain(say("Unlink")), unlink, "unlink", confirm=asked))


@headline.register
def _(_: ChannelCard) -> Phrase:
    return say("The channel for announcements.")


@blocks.register
def _(answer: ChannelCard, reader: Reader) -> list[Block]:
    if answer.deed is not None:
        return [section(reader.says(answer.deed))]
    if answer.channel is None:
        none = say("New results are announced in no channel. Type `channel here` in one.")
        return [section(reader.says(none))]
    where = reader.says(say("New results are announced in:"))
    return [section(f"{where} <#{answer.channel}>")]
