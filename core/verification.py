"""Look-ups of Test Report Forms: any record, delivered to us or not, by number alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from sqlmodel import Session

from core import quotas
from core.actors import Actor
from core.comparison import Claims
from core.database import Database
from core.endpoints import has_any
from core.live_checks import checks_of
from core.look_ups import find_many
from core.prepared import PreparedInsert
from core.retakes import Retake, retakes
from core.settings import Settings
from core.tables import AuditEvent, Verification
from core.terms import Outcome
from core.together import Together, together
from core.trf_numbers import TrfNumber
from core.verification_cards import VerificationCard, VerificationTable, card_of

_VERIFICATION = PreparedInsert(Verification.__table__)  # type: ignore[attr-defined]
_EVENT = PreparedInsert(AuditEvent.__table__)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class LookUp:
    """Numbers that one actor asks for, and what the copies show; the order is the answer's."""

    actor: Actor
    numbers: Sequence[TrfNumber]
    claims: Mapping[TrfNumber, Claims | None] = field(default_factory=dict)


def verify(
    session: Session,
    actor: Actor,
    number: TrfNumber,
    *,
    claims: Claims | None = None,
    now: datetime,
    settings: Settings,
) -> VerificationCard:
    """Look one number up and hold claims against its record; raise Refusal over a limit."""
    asked = LookUp(actor, [number], {number: claims})
    (table,) = verify_all(session, [asked], now=now, settings=settings)
    return table.cards[0]


def verify_many(
    session: Session,
    actor: Actor,
    numbers: Sequence[TrfNumber],
    *,
    claims: Mapping[TrfNumber, Claims | None] | None = None,
    now: datetime,
    settings: Settings,
) -> VerificationTable:
    """Look many numbers up at once; raise Refusal, before any look-up, over a limit."""
    asked = LookUp(actor, numbers, claims or {})
    (table,) = verify_all(session, [asked], now=now, settings=settings)
    return table


def verify_all(
    session: Session, asked: Sequence[LookUp], *, now: datetime, settings: Settings
) -> list[VerificationTable]:
    """What several people ask at the same time, by as few statements as for one of them.

    A number that one of them asks for twice is looked up, counted and audited once. Raise
    Refusal, before any look-up, where somebody is over a limit.
    """
    wanted = [dict.fromkeys(one.numbers) for one in asked]
    spending = [(one.actor, len(numbers)) for one, numbers in zip(asked, wanted, strict=True)]
    quotas.spend(session, spending, now=now, settings=settings)
    distinct = set(chain(*wanted))
    found, live = find_many(session, distinct), checks_of(session, distinct, settings)
    made = [
        (one.actor, card_of(number, found.get(number), one.claims.get(number), now, live))
        for one, numbers in zip(asked, wanted, strict=True)
        for number in numbers
    ]
    made = _paired(session, made)
    _keep(session, made, now)
    cards = iter([card for _, card in made])
    by_number = [dict(zip(numbers, cards)) for numbers in wanted]  # noqa: B905  theirs come next
    return [
        VerificationTable(tuple(cards_of[number] for number in one.numbers))
        for one, cards_of in zip(asked, by_number, strict=True)
    ]


def shared_look_ups(
    database: Database, settings: Settings, clock: Callable[[], datetime]
) -> Together[LookUp, VerificationTable]:
    """`verify_all` for threads: what they ask for at the same time is one transaction."""

    def answers(asked: Sequence[LookUp]) -> Sequence[VerificationTable | Exception]:
        return together(database, asked, partial(verify_all, now=clock(), settings=settings))

    return Together(answers)


Made = list[tuple[Actor, VerificationCard]]


def _paired(session: Session, made: Made) -> Made:
    """The cards with the other forms of their records' test days."""
    pairs = {
        (organisation, result): forms
        for organisation, cards in _by_organisation(made).items()
        for result, forms in retakes(
            session, organisation, [card.record for card in cards if card.record is not None]
        ).items()
    }
    if not pairs:
        return made
    return [(actor, _with_retakes(card, actor, pairs)) for actor, card in made]


def _with_retakes(
    card: VerificationCard, actor: Actor, pairs: Mapping[tuple[int, int], tuple[Retake, ...]]
) -> VerificationCard:
    result = card.record.result_id if card.record is not None else 0
    forms = pairs.get((actor.organisation_id, result))
    return card if forms is None else replace(card, retakes=forms)


def _by_organisation(made: Made) -> Mapping[int, list[VerificationCard]]:
    grouped: defaultdict[int, list[VerificationCard]] = defaultdict(list)
    for actor, card in made:
        grouped[actor.organisation_id].append(card)
    return grouped


def _keep(session: Session, made: Made, now: datetime) -> None:
    """Who relied on which record, and the audit trail."""
    quotas.count_misses(
        session, [actor for actor, card in made if card.outcome is Outcome.NO_MATCH], now=now
    )
    _VERIFICATION.run_many(session, (_verification(actor, card, now) for actor, card in made))
    _EVENT.run_many(session, (_event(actor, card, now) for actor, card in made))
    for organisation, cards in _by_organisation(made).items():
        if has_any(session, organisation):
            from core.webhooks import owe_verifications  # the command line starts without it

            owe_verifications(session, organisation, [one.trf_number for one in cards], now=now)


def _verification(actor: Actor, card: VerificationCard, now: datetime) -> dict[str, Any]:
    return {
        "organisation_id": actor.organisation_id,
        "user_id": actor.user_id,
        "surface": actor.surface.value,
        "looked_up_at": now,
        "trf_number": card.trf_number,
        "outcome": card.outcome.value,
        "result_id": card.record and card.record.result_id,
        "compared": ",".join(f"{key}:{one}" for key, one in (card.comparison or {}).items()),
    }


def _event(actor: Actor, card: VerificationCard, now: datetime) -> dict[str, Any]:
    return {
        "organisation_id": actor.organisation_id,
        "user_id": actor.user_id,
        "user_name": actor.name,
        "surface": actor.surface.value,
        "at": now,
        "action": "verification:look-up",
        "subject": card.trf_number,
        "outcome": card.outcome.value,
        "details": "{}",
    }
