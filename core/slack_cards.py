"""Which message in Slack showed what to whom, so that a change is told in its thread.

Kept are direct messages, and masked cards that were shared in a channel: under an answer that one
person alone sees, Slack has no threads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from typing import Any

from sqlalchemy import Select, insert, or_, select
from sqlmodel import Session, col

from core.notices import Digest, ManyNewResults, NewResult, ResultsChanged, WatchHit
from core.tables import Change, Delivery, Result, SlackCard
from core.transports import Message
from core.verification_cards import VerificationCard, VerificationTable

MOST_FOUND = 10_000
"""Cards that one arrival's changes are looked up for: a mass correction is told in one message."""

Reader = tuple[int, str]
"""A user, and the conversation in which something was shown to them."""

_Cards = Select[int | None, int, str, str, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message shows: numbers, or the file of a download with all of its own."""

    numbers: tuple[str, ...] = ()
    download_id: int | None = None


@singledispatch
def shown_in(told: Any) -> Shown:
    """What a notice or an answer shows, if a thread can hang under it; registered by type."""
    del told
    return Shown()


@shown_in.register
def _(told: VerificationCard) -> Shown:
    return Shown((told.trf_number,))


@shown_in.register
def _(told: VerificationTable) -> Shown:
    return Shown(tuple(one.trf_number for one in told.cards))


@shown_in.register(NewResult)
@shown_in.register(WatchHit)
def _(told: NewResult | WatchHit) -> Shown:
    return Shown((told.record.trf_number,))


@shown_in.register
def _(told: ManyNewResults) -> Shown:
    return Shown(tuple(one.trf_number for one in told.records))


@shown_in.register
def _(told: Digest) -> Shown:
    if told.download_id is not None:
        return Shown(download_id=told.download_id)
    return Shown(tuple(one.trf_number for one in told.records))


@shown_in.register
def _(told: ResultsChanged) -> Shown:
    """Under what stands in a thread itself no thread can hang."""
    numbers = tuple(one.record.trf_number for one in told.results)
    return Shown() if told.thread else Shown(numbers)


def keep_sent(session: Session, message: Message, external_id: str, *, now: datetime) -> None:
    """Remember what a person was shown by a notice that is there now under this id."""
    person = message.recipient
    if person is not None:
        reader = person.user_id, message.lane
        shown = shown_in(message.notice)
        keep(session, reader, person.organisation_id, external_id, shown, now=now)


def keep(
    session: Session,
    reader: Reader,
    organisation_id: int,
    external_id: str,
    shown: Shown,
    *,
    now: datetime,
) -> None:
    """Remember what the message of this id shows."""
    user_id, lane = reader
    card = {
        "organisation_id": organisation_id,
        "user_id": user_id,
        "lane": lane,
        "message": external_id,
        "shown_at": now,
    }
    rows = [card | {"trf_number": number, "download_id": None} for number in shown.numbers]
    if shown.download_id is not None:
        rows.append(card | {"trf_number": None, "download_id": shown.download_id})
    if rows and external_id:
        session.execute(insert(SlackCard), rows)


def messages_of(session: Session, arrival_id: int) -> Mapping[Reader, Mapping[int, str]]:
    """For each reader the results that an arrival changed, with the last message that showed it."""
    found: defaultdict[Reader, dict[int, str]] = defaultdict(dict)
    cards = [
        card
        for which in (_by_number(), _by_download())
        for card in session.execute(
            which.where(col(Change.arrival_id) == arrival_id).distinct().limit(MOST_FOUND + 1)
        )
    ]
    if len(cards) <= MOST_FOUND:
        for _, user_id, lane, message, result_id in sorted(cards):
            found[user_id, lane][result_id] = message
    return found


def shared_of(session: Session, arrival_id: int) -> Sequence[tuple[int, str, str]]:
    """Organisation, channel and message of what was shared of the results that an arrival changed.

    In a channel's card stands who shared it; a person's own conversation is named by the person.
    """
    c = SlackCard
    cards = _by_number().where(
        col(Change.arrival_id) == arrival_id,
        or_(col(c.lane).contains(":C"), col(c.lane).contains(":G")),
    )
    found = cards.with_only_columns(col(c.organisation_id), col(c.lane), col(c.message))
    return [tuple(row) for row in session.execute(found.distinct().limit(MOST_FOUND))]


def message_of(session: Session, reader: Reader, number: str) -> str | None:
    """The last message that showed a number to a reader."""
    user_id, lane = reader
    return session.scalars(
        select(col(SlackCard.message))
        .where(
            col(SlackCard.trf_number) == number,
            col(SlackCard.user_id) == user_id,
            col(SlackCard.lane) == lane,
        )
        .order_by(col(SlackCard.id).desc())
        .limit(1)
    ).first()


def _by_number() -> _Cards:
    return (
        _cards()
        .join(Result, col(Result.trf_number) == col(SlackCard.trf_number))
        .join(Change, col(Change.result_id) == col(Result.id))
    )


def _by_download() -> _Cards:
    return (
        _cards()
        .join(Delivery, col(Delivery.download_id) == col(SlackCard.download_id))
        .join(Change, col(Change.result_id) == col(Delivery.result_id))
    )


def _cards() -> _Cards:
    c = SlackCard
    columns = (col(c.id), col(c.user_id), col(c.lane), col(c.message), col(Change.result_id))
    return select(*columns).select_from(SlackCard)
