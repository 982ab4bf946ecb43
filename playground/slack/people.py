"""What people do in Slack, sent to the application as Slack sends it, over either transport."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

from playground.slack.block_kit import message_problems
from playground.slack.sending import Exchange, Sending
from playground.slack.web_api import SlackError, kept_view, refuse_problems
from playground.slack.workspace import (
    RESPONSE_URL_SECONDS,
    RESPONSE_URL_USES,
    ResponseUrl,
    Said,
    UploadedFile,
)


class People(Sending):
    """The side of Slack that people see."""

    retry_delays: tuple[float, ...] = (0.0, 0.1, 0.2)
    """Before each repetition of an event that was not acknowledged; Slack's are 0, 60, 300."""

    def slash(
        self, user: str, command: str, text: str = "", channel: str = "C0OPEN", **more: Any
    ) -> Exchange:
        """Somebody types a slash command."""
        payload = {
            "command": command,
            "text": text,
            **self._place(user, channel),
            "user_name": "somebody",
            "trigger_id": self.workspace.new_trigger(),
            "response_url": self._response_url(user, channel),
            **more,
        }
        exchange = self.wait(self._deliver("slash_commands", payload, urlencode(payload)))
        self._answered(exchange, user, channel, "acknowledgement")
        return exchange

    def click(self, user: str, where: Said | dict[str, Any], action: dict[str, Any]) -> Exchange:
        """Somebody uses an element of a message or a view."""
        payload = self._interaction("block_actions", user) | {
            "actions": [action | {"action_ts": self.workspace.new_ts()}]
        }
        if isinstance(where, Said):
            payload |= self._of_message(user, where)
        else:
            payload |= {"view": where, "container": {"type": "view", "view_id": where["id"]}}
        return self._interact(payload)

    def submit(self, user: str, view: dict[str, Any], values: dict[str, Any]) -> Exchange:
        """Somebody submits a modal; `values` by block id, each an element's state."""
        state = {block: {"value": one} for block, one in values.items()}
        submitted = view | {"state": {"values": state}}
        payload = self._interaction("view_submission", user) | {"view": submitted}
        exchange = self._interact(payload)
        answer = exchange.document
        if answer.get("response_action") in {"update", "push"}:
            kept_view(self.workspace, answer["view"], view["id"])
        return exchange

    def shortcut(self, user: str, callback_id: str) -> Exchange:
        """Somebody uses a global shortcut."""
        payload = self._interaction("shortcut", user) | {"callback_id": callback_id}
        return self._interact(payload)

    def message_shortcut(
        self, user: str, callback_id: str, text: str, channel: str = "C0OPEN", **message: Any
    ) -> Exchange:
        """Somebody uses a shortcut of a message; `message` is what else Slack says of it."""
        payload = self._interaction("message_action", user) | {
            "callback_id": callback_id,
            "channel": {"id": channel, "name": "somewhere"},
            "message": {"type": "message", "text": text, "user": user, "ts": "1.0"} | message,
            "message_ts": "1.0",
            "response_url": self._response_url(user, channel),
        }
        return self._interact(payload)

    def event(self, event: dict[str, Any], *, event_id: str = "", **more: Any) -> list[Exchange]:
        """Something happens; sent again, with the headers of repetitions, until acknowledged."""
        payload = {
            "type": "event_callback",
            "team_id": self.workspace.team_id,
            "api_app_id": self.workspace.app_id,
            "event": event | {"event_ts": self.workspace.new_ts()},
            "event_id": event_id or self.workspace.new_id("Ev"),
            "event_time": int(time.time()),
            "authorizations": [self._authorization()],
            **self._grid(),
            **more,
        }
        exchanges = [self._send_event(payload, 0)]
        for attempt, delay in enumerate(self.retry_delays, start=1):
            if exchanges[-1].acknowledged or "x-slack-no-retry" in exchanges[-1].headers:
                break
            time.sleep(delay)
            exchanges.append(self._send_event(payload, attempt))
        return exchanges

    def uploads(self, user: str, name: str, data: bytes) -> dict[str, Any]:
        """Somebody puts a file into Slack; as events and views describe it."""
        file = UploadedFile(self.workspace.new_id("F"), name, len(data), data)
        self.workspace.files[file.id] = file
        return {
            "id": file.id,
            "name": name,
            "user": user,
            "size": len(data),
            "url_private_download": f"{self.base_url}/files/{file.id}",
        }

    def drops(self, user: str, name: str, data: bytes, text: str = "") -> list[Exchange]:
        """Somebody drops a file on the bot."""
        return self.event(
            {
                "type": "message",
                "subtype": "file_share",
                "channel": self.workspace.direct(user).id,
                "channel_type": "im",
                "user": user,
                "text": text,
                "files": [self.uploads(user, name, data)],
                "ts": self.workspace.new_ts(),
            }
        )

    def answered_by_url(self, hook: str, message: dict[str, Any]) -> dict[str, Any]:
        """An answer to a response_url: for one person unless it says `in_channel`."""
        known = self.workspace.response_urls.get(hook)
        if known is None or self.workspace.now() - known.born > RESPONSE_URL_SECONDS:
            raise SlackError("expired_url")
        known.uses += 1
        if known.uses > RESPONSE_URL_USES:
            raise SlackError("used_url")
        try:
            self._say(message, known.user, known.channel, "response_url")
        except SlackError as error:
            return {"ok": False, "error": error.error} | error.more
        return {"ok": True}

    def _authorization(self) -> dict[str, Any]:
        """For which installation an event is; org-wide ones are of no workspace."""
        org_wide = self.workspace.is_org_wide
        return {
            "enterprise_id": self.workspace.enterprise_id or None,
            "team_id": None if org_wide else self.workspace.team_id,
            "user_id": self.workspace.bot,
            "is_bot": True,
            "is_enterprise_install": org_wide,
        }

    def _grid(self) -> dict[str, Any]:
        """What is in a request only from a workspace of an Enterprise Grid."""
        enterprise_id = self.workspace.enterprise_id
        return {"enterprise_id": enterprise_id} if enterprise_id else {}

    def _place(self, user: str, channel: str) -> dict[str, Any]:
        member = self.workspace.members.get(user)
        return {
            "team_id": member.team_id if member else self.workspace.team_id,
            "team_domain": "exeter",
            "api_app_id": self.workspace.app_id,
            "user_id": user,
            "channel_id": channel,
            "channel_name": "directmessage" if channel.startswith("D") else "somewhere",
            **self._grid(),
            "is_enterprise_install": str(self.workspace.is_org_wide).lower(),
        }

    def _interaction(self, kind: str, user: str) -> dict[str, Any]:
        member = self.workspace.members.get(user)
        team_id = member.team_id if member else self.workspace.team_id
        grid, org_wide = self.workspace.enterprise_id, self.workspace.is_org_wide
        return {
            "type": kind,
            "team": None if org_wide else {"id": team_id, "domain": "exeter", **self._grid()},
            "enterprise": {"id": grid, "name": "Grid"} if grid else None,
            "is_enterprise_install": org_wide,
            "user": {"id": user, "team_id": team_id, "username": "somebody"},
            "api_app_id": self.workspace.app_id,
            "trigger_id": self.workspace.new_trigger(),
        }

    def _of_message(self, user: str, said: Said) -> dict[str, Any]:
        ephemeral = said.only_for is not None
        return {
            "channel": {"id": said.channel, "name": "somewhere"},
            "container": {
                "type": "message",
                "message_ts": said.ts,
                "channel_id": said.channel,
                "is_ephemeral": ephemeral,
            },
            "message": {"ts": said.ts, "text": said.text, "blocks": said.blocks},
            "response_url": self._response_url(user, said.channel),
        }

    def _response_url(self, user: str, channel: str) -> str:
        hook = self.workspace.new_id("H")
        self.workspace.response_urls[hook] = ResponseUrl(channel, user, self.workspace.now())
        return f"{self.base_url}/hooks/{hook}"

    def _interact(self, payload: dict[str, Any]) -> Exchange:
        body = urlencode({"payload": json.dumps(payload)})
        return self.wait(self._deliver("interactive", payload, body))

    def _send_event(self, payload: dict[str, Any], attempt: int) -> Exchange:
        retried = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"}
        headers = {"Content-Type": "application/json"} | (retried if attempt else {})
        body = json.dumps(payload)
        return self.wait(self._deliver("events_api", payload, body, headers, attempt))

    def _answered(self, exchange: Exchange, user: str, channel: str, via: str) -> None:
        if exchange.document:
            self._say(exchange.document, user, channel, via)
        elif exchange.acknowledged and exchange.body:
            self._say({"text": exchange.body}, user, channel, via)

    def _say(self, message: dict[str, Any], user: str, channel: str, via: str) -> None:
        """A direct channel is its own; elsewhere only the user sees it unless `in_channel`."""
        refuse_problems(self.workspace, message_problems(message))
        everybody = message.get("response_type") == "in_channel"
        self.workspace.said.append(
            Said(
                self.workspace.new_ts(),
                channel,
                None if everybody else user,
                message.get("text", ""),
                message.get("blocks", []),
                via=via,
            )
        )
