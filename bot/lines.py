"""A line from anywhere in Slack: most go to the shared grammar, two need Slack itself first."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Answers, Heard
from bot.askers import Asker
from bot.channels import Channels
from core.commands.registry import Attachment
from core.installations import OFF

CHANNEL = "channel"


class Lines:
    """Answers to lines."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.channels = Channels(answers)

    async def heard(
        self,
        client: AsyncWebClient,
        asker: Asker,
        line: str,
        attachments: tuple[Attachment, ...] = (),
        *,
        as_file: bool = False,
    ) -> Heard:
        """What came of it."""
        words = line.split()
        if words[:1] == [CHANNEL] and len(words) == 2 and words[1].lower() != OFF:  # noqa: PLR2004
            return await self.channels.choose(client, asker, words[1])
        return await self.answers.to(client, asker, line, attachments, as_file=as_file)
