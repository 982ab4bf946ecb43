import pytest
from sqlmodel import select

from core import outbox, queued
from core.actors import actor_by_id
from core.commands.run import run_for
from core.outbox import MAIL_LANE, Owed, owe
from core.refusals import Kind, Refusal
from core.settings import Settings
from core.tables import AuditEvent, Outgoing
from core.terms import Channel, Fate, Role, Surface
from tests.builders import NOW, a_user, an_actor, an_organisation


@pytest.fixture
def people(database):
    """An administrator and a user of Exeter, an administrator of Leeds."""
    with database.transaction() as session:
        exeter, leeds = an_organisation(session), an_organisation(session, "Leeds")
        ann = a_user(session, exeter, role=Role.ADMINISTRATOR)
        bob = a_user(session, exeter, "bob@uni.example")
        eve = a_user(session, leeds, "eve@leeds.example", Role.ADMINISTRATOR)
        return [an_actor(session, user) for user in (ann, bob, eve)]


def owed_to(database, actor, *fates, **columns):
    """A message in each state, and the rows' ids."""
    with database.transaction() as session:
        owe(
            session,
            (
                Owed(
                    Channel.MAIL,
                    MAIL_LANE,
                    f"{actor.user_id}:{n}",
                    "test",
                    {"code": "secret"},
                    actor.organisation_id,
                    actor.user_id,
                )
                for n in range(len(fates))
            ),
            now=NOW,
        )
        rows = session.exec(
            select(Outgoing).where(Outgoing.user_id == actor.user_id).order_by(Outgoing.id)
        ).all()
        for row, fate in zip(rows, fates, strict=True):
            row.fate = fate.value
            for name, value in columns.items():
                setattr(row, name, value)
            session.add(row)
        return [row.id for row in rows]


def run(database, actor, line):
    def who(session):
        return actor_by_id(session, actor.user_id, Surface.CONSOLE)

    return run_for(database, who, line, now=NOW, settings=Settings()).answer


def test_what_needs_a_decision_is_listed_before_what_waits_and_what_is_done_is_not(
    database, people
):
    ann, bob, _ = people
    owed_to(database, bob, Fate.READY, Fate.DEAD, Fate.SENT, Fate.HELD, last_error="550 no")

    answer = run(database, ann, "queue")

    assert (answer.waiting, answer.stuck) == (1, 2)
    assert [line.fate for line in answer.lines] == ["dead", "held", "ready"]
    line = answer.lines[0]
    assert (line.recipient, line.kind, line.reason) == ("bob@uni.example", "test", "550 no")
    assert "secret" not in str(answer.document())


def test_an_administrator_sees_and_changes_only_their_own(database, people):
    _ann, bob, eve = people
    (theirs,) = owed_to(database, bob, Fate.DEAD)

    assert run(database, eve, "queue").lines == ()
    for line in (f"queue retry {theirs}", f"queue drop {theirs}"):
        with pytest.raises(Refusal) as refused:
            run(database, eve, line)
        assert refused.value.kind is Kind.MISSING
        with pytest.raises(Refusal) as refused:
            run(database, bob, line)
        assert refused.value.kind is Kind.FORBIDDEN
    with pytest.raises(Refusal):
        run(database, bob, "queue")


def row_of(database, row_id):
    with database.reading() as session:
        return session.get_one(Outgoing, row_id)


@pytest.mark.parametrize("fate", [Fate.DEAD, Fate.HELD, Fate.READY])
def test_retried_it_is_due_now_with_all_attempts_before_it(database, people, fate):
    ann, bob, _ = people
    (one,) = owed_to(database, bob, fate, attempts=outbox.MOST_ATTEMPTS)
    before = len(database.work.inspect())

    assert run(database, ann, f"queue retry {one}").changed == 1

    row = row_of(database, one)
    assert (row.fate, row.attempts, row.due_at) == (Fate.READY, 0, NOW)
    assert row.about == {"code": "secret"}
    assert len(database.work.inspect()) == before + 1


def test_dropped_it_is_forgotten_and_the_trail_says_by_whom(database, people):
    ann, bob, _ = people
    (one,) = owed_to(database, bob, Fate.HELD)

    assert run(database, ann, f"queue drop {one}").message == "1 message was dropped."

    row = row_of(database, one)
    assert (row.fate, row.about) == (Fate.DROPPED, {})
    with database.reading() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "queue:dropped")).one()
    assert (event.user_name, event.subject) == ("Ann Bell", str(one))


@pytest.mark.parametrize("fate", [Fate.SENT, Fate.SENDING, Fate.DROPPED])
def test_what_is_done_or_being_done_is_left_alone(database, people, fate):
    ann, bob, _ = people
    (one,) = owed_to(database, bob, fate)

    for line in (f"queue retry {one}", f"queue drop {one}"):
        with pytest.raises(Refusal, match="Nothing of that waits"):
            run(database, ann, line)
    assert row_of(database, one).fate == fate


def test_the_operator_sees_all_and_how_the_jobs_went(database, people):
    _ann, bob, eve = people
    owed_to(database, bob, Fate.DEAD)
    owed_to(database, eve, Fate.DEAD)

    with database.reading() as session:
        answer = queued.list_queue(session)
        assert len(queued.stuck_ids(session)) == 2
    assert {line.recipient for line in answer.lines} == {"bob@uni.example", "eve@leeds.example"}
