"""Every answer of every command, and every notice for Slack, has its blocks."""

from typing import get_args, get_type_hints

import pytest

from bot.blocks.notices import notice
from bot.blocks.render import blocks, load_renderings
from core.commands.registry import every_command
from core.notices import ConfirmAddress, Invitation, LinkCode, Notice, SettingsChanged

BY_MAIL_ONLY = {Invitation, LinkCode, ConfirmAddress, SettingsChanged}
"""They prove whose an address is, or warn its owner of what somebody did in Slack."""

COMMANDS = list(every_command().values())


@pytest.mark.parametrize("one", COMMANDS, ids=[one.name for one in COMMANDS])
def test_every_answer_is_rendered(one):
    load_renderings()
    returned = get_type_hints(one.call)["return"]

    for answer in get_args(returned) or (returned,):
        assert blocks.dispatch(answer) is not blocks.dispatch(object), answer


@pytest.mark.parametrize("told", [one for one in get_args(Notice) if one not in BY_MAIL_ONLY])
def test_every_notice_by_slack_is_rendered(told):
    assert notice.dispatch(told) is not notice.dispatch(object)
