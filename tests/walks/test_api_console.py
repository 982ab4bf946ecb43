"""An operator hands out a key and a webhook, and takes them back."""

import json

import pytest

from tests.walks.terminal import Terminal


@pytest.fixture
def terminal(tmp_path, sqlite_url):
    terminal = Terminal(tmp_path, sqlite_url)
    terminal.type(
        "org", "add", "Exeter", "--account-name", "University of Exeter", "--address", "A|B"
    )
    return terminal


def test_a_key_is_shown_once_listed_and_revoked(terminal):
    added = terminal.json("key", "add", "Exeter", "--name", "Slate", "--scope", "read")
    assert added["key"].startswith("rb_")
    assert added["scopes"] == ["read"]

    listed = terminal.type("key", "list").stdout
    assert "Slate" in listed
    assert "valid" in listed
    assert "never" in listed
    assert added["key"] not in listed + terminal.type("key", "list", "--json").stdout
    terminal.type("key", "revoke", str(added["id"]))
    assert "revoked" in terminal.type("key", "list").stdout
    terminal.type("key", "revoke", "99", exits=4)
    terminal.type("key", "add", "Exter", "--name", "Slate", exits=4)
    terminal.type("key", "add", "Exeter", "--name", " ", exits=2)


def test_a_webhook_is_added_listed_replayed_and_removed(terminal):
    added = terminal.json("webhook", "add", "Exeter", "https://crm.example/hook")
    assert added["secret"].startswith("whsec_")

    assert "active" in terminal.type("webhook", "list").stdout
    assert added["secret"] not in terminal.type("webhook", "list", "--json").stdout
    replayed = terminal.json("webhook", "replay", str(added["id"]), "--since", "2026-11-01")
    assert replayed == {"replayed": {"webhook": added["id"], "events": 0}}
    terminal.type("webhook", "remove", str(added["id"]))
    assert json.loads(terminal.type("webhook", "list", "--json").stdout) == {"webhooks": []}
    terminal.type("webhook", "replay", str(added["id"]), exits=4)
    terminal.type("webhook", "add", "Exeter", "http://crm.example/hook", exits=2)
    terminal.type("webhook", "add", "Exeter", "https://crm.example/hook", "--json")
    terminal.type("webhook", "add", "Exeter", "https://crm.example/hook", exits=5)
