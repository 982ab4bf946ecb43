"""Users as blocks."""

from __future__ import annotations

from bot.blocks.kit import (
    LONGEST_VALUE,
    MOST_OPTIONS,
    RUN,
    Block,
    Reader,
    actions,
    confirm,
    context,
    escaped,
    opens,
    option,
    plain_text,
    runs,
    section,
)
from bot.blocks.render import blocks, headline
from core.phrases import Phrase, counted, say
from core.terms import Role
from core.users import UserLine, UserList
from core.wording import ROLES

MOST_SHOWN = 40


@headline.register
def _(answer: UserList) -> Phrase:
    return counted(len(answer.users), "{n} user.", "{n} users.")


@blocks.register
def _(answer: UserList, reader: Reader) -> list[Block]:
    if answer.deed is not None:
        return [section(reader.says(answer.deed))]
    shown = [_line(one, reader) for one in answer.users[:MOST_SHOWN]]
    left = len(answer.users) - MOST_SHOWN
    if left > 0:
        more = counted(left, "{n} more is not shown here.", "{n} more are not shown here.")
        shown.append(context(reader.says(more)))
    create = opens(reader.plain(say("Create a user")), "user", style="primary")
    return [*shown, *_promotion(answer, reader), actions(create)]


def _line(one: UserLine, reader: Reader) -> Block:
    role = say("Primary Administrator") if one.primary else ROLES[one.role]
    name = f"*{escaped(one.first_name)} {escaped(one.family_name)}*"
    told = f"{name} · {reader.says(role)}\n{escaped(one.email)}"
    return section(told) if one.primary else section(told, _deed(one, reader))


def _promotion(answer: UserList, reader: Reader) -> list[Block]:
    """Whoever is a user may be chosen for a backup Administrator."""
    lines = {f"users promote {one.email}": one for one in answer.users if one.role is Role.USER}
    offered = [
        option(f"{one.first_name} {one.family_name} ({one.email})", line)
        for line, one in lines.items()
        if len(line) <= LONGEST_VALUE
    ][:MOST_OPTIONS]
    if not offered:
        return []
    asked = confirm(
        reader.plain(say("Make this user an Administrator?")),
        reader.plain(say("Administrators create, change and delete users.")),
        reader.plain(say("Make an Administrator")),
        reader.plain(say("Cancel")),
    )
    choice = {
        "type": "static_select",
        "action_id": f"{RUN}:promote",
        "placeholder": plain_text(reader.plain(say("Choose a user"))),
        "options": offered,
        "confirm": asked,
    }
    return [section(reader.says(say("Make a user a backup Administrator:")), choice)]


def _deed(one: UserLine, reader: Reader) -> Block:
    """Administrators are made users first; users are deleted."""
    if one.role is Role.ADMINISTRATOR:
        return runs(reader.plain(say("Make a user")), f"users demote {one.email}", "demote")
    asked = confirm(
        reader.plain(say("Delete this user?")),
        reader.plain(say("{name} loses every right at once.", name=one.email)),
        reader.plain(say("Delete")),
        reader.plain(say("Cancel")),
    )
    remove = f"users remove {one.email}"
    return runs(reader.plain(say("Delete")), remove, "remove", style="danger", confirm=asked)
