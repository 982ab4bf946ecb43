"""Several machines' worth of processes: each thing once, each conversation in its own rhythm."""

import itertools
import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, func, select

from core.database import Database
from core.notices import Digest
from core.tables import Delivery, Outgoing, Preference, User
from core.terms import Channel
from tests.builders import a_result, an_organisation

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
USERS = 20_000


@pytest.mark.timeout(600)
def test_four_workers_send_twenty_thousand_each_exactly_once(postgres_crew):
    postgres_crew.owe(20_000)
    for _ in range(4):
        postgres_crew.hire(wait=False)

    postgres_crew.wait(postgres_crew.is_done, 400)

    sends = Counter(key for key, _, _ in postgres_crew.sent())
    assert sends == {f"mail:{n}": 1 for n in range(20_000)}
    assert len({pid for _, pid, _ in postgres_crew.sent()}) == 4


def test_two_workers_together_post_once_a_second_to_a_channel(postgres_crew):
    for n in range(16):
        postgres_crew.owe(1, channel=Channel.SLACK, lane=f"C{n % 2}", start=n)
    for _ in range(2):
        postgres_crew.hire(spacing=1.0)

    postgres_crew.wait(postgres_crew.is_done, 90)

    for channel in range(2):
        posts = [moment for key, _, moment in postgres_crew.sent() if int(key[6:]) % 2 == channel]
        gaps = [later - earlier for earlier, later in itertools.pairwise(posts)]
        assert len(posts) == 8
        assert min(gaps) >= 1.0


@pytest.mark.timeout(600)
def test_four_schedulers_owe_each_of_twenty_thousand_digests_once(database_url):
    database = Database(database_url)
    with database.transaction() as session:
        organisation = an_organisation(session)
        result = a_result(session)
        session.add(
            Delivery(
                organisation_id=organisation.id,
                result_id=result.id,
                arrival_id=1,
            )
        )
        session.execute(User.__table__.insert(), [_user(n, organisation.id) for n in range(USERS)])
        ids = session.exec(select(User.id)).all()
        session.execute(Preference.__table__.insert(), [_preference(one) for one in ids])

    program = "import sys, json; from tests.engine.due import main; main(*json.loads(sys.argv[1]))"
    schedulers = [
        subprocess.Popen(
            [sys.executable, "-c", program, json.dumps([database_url, NOW.isoformat()])],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    served = [int(process.communicate()[0]) for process in schedulers]

    assert sum(served) == USERS
    with database.reading() as session:
        rows = select(func.count(), func.count(func.distinct(col(Outgoing.user_id))))
        assert tuple(session.exec(rows.where(Outgoing.kind == Digest.KIND)).one()) == (USERS, USERS)
        due = select(func.count()).where(col(Preference.next_due_at) <= NOW)
        assert session.exec(due).one() == 0
    database.close()


def _user(n: int, organisation_id: int | None) -> dict[str, object]:
    return {
        "organisation_id": organisation_id,
        "first_name": "U",
        "family_name": str(n),
        "email": f"u{n}@uni.example",
        "role": "user",
        "is_primary": False,
        "created_at": NOW,
    }


def _preference(user_id: int | None) -> dict[str, object]:
    due = NOW - timedelta(minutes=1)
    return Preference(user_id=user_id, notifications_on=True, next_due_at=due).model_dump()
