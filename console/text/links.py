"""Slack accounts and the organisation's channel as text."""

from __future__ import annotations

from console.text.render import table, text
from core.installations import ChannelCard
from core.links import LinkCard, LinkList
from core.phrases import in_language, say
from core.terms import Language


@text.register
def _(answer: LinkCard, language: Language) -> str:
    return in_language(answer.message, language)


@text.register
def _(answer: LinkList, language: Language) -> str:
    if answer.deed is not None:
        return in_language(answer.deed, language)
    if not answer.links:
        return in_language(say("No Slack account is linked yet."), language)
    titles = [say("Name"), say("Email"), say("Slack account"), say("Since")]
    rows = [
        [one.name, one.email, one.slack_user_id, f"{one.linked_at:%Y-%m-%d}"]
        for one in answer.links
    ]
    return table([titles, *rows], language)


@text.register
def _(answer: ChannelCard, language: Language) -> str:
    if answer.deed is not None:
        return in_language(answer.deed, language)
    if answer.channel is None:
        return in_language(say("New results are announced in no channel."), language)
    where = say("New results are announced in the channel {channel}.", channel=answer.channel)
    return in_language(where, language)
