"""Which workspaces the bot serves, and the token of each: the operator's own, or installed ones."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk import Desk
from core.installations import Workspace, install, installation_of, revoke

if TYPE_CHECKING:
    from core.sealing import Seal

log = structlog.get_logger(__name__)

KEPT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Pass:
    """A token, and who the bot is where it is good.

    `team_id` is the workspace's id, or the id of a whole Slack organisation (Enterprise Grid) in
    all of whose workspaces the bot is installed at once.
    """

    team_id: str
    enterprise_id: str
    token: str
    bot_user_id: str

    def is_of(self, enterprise_id: str) -> bool:
        """Whether a request that names a Slack organisation, or none, can be from there."""
        return not (enterprise_id and self.enterprise_id) or enterprise_id == self.enterprise_id


class Workspaces:
    """Passes by team, kept for some minutes: no request waits for `auth.test`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        key = desk.settings.secret_key
        self.seal = _seal(key.get_secret_value()) if key is not None else None
        self._kept: dict[str, tuple[float, Pass | None]] = {}

    async def authorized(self, enterprise_id: str, team_id: str) -> AuthorizeResult | None:
        """What Bolt asks before each request; None for a workspace that is not served.

        The workspace's own installation goes before that of its Slack organisation.
        """
        for one in filter(None, (team_id, enterprise_id)):
            found = self._remembered(one)
            if found is None:
                found = await self._desk.run(partial(self.look_up, one))
            if found is not None and found.is_of(enterprise_id):
                return AuthorizeResult(
                    enterprise_id=found.enterprise_id or None,
                    team_id=found.team_id,
                    bot_user_id=found.bot_user_id,
                    bot_token=found.token,
                )
        return None

    def look_up(self, team_id: str) -> Pass | None:
        """The workspace's pass; called from threads."""
        found = self._remembered(team_id)
        if found is None:
            found = self._own(team_id) or self._installed(team_id)
            self._kept[team_id] = (time.monotonic() + KEPT_SECONDS, found)
        return found

    def revoke(self, team_id: str) -> None:
        """The workspace took the bot out."""
        self._kept.pop(team_id, None)
        with self._desk.database.transaction() as session:
            revoke(session, team_id, now=self._desk.clock())

    def forget(self, team_id: str) -> None:
        """Look the token up anew."""
        self._kept.pop(team_id, None)

    def _remembered(self, team_id: str) -> Pass | None:
        until, found = self._kept.get(team_id, (0.0, None))
        return found if until > time.monotonic() else None

    def _own(self, team_id: str) -> Pass | None:
        """The operator's token serves the one workspace that `auth.test` names."""
        secret = self._desk.settings.slack_bot_token
        if secret is None:
            return None
        token = secret.get_secret_value()
        try:
            answer = self.client(token).auth_test()
        except (SlackApiError, OSError) as error:
            log.warning("slack-not-asked", reason=type(error).__name__)
            return self._known(team_id, token)
        workspace = _workspace(answer, team_id)
        if workspace.team_id != team_id:
            return None
        self._remember(workspace)
        return Pass(team_id, workspace.enterprise_id, token, workspace.bot_user_id)

    def _known(self, team_id: str, token: str) -> Pass | None:
        """While Slack cannot be asked, the workspace that the token was for before."""
        with self._desk.database.reading() as session:
            row = installation_of(session, team_id)
            if row is None or row.sealed_token:
                return None
            return Pass(team_id, row.enterprise_id, token, row.bot_user_id)

    def _remember(self, workspace: Workspace) -> None:
        with self._desk.database.transaction() as session:
            if installation_of(session, workspace.team_id) is None:
                install(session, workspace, seal=None, now=self._desk.clock())

    def _installed(self, team_id: str) -> Pass | None:
        if self.seal is None:
            return None
        with self._desk.database.reading() as session:
            row = installation_of(session, team_id)
            if row is None or not row.sealed_token:
                return None
            token = self.seal.opened(row.sealed_token)
            return Pass(team_id, row.enterprise_id, token, row.bot_user_id)

    def client(self, token: str | None) -> WebClient:
        """A client that never repeats a call by itself: whether one was heard decides its fate."""
        url = self._desk.settings.slack_api_url
        return WebClient(token, base_url=url, retry_handlers=[], timeout=15)

    def async_client(self) -> AsyncWebClient:
        """The same for the event loop."""
        return AsyncWebClient(
            base_url=self._desk.settings.slack_api_url, retry_handlers=[], timeout=10
        )


def _workspace(answer: Any, asked: str) -> Workspace:
    """What `auth.test` says of a token; a token that is good org-wide is the organisation's."""
    enterprise_id = str(answer.get("enterprise_id") or "")
    is_org_wide = bool(enterprise_id and answer.get("is_enterprise_install"))
    return Workspace(
        enterprise_id if is_org_wide else str(answer.get("team_id") or asked),
        str(answer.get("team") or ""),
        enterprise_id,
        str(answer.get("user_id") or ""),
    )


def _seal(key: str) -> Seal:
    from core.sealing import Seal as Sealing  # nobody without a key pays for its library

    return Sealing(key)
