"""Many workspaces: the way to Slack's consent page and back, with a state that is good once."""

from __future__ import annotations

import hashlib
import hmac
import html
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode

import structlog
from slack_sdk.errors import SlackApiError

from bot.desk import Desk
from bot.manifest import SCOPES
from bot.replies import code_of
from bot.workspaces import Workspaces
from core.installations import Workspace, claim, install
from core.refusals import Refusal

log = structlog.get_logger(__name__)

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

STATE_SECONDS = 600
COOKIE = "slack-install"
AUTHORIZE = "https://slack.com/oauth/v2/authorize"

DONE = (
    "The results desk is installed. Next, an administrator of your organisation types "
    "/ielts link in Slack."
)
AGAIN = "This link is used up or was not asked for in this browser. Open /slack/install again."
NOT_HERE = "Workspaces cannot be added here: RESULTS_SLACK_CLIENT_ID is not set."
REFUSED = "Slack did not give its consent, so nothing was installed. Open /slack/install again."


class Installing:
    """The state is signed, ten minutes old at most, bound to the browser and claimed once."""

    def __init__(self, workspaces: Workspaces, desk: Desk) -> None:
        self._workspaces, self._desk = workspaces, desk
        secret = desk.settings.slack_client_secret
        self._secret = secret.get_secret_value() if secret is not None else ""

    async def serve(self, path: str, scope: MutableMapping[str, Any], send: Send) -> None:
        """Either page."""
        if not self._desk.settings.slack_client_id or not self._secret:
            await _page(send, 404, NOT_HERE)
        elif path == "install":
            await self._leave(send)
        else:
            await self._come_back(scope, send)

    async def _leave(self, send: Send) -> None:
        state = self._state(f"{int(time.time())}.{secrets.token_urlsafe(16)}")
        asked = {
            "client_id": self._desk.settings.slack_client_id,
            "scope": ",".join(SCOPES),
            "state": state,
        }
        cookie = f"{COOKIE}={state}; Max-Age={STATE_SECONDS}; Path=/slack; HttpOnly; SameSite=Lax"
        await _page(
            send,
            302,
            "",
            (b"location", f"{AUTHORIZE}?{urlencode(asked)}".encode()),
            (b"set-cookie", f"{cookie}; Secure".encode()),
        )

    async def _come_back(self, scope: MutableMapping[str, Any], send: Send) -> None:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        code, state = (query.get(name, [""])[0] for name in ("code", "state"))
        try:
            if not await self._is_ours(state, _cookie(scope)):
                await _page(send, 400, AGAIN)
            elif not code:
                await _page(send, 400, REFUSED)
            else:
                await self._desk.run(partial(self._install, code))
                await _page(send, 200, DONE)
        except SlackApiError as error:
            log.warning("slack-not-installed", reason=code_of(error))
            await _page(send, 400, REFUSED)
        except (Refusal, OSError) as error:
            await _page(send, 503, getattr(error, "message", "Slack could not be asked."))

    async def _is_ours(self, state: str, cookie: str) -> bool:
        text, _, _ = state.rpartition(".")
        born = text.partition(".")[0]
        signed = hmac.compare_digest(state.encode(), self._state(text).encode())
        same = hmac.compare_digest(state.encode(), cookie.encode())
        if not (signed and same and born.isdigit() and time.time() - int(born) < STATE_SECONDS):
            return False
        return await self._desk.run(partial(self._claimed, state))

    def _claimed(self, state: str) -> bool:
        with self._desk.database.transaction() as session:
            return claim(session, f"state:{state}", now=self._desk.clock())

    def _state(self, text: str) -> str:
        digest = hmac.new(self._secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        return f"{text}.{digest}"

    def _install(self, code: str) -> None:
        answer = self._workspaces.client(None).oauth_v2_access(
            client_id=self._desk.settings.slack_client_id or "",
            client_secret=self._secret,
            code=code,
        )
        enterprise = answer.get("enterprise") or {}
        where = answer.get("team") or {}
        if answer.get("is_enterprise_install"):  # in all workspaces at once: there is no team
            where = enterprise
        workspace = Workspace(
            team_id=where["id"],
            team_name=where.get("name") or "",
            enterprise_id=enterprise.get("id") or "",
            bot_user_id=answer.get("bot_user_id") or "",
            scopes=answer.get("scope") or "",
        )
        with self._desk.database.transaction() as session:
            install(
                session,
                workspace,
                token=answer["access_token"],
                seal=self._workspaces.seal,
                now=self._desk.clock(),
            )
        self._workspaces.forget(workspace.team_id)


def _cookie(scope: MutableMapping[str, Any]) -> str:
    for name, value in scope["headers"]:
        if name == b"cookie":
            pairs = (pair.strip().partition("=") for pair in value.decode("latin-1").split(";"))
            return next((found for key, _, found in pairs if key == COOKIE), "")
    return ""


async def _page(send: Send, status: int, text: str, *headers: tuple[bytes, bytes]) -> None:
    body = f"<!doctype html><title>Results desk</title><p>{html.escape(text)}</p>".encode()
    given = [(b"content-type", b"text/html; charset=utf-8"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": given})
    await send({"type": "http.response.body", "body": body})
