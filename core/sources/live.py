"""Numbers asked about at the official results API, before the transaction that looks them up.

What is asked takes seconds, and nobody must wait for the database meanwhile. The look-up itself
then finds the record, and how old IELTS' word is, among our own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from datetime import datetime

from sqlmodel import Session, col, select

from core import quotas
from core.actors import Actor
from core.database import Database
from core.live_checks import checks_of, is_asked, is_fresh
from core.notices import WatchHit
from core.outbox import owe
from core.routes import routes_of
from core.settings import Settings
from core.sources.answers import NUMBER, Answered, Record
from core.sources.arrivals import take_in
from core.sources.failures import Unanswered
from core.tables import LiveCheck, Result, Watch
from core.terms import Outcome
from core.trf_numbers import TrfNumber

SECONDS = 12.0
"""So long a person waits at most; every surface has said by then that it is at work."""
MOST = 100
"""Numbers that are asked about for one command; the others are answered from what we have."""
THREADS = 8
SOURCE = "results-api look-up"

Answer = Answered | Unanswered
Heard = Callable[[int, int], None]


def refresh(
    database: Database,
    settings: Settings,
    actor: Actor,
    numbers: Sequence[TrfNumber],
    *,
    now: datetime,
    progress: Heard | None = None,
) -> bool:
    """Ask about those whose answer is not fresh, unless the actor is over a limit.

    Whether it is of use to ask on: False where nobody answered, or nobody may be asked.
    """
    if not is_asked(settings):
        return False
    wanted = list(dict.fromkeys(numbers))
    with database.reading() as session:
        if not quotas.has_room(session, actor, len(wanted), now=now, settings=settings):
            return False
        stale = _stale(session, wanted, now, settings)[:MOST]
    if not stale:
        return True
    answered = ask(
        database,
        settings,
        actor.organisation_id,
        stale,
        now=now,
        seconds=SECONDS,
        progress=progress,
    )
    return answered > 0


def ask(
    database: Database,
    settings: Settings,
    organisation_id: int,
    numbers: Sequence[TrfNumber],
    *,
    now: datetime,
    seconds: float,
    progress: Heard | None = None,
) -> int:
    """Ask about numbers and write down what was said; how many were answered in time."""
    answers = _asked(database, settings, numbers, now, seconds, progress)
    with database.transaction() as session:
        return _keep(session, organisation_id, answers, now)


def _stale(
    session: Session, numbers: Sequence[TrfNumber], now: datetime, settings: Settings
) -> list[TrfNumber]:
    """Those that we have no record of first: for the others there is at least that."""
    known = checks_of(session, numbers, settings) or {}
    stale = [one for one in numbers if not is_fresh(known.get(one), now, settings)]
    ours = _stored(session, stale)
    return sorted(stale, key=lambda one: one in ours)


def _asked(
    database: Database,
    settings: Settings,
    numbers: Sequence[TrfNumber],
    now: datetime,
    seconds: float,
    progress: Heard | None,
) -> dict[TrfNumber, Answer]:
    """At once, in threads; who has not answered in time has not answered."""
    from core.sources.client import ResultsApi  # with httpx, which only who asks needs

    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="results-api")
    with ResultsApi(settings, database, lambda: now, tries=2) as api:

        def look_up(number: TrfNumber) -> Answer:
            try:
                return _about(number, api.look_up(number))
            except Unanswered as failure:
                return failure

        waiting = {pool.submit(look_up, number): number for number in numbers}
        answers: dict[TrfNumber, Answer] = {}
        with suppress(TimeoutError):
            for one in as_completed(waiting, timeout=seconds):
                answers[waiting[one]] = one.result()
                if progress is not None and len(numbers) > 1:
                    progress(len(answers), len(numbers))
        pool.shutdown(wait=False, cancel_futures=True)
    late = (one for one in numbers if one not in answers)
    return answers | {one: Unanswered("There was no time to ask.") for one in late}


def _about(number: TrfNumber, answered: Answered) -> Answered:
    """Raise Unanswered if it is about something else: then it says nothing of the number."""
    if any(str(one[NUMBER]).strip().upper() != number for one in answered.records):
        raise Unanswered("The answer is about another number.", answered.transaction_id)
    return answered


def _keep(
    session: Session, organisation_id: int, answers: Mapping[TrfNumber, Answer], now: datetime
) -> int:
    records = [
        record for one in answers.values() if isinstance(one, Answered) for record in one.records
    ]
    if records:
        _take(session, organisation_id, records, now)
    stored = _stored(session, answers)
    for number, one in answers.items():
        row = session.get(LiveCheck, str(number)) or LiveCheck(trf_number=number)
        row.transaction_id = one.transaction_id
        if isinstance(one, Answered) and (not one.records or number in stored):
            row.answered_at = now
            row.outcome = (Outcome.MATCH if one.records else Outcome.NO_MATCH).value
        else:
            row.failed_at = now
        session.add(row)
    return sum(isinstance(one, Answered) for one in answers.values())


def _take(session: Session, organisation_id: int, records: Sequence[Record], now: datetime) -> None:
    """Keep what was found, deliver it to nobody, and tell those who watch what appeared."""
    numbers = [str(one[NUMBER]).strip().upper() for one in records]
    before = _stored(session, numbers)
    take_in(session, organisation_id, records, source=SOURCE, deliver=False, now=now)
    appeared = set(numbers) - before
    found = session.exec(
        select(Watch.user_id, Result.id)
        .join(Result, col(Result.trf_number) == col(Watch.trf_number))
        .where(col(Watch.trf_number).in_(appeared))
    ).all()
    hits: dict[int, list[int | None]] = {}
    for user_id, result_id in found:
        hits.setdefault(user_id, []).append(result_id)
    owed = [
        route.owed(str(result_id), WatchHit.KIND, {"result": result_id})
        for route in routes_of(session, hits)
        for result_id in hits[route.user_id]
    ]
    owe(session, owed, now=now)


def _stored(session: Session, numbers: Collection[str]) -> set[str]:
    named = list(map(str, numbers))
    return set(session.exec(select(Result.trf_number).where(col(Result.trf_number).in_(named))))
