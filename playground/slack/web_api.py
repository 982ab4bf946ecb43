"""The Web API's methods, as strict as Slack's: token, scope, arguments, limits, membership."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from playground.slack.block_kit import message_problems, view_problems
from playground.slack.workspace import TRIGGER_SECONDS, Conversation, Said, UploadedFile, Workspace

Arguments = dict[str, Any]
Answer = dict[str, Any]

POST_SECONDS = 1.0


class SlackError(Exception):
    """An answer with `ok: false`; `retry_after` makes it a 429."""

    def __init__(self, error: str, *, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(error)
        self.error, self.retry_after, self.more = error, retry_after, more


Method = Callable[[Workspace, Arguments], Answer]
METHODS: dict[str, tuple[str | None, Method]] = {}


def method(name: str, scope: str | None) -> Callable[[Method], Method]:
    """Register a method with the scope that its token needs."""

    def register(handler: Method) -> Method:
        METHODS[name] = (scope, handler)
        return handler

    return register


def required(arguments: Arguments, *names: str) -> list[Any]:
    """The arguments that must be there."""
    for name in names:
        if not arguments.get(name):
            raise SlackError("invalid_arguments", missing=name)
    return [arguments[name] for name in names]


@method("auth.test", None)
def _auth_test(workspace: Workspace, _: Arguments) -> Answer:
    return {
        "url": "https://exeter.slack.example/",
        "team": "Exeter",
        "team_id": workspace.team_id,
        "user": "results",
        "user_id": workspace.bot,
        "bot_id": workspace.bot_id,
        "app_id": workspace.app_id,
        **({"enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else {}),
        "is_enterprise_install": workspace.is_org_wide,
    }


@method("users.info", "users:read")
def _users_info(workspace: Workspace, arguments: Arguments) -> Answer:
    (user,) = required(arguments, "user")
    if user not in workspace.members:
        raise SlackError("user_not_found")
    return {"user": workspace.members[user].document()}


@method("conversations.open", "im:write")
def _open(workspace: Workspace, arguments: Arguments) -> Answer:
    (users,) = required(arguments, "users")
    member = workspace.members.get(users)
    if member is None:
        raise SlackError("user_not_found")
    if member.flags.get("deleted"):
        raise SlackError("user_disabled")
    return {"channel": {"id": workspace.direct(users).id}}


@method("conversations.info", "channels:read")
def _info(workspace: Workspace, arguments: Arguments) -> Answer:
    (channel,) = required(arguments, "channel")
    found = workspace.conversations.get(channel)
    if found is None or (found.is_private and workspace.bot not in found.members):
        raise SlackError("channel_not_found")
    return {"channel": found.document(workspace.bot)}


@method("chat.postMessage", "chat:write")
def _post(workspace: Workspace, arguments: Arguments) -> Answer:
    (channel,) = required(arguments, "channel")
    conversation = writable(workspace, channel)
    refuse_problems(workspace, message_problems(arguments))
    thread = arguments.get("thread_ts")
    if thread and not workspace.takes_replies(conversation.id, thread):
        raise SlackError("thread_not_found")
    spaced(workspace, conversation.id)
    ts = workspace.new_ts()
    workspace.said.append(
        Said(
            ts,
            conversation.id,
            None,
            arguments.get("text", ""),
            arguments.get("blocks", []),
            thread,
            via="chat.postMessage",
        )
    )
    return {"channel": conversation.id, "ts": ts}


@method("chat.update", "chat:write")
def _update(workspace: Workspace, arguments: Arguments) -> Answer:
    """Only what the bot posted itself, and not faster than once a second."""
    channel, ts = required(arguments, "channel", "ts")
    found = [n for n, one in enumerate(workspace.said) if (one.ts, one.channel) == (ts, channel)]
    if not found:
        raise SlackError("message_not_found")
    before = workspace.said[found[0]]
    if before.via != "chat.postMessage":
        raise SlackError("cant_update_message")
    refuse_problems(workspace, message_problems(arguments))
    spaced(workspace, f"update:{ts}")
    said = {"text": arguments.get("text", ""), "blocks": arguments.get("blocks", [])}
    workspace.said[found[0]] = replace(before, **said)
    return {"channel": channel, "ts": ts, "text": said["text"]}


@method("files.getUploadURLExternal", "files:write")
def _upload_url(workspace: Workspace, arguments: Arguments) -> Answer:
    name, length = required(arguments, "filename", "length")
    file = UploadedFile(workspace.new_id("F"), name, int(length))
    workspace.files[file.id] = file
    return {"file_id": file.id, "upload_url": f"/upload/{file.id}"}


@method("files.completeUploadExternal", "files:write")
def _complete(workspace: Workspace, arguments: Arguments) -> Answer:
    (given,) = required(arguments, "files")
    ids = [one["id"] for one in given]
    found = [workspace.files.get(one) for one in ids]
    if any(one is None or one.data is None for one in found):
        raise SlackError("file_not_found")
    conversation = writable(workspace, arguments["channel_id"])
    fresh = [one for one in found if one is not None and conversation.id not in one.shared_in]
    if fresh:
        spaced(workspace, conversation.id)
        _share(workspace, conversation, fresh, arguments)
    return {"files": [{"id": one} for one in ids]}


@method("files.info", "files:read")
def _file_info(workspace: Workspace, arguments: Arguments) -> Answer:
    (file_id,) = required(arguments, "file")
    file = workspace.files.get(file_id)
    if file is None:
        raise SlackError("file_not_found")
    shares = {
        channel: [{"ts": one.ts} for one in workspace.said if file_id in one.files]
        for channel in file.shared_in
    }
    return {"file": {"id": file.id, "name": file.name, "shares": {"private": shares}}}


def _share(
    workspace: Workspace,
    conversation: Conversation,
    files: list[UploadedFile],
    arguments: Arguments,
) -> None:
    for one in files:
        one.shared_in.append(conversation.id)
    workspace.said.append(
        Said(
            workspace.new_ts(),
            conversation.id,
            None,
            arguments.get("initial_comment", ""),
            [],
            arguments.get("thread_ts"),
            files=tuple(one.id for one in files),
            via="files.completeUploadExternal",
        )
    )


@method("views.push", None)
@method("views.open", None)
def _view_open(workspace: Workspace, arguments: Arguments) -> Answer:
    trigger, view = required(arguments, "trigger_id", "view")
    born = workspace.triggers.pop(trigger, None)
    if born is None:
        raise SlackError("exchanged_trigger_id" if ".trigger" in trigger else "invalid_trigger_id")
    if workspace.now() - born > TRIGGER_SECONDS:
        raise SlackError("expired_trigger_id")
    return {"view": kept_view(workspace, view, None)}


@method("views.update", None)
def _view_update(workspace: Workspace, arguments: Arguments) -> Answer:
    view_id, view = required(arguments, "view_id", "view")
    before = workspace.views.get(view_id)
    if before is None:
        raise SlackError("not_found")
    if arguments.get("hash") and arguments["hash"] != before["hash"]:
        raise SlackError("hash_conflict")
    return {"view": kept_view(workspace, view, view_id)}


@method("views.publish", None)
def _publish(workspace: Workspace, arguments: Arguments) -> Answer:
    user, view = required(arguments, "user_id", "view")
    if user not in workspace.members:
        raise SlackError("user_not_found")
    if view.get("type") != "home":
        raise SlackError("invalid_arguments")
    workspace.homes[user] = kept_view(workspace, view, None)
    return {"view": workspace.homes[user]}


@method("oauth.v2.access", None)
def _oauth(workspace: Workspace, arguments: Arguments) -> Answer:
    code, client_id, _ = required(arguments, "code", "client_id", "client_secret")
    if code not in workspace.install_codes:
        raise SlackError("invalid_code")
    token, scopes = workspace.install_codes.pop(code)
    grid, org_wide = workspace.enterprise_id, workspace.is_org_wide
    return {
        "app_id": workspace.app_id,
        "access_token": token,
        "token_type": "bot",
        "scope": scopes,
        "bot_user_id": workspace.bot,
        "team": None if org_wide else {"id": workspace.team_id, "name": f"Team of {client_id}"},
        "enterprise": {"id": grid, "name": "Grid"} if grid else None,
        "is_enterprise_install": org_wide,
        "authed_user": {"id": next(iter(workspace.members), "U0")},
    }


def kept_view(workspace: Workspace, view: dict[str, Any], view_id: str | None) -> dict[str, Any]:
    """The view as Slack keeps it, with id and hash; raise SlackError for one it cannot show."""
    refuse_problems(workspace, view_problems(view))
    view_id = view_id or workspace.new_id("V")
    kept = {"private_metadata": "", "callback_id": ""} | view
    installed_in = workspace.enterprise_id if workspace.is_org_wide else workspace.team_id
    kept |= {"id": view_id, "root_view_id": view_id, "team_id": workspace.team_id}
    kept["app_installed_team_id"] = installed_in
    kept["hash"] = workspace.new_ts()
    workspace.views[view_id] = kept
    return kept


def refuse_problems(workspace: Workspace, problems: list[str]) -> None:
    """Raise SlackError as Slack does for blocks that break its rules, and remember it."""
    workspace.problems += problems
    if problems == ["no_text"]:
        raise SlackError("no_text")
    if problems:
        raise SlackError("invalid_blocks", response_metadata={"messages": problems})


def writable(workspace: Workspace, channel: str) -> Conversation:
    """The conversation, if the bot may write there; a person's id means the direct one."""
    if channel in workspace.members:
        channel = workspace.direct(channel).id
    found = workspace.conversations.get(channel)
    if found is None:
        raise SlackError("channel_not_found")
    if found.is_archived:
        raise SlackError("is_archived")
    if workspace.bot not in found.members:
        raise SlackError("not_in_channel")
    return found


def spaced(workspace: Workspace, channel: str) -> None:
    """One post a second to a channel."""
    before = workspace.posted_at.get(channel)
    if before is not None and workspace.now() - before < POST_SECONDS * 0.98:
        raise SlackError("ratelimited", retry_after=1)
    workspace.posted_at[channel] = workspace.now()
