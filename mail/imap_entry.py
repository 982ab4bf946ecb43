"""The way into a mailbox: a connection, and who we are."""

from __future__ import annotations

import ssl

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from core.settings import Settings
from mail.imap_address import ImapAddress
from mail.oauth import AccessTokens, NoTokenError

TIMEOUT_SECONDS = 60.0

CANNOT_ENTER = (IMAPClientError, NoTokenError, OSError)
"""What `entered` raises."""


def tokens_of(settings: Settings) -> AccessTokens | None:
    """Where access tokens come from; None where there is a password instead."""
    url = settings.imap_oauth_token_url
    return None if url is None else AccessTokens(url, settings)


def entered(at: ImapAddress, tokens: AccessTokens | None) -> IMAPClient:
    """A client that is logged in."""
    client = IMAPClient(
        at.host,
        port=at.port,
        ssl=at.encrypted,
        ssl_context=ssl.create_default_context() if at.encrypted else None,
        timeout=TIMEOUT_SECONDS,
    )
    try:
        _log_in(client, at, tokens)
    except CANNOT_ENTER:
        client.shutdown()
        raise
    return client


def _log_in(client: IMAPClient, at: ImapAddress, tokens: AccessTokens | None) -> None:
    """A token that the server refuses may have been revoked: one new one is asked for."""
    if tokens is None:
        in_any_letters = client.has_capability("AUTH=PLAIN")
        log_in = client.plain_login if in_any_letters else client.login
        log_in(at.user, at.password)
        return
    try:
        client.oauth2_login(at.user, tokens.token())
    except LoginError:
        client.oauth2_login(at.user, tokens.token(fresh=True))
