"""The manifest names every command, event and scope that the code uses, and no others."""

import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from bot.manifest import EVENTS, SCOPES, manifest
from bot.names import FAMILY, OWN_NAMES, line_of
from console.main import app
from core.commands.registry import every_command
from playground.slack.web_api import METHODS

ROOT = Path(__file__).parent.parent.parent
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))

IN_WORDS = {
    "commands": "bolt.command(",
    "files:read": "url_private_download",
    "groups:read": "conversations_info",
    "im:history": '"im"',
    "users:read.email": '"profile"',
}
"""Scopes that no method of their own asks for, and what needs them."""


def printed(*options):
    done = CliRunner().invoke(app, ["manifest", *options])
    assert done.exit_code == 0, done
    return yaml.safe_load(done.stdout)


def test_the_manifest_in_the_root_is_the_default_output():
    kept = (ROOT / "manifest.yml").read_text(encoding="utf-8")

    assert yaml.safe_load(kept) == printed() == printed("--socket") == manifest()


def test_every_command_of_its_own_exists_and_is_in_the_manifest():
    commands = [one["command"] for one in manifest()["features"]["slash_commands"]]

    assert commands == [f"/{name}" for name in (FAMILY, *OWN_NAMES)]
    assert set(OWN_NAMES) <= every_command().keys()
    for one in manifest()["features"]["slash_commands"]:
        assert len(one["description"]) <= 100
        assert len(one.get("usage_hint", "")) <= 1000
    for one in manifest()["features"]["shortcuts"]:
        assert len(one["name"]) <= 24


def test_http_gives_every_part_its_address():
    made = printed("--http", "https://results.uni.example/", "--prefix", "exeter-")
    url = "https://results.uni.example/slack/events"

    assert {one["url"] for one in made["features"]["slash_commands"]} == {url}
    assert made["features"]["slash_commands"][1]["command"] == "/exeter-verify"
    assert made["settings"]["event_subscriptions"]["request_url"] == url
    assert made["settings"]["interactivity"]["request_url"] == url
    assert made["oauth_config"]["redirect_urls"] == [
        "https://results.uni.example/slack/oauth_redirect"
    ]
    assert not made["settings"]["socket_mode_enabled"]


def test_it_may_be_installed_for_all_workspaces_at_once_only_if_that_is_asked_for():
    assert printed("--org-wide")["settings"]["org_deploy_enabled"]
    assert not printed()["settings"]["org_deploy_enabled"]


@pytest.mark.parametrize(
    "options", [("--http", "http://results.uni.example"), ("--socket", "--http", "https://x.y")]
)
def test_what_slack_would_not_take_is_refused(options):
    assert CliRunner().invoke(app, ["manifest", *options]).exit_code != 0


def test_every_scope_is_used_and_every_method_has_its_scope():
    called = {name for name in METHODS if re.search(rf"\b{name.replace('.', '_')}\b", SOURCE)}
    needed = {METHODS[name][0] for name in called} - {None}

    assert needed | IN_WORDS.keys() == set(SCOPES)
    for scope, words in IN_WORDS.items():
        assert words in SOURCE, scope


def test_every_event_has_a_listener():
    heard = set(re.findall(r'\("(\w+)", events\.', SOURCE))

    assert heard == {name.partition(".")[0] for name in EVENTS}


def test_a_command_becomes_a_line_of_the_shared_grammar():
    assert line_of("/verify", " 25GB  ", "") == "verify 25GB"
    assert line_of("/ielts", "", "") == "help"
    assert line_of("/x-ielts", "templates", "x-") == "templates"
    assert line_of("/ielts", 'templates show "A &amp; B &lt;"', "") == 'templates show "A & B <"'
    assert line_of("/other", "", "") is None
