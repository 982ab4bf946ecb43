"""The Home tab, by the user's start page: what is new, the last downloads, and what to set up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlmodel import Session

from bot.blocks.downloads import download_buttons, download_lines, new_results
from bot.blocks.kit import (
    Block,
    Reader,
    actions,
    button,
    context,
    divider,
    header,
    opens,
    runs,
    section,
    warnings,
)
from bot.blocks.preferences import summary
from bot.blocks.templates import template_line
from core import delivery, installations, links, preferences, templates, users
from core.actors import Actor
from core.delivery import ResultsSummary
from core.phrases import Phrase, counted, say
from core.preference_cards import NotificationCard, SettingsCard
from core.template_cards import TemplateList
from core.terms import Role, Service, StartPage

REFRESH = "home:refresh"
MOST_TEMPLATES = 10


@dataclass(frozen=True, slots=True)
class SetUp:
    """What an administrator still has to do, by how much is done."""

    users: int
    linked: int
    channel: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the Home tab shows, as it was at `at`."""

    actor: Actor
    results: ResultsSummary
    templates: TemplateList
    notifications: NotificationCard
    settings: SettingsCard
    set_up: SetUp | None
    at: datetime


def page(session: Session, actor: Actor, *, now: datetime) -> Page:
    """Read it in one go."""
    return Page(
        actor,
        delivery.results(session, actor),
        templates.list_templates(session, actor),
        preferences.show_notifications(session, actor),
        preferences.set_settings(session, actor, now=now),
        _set_up(session, actor, now) if actor.role is Role.ADMINISTRATOR else None,
        now,
    )


def _set_up(session: Session, actor: Actor, now: datetime) -> SetUp:
    return SetUp(
        len(users.list_users(session, actor).users),
        len(links.linked_users(session, actor).links),
        installations.set_channel(session, actor, None, now=now).channel,
    )


def home_view(shown: Page, reader: Reader) -> dict[str, Any]:
    """The Home tab of a linked user."""
    verifying, results = _verifying(reader), _results(shown, reader)
    first = shown.settings.start is StartPage.VERIFICATION
    blocks = [*verifying, *results] if first else [*results, *verifying]
    blocks += [divider(), *_templates(shown, reader)]
    blocks += [divider(), *_preferences(shown, reader)]
    if shown.set_up is not None:
        blocks += [divider(), *_administration(shown.set_up, reader)]
    return _view([*blocks, divider(), *_as_of(shown, reader)])


def stranger_view(message: str, reader: Reader, *more: Block) -> dict[str, Any]:
    """The Home tab of somebody who cannot do anything yet, with what to do."""
    return _view([header(reader.plain(say("IELTS results"))), section(reader.says(message)), *more])


def _view(blocks: list[Block]) -> dict[str, Any]:
    return {"type": "home", "blocks": blocks}


def _verifying(reader: Reader) -> list[Block]:
    verify = opens(reader.plain(say("Verify a Test Report Form")), "verify", style="primary")
    report = opens(reader.plain(say("Report a suspect form")), "report")
    return [header(reader.plain(say("Verification"))), actions(verify, report)]


def _results(shown: Page, reader: Reader) -> list[Block]:
    blocks = [header(reader.plain(say("Results")))]
    if shown.actor.service is Service.VERIFICATION:
        return [*blocks, *warnings(shown.results.notes, reader)]
    blocks.append(section(f"*{reader.says(new_results(shown.results.new))}*"))
    blocks += warnings(shown.results.notes, reader)
    if shown.results.new:
        blocks.append(actions(*download_buttons(reader)))
    if shown.results.downloads:
        blocks.append(section(f"*{reader.says(say('Last downloads'))}*"))
        blocks += download_lines(shown.results.downloads, reader)
    return blocks


def _templates(shown: Page, reader: Reader) -> list[Block]:
    cards = shown.templates.cards[:MOST_TEMPLATES]
    create = opens(reader.plain(say("Create a template")), "template")
    every = runs(reader.plain(say("All templates")), "templates", "templates")
    return [
        header(reader.plain(say("Templates"))),
        *(template_line(one, reader) for one in (*cards, shown.templates.standard)),
        actions(create, every),
    ]


def _preferences(shown: Page, reader: Reader) -> list[Block]:
    return [
        header(reader.plain(say("Settings"))),
        section(summary(shown.notifications, reader)),
        actions(
            opens(reader.plain(say("Notifications")), "notifications"),
            opens(reader.plain(say("Start page and language")), "settings"),
            runs(reader.plain(say("Files by mail")), "attachments", "attachments"),
            runs(reader.plain(say("Help")), "help", "help"),
        ),
    ]


def _administration(set_up: SetUp, reader: Reader) -> list[Block]:
    people = counted(set_up.users, "{n} user", "{n} users")
    linked = counted(set_up.linked, "{n} of them linked to Slack", "{n} of them linked to Slack")
    steps = [
        _step(set_up.linked > 0, say("Your Slack account is linked."), reader),
        _step(set_up.users > 1, say("A second person is enrolled."), reader),
        _step(
            set_up.channel is not None,
            say("A channel hears of new results.")
            if set_up.channel is not None
            else say("A channel hears of new results: type `channel here` in it."),
            reader,
        ),
    ]
    return [
        header(reader.plain(say("Administration"))),
        section(f"{reader.says(people)}, {reader.says(linked)}"),
        section("\n".join(steps)),
        actions(
            opens(reader.plain(say("Create a user")), "user"),
            runs(reader.plain(say("Users")), "users", "users"),
            runs(reader.plain(say("Linked accounts")), "links", "links"),
        ),
    ]


def _step(done: bool, text: Phrase, reader: Reader) -> str:
    return f"{':white_check_mark:' if done else ':white_large_square:'} {reader.says(text)}"


def _as_of(shown: Page, reader: Reader) -> list[Block]:
    there = shown.at.astimezone(ZoneInfo(shown.actor.time_zone))
    when = format_datetime(there, "medium", locale=reader.language.locale)
    return [
        context(reader.says(say("As of {when} ({zone})", when=when, zone=shown.actor.time_zone))),
        actions(button(reader.plain(say("Refresh")), REFRESH)),
    ]
