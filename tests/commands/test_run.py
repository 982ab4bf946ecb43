import pytest
from sqlmodel import select

from core.actors import actor_for
from core.commands.registry import Attachment
from core.commands.run import Asked, Reply, run, run_for
from core.commands.together import run_together
from core.refusals import Kind, Refusal
from core.settings import Settings
from core.tables import AuditEvent, EnquiryCopy, Template
from core.terms import Surface
from tests.builders import NOW, a_result, a_user, an_actor, an_organisation

NUMBER = "25GB000595ZOLJS03G"
CREATE = 'templates create "A" format=csv dates=yyyy-mm-dd fields=trfNumber'


@pytest.fixture
def type_line(database):
    with database.transaction() as session:
        a_user(session, an_organisation(session))
        a_result(session, NUMBER)

    def type_line(line, *, email="ann@uni.example", attachments=(), **limits):
        return run_for(
            database,
            lambda session: actor_for(session, email, Surface.MAIL),
            line,
            now=NOW,
            settings=Settings(**limits),
            attachments=attachments,
        )

    return type_line


def test_a_reply_says_for_whom_it_is_and_of_what(type_line):
    reply = type_line(f"verify {NUMBER}")

    assert reply.actor.email == "ann@uni.example"
    assert reply.actor.surface is Surface.MAIL
    assert reply.topic == "verification"
    assert reply.answer.document()["outcome"] == "match"


def test_one_number_gives_a_card_and_several_give_a_table(type_line):
    assert "verifications" not in type_line(f"verify {NUMBER}").answer.document()
    assert len(type_line(f"verify {NUMBER} A1A").answer.document()["verifications"]) == 2


def asked(line, *, email="ann@uni.example", then=None):
    return Asked(lambda session: actor_for(session, email, Surface.MAIL), line, then)


def test_lines_of_several_people_share_a_transaction(type_line, database):
    with database.transaction() as session:
        a_user(session, an_organisation(session, "York"), email="bob@york.example")
    sessions = []

    first, second = run_together(
        database,
        [
            asked(f"verify {NUMBER}", then=lambda session, _: sessions.append(session)),
            asked(
                "verify A1A",
                email="bob@york.example",
                then=lambda session, _: sessions.append(session),
            ),
        ],
        now=NOW,
        settings=Settings(),
    )

    assert first.answer.document()["outcome"] == "match"
    assert second.actor.email == "bob@york.example"
    assert sessions[0] is sessions[1]
    assert len(events(database)) == 2


def test_a_refused_line_takes_nothing_from_those_beside_it(type_line, database):
    replies = run_together(
        database,
        [
            asked(f"verify {NUMBER}"),
            asked("verify"),
            asked(f"verify {NUMBER}", email="eve@nowhere.example"),
            asked("verify A1A"),
        ],
        now=NOW,
        settings=Settings(),
    )

    assert [type(one) for one in replies] == [Reply, Refusal, Refusal, Reply]
    with database.reading() as session:
        subjects = session.exec(select(AuditEvent.subject).order_by(AuditEvent.id)).all()
    assert subjects == [NUMBER, "A1A"]


def test_a_limit_counts_together_as_it_does_alone(type_line, database):
    replies = run_together(
        database,
        [asked(f"verify {NUMBER}") for _ in range(4)],
        now=NOW,
        settings=Settings(look_ups_per_user=3),
    )

    assert [type(one) for one in replies] == [Reply, Reply, Reply, Refusal]
    assert replies[3].kind is Kind.LIMIT


def test_claims_with_several_numbers_are_refused_before_any_look_up(type_line, database):
    with pytest.raises(Refusal, match="compared with one number only") as refused:
        type_line(f"verify {NUMBER} A1A overall=8")
    assert refused.value.kind is Kind.USAGE
    assert events(database) == []


def test_claims_that_cannot_be_read_are_refused_before_any_look_up(type_line, database):
    for claim in ("dob=never", "overall=10", "module=x", "gender=x", 'name="?"'):
        with pytest.raises(Refusal):
            type_line(f"verify {NUMBER} {claim}")
    assert events(database) == []


def test_claims_of_every_kind_are_compared(type_line):
    line = (
        f'verify {NUMBER} name="zola, Jane" dob="2 May 1982" overall=8 listening=8.5 reading=8 '
        'writing=7.5 speaking=7 module="General Training" date=2025-07-08 gender=F'
    )

    comparison = type_line(line).answer.document()["comparison"]
    assert comparison.pop("speaking") == "mismatch"
    assert set(comparison) == {
        *("name", "dob", "overall", "listening", "reading", "writing", "module", "date", "gender")
    }
    assert set(comparison.values()) == {"match"}


def test_what_is_refused_changes_nothing(type_line, database):
    type_line(CREATE)
    with pytest.raises(Refusal):
        type_line('templates edit "A" name="Standard" default=yes')

    with database.reading() as session:
        assert not session.exec(select(Template)).one().is_default
        assert [one.action for one in session.exec(select(AuditEvent))] == ["template:created"]


def test_a_stranger_is_refused_before_his_words_are_read(type_line):
    with pytest.raises(Refusal) as refused:
        type_line("xyzzy", email="eve@elsewhere.example")
    assert refused.value.kind is Kind.FORBIDDEN


def test_a_refused_limit_keeps_its_audit_event(type_line, database):
    with pytest.raises(Refusal) as refused:
        type_line("verify A1A A2A", look_ups_per_user=1)
    assert refused.value.kind is Kind.LIMIT
    assert events(database) == ["verification:limit"]


def test_attachments_are_handed_over(type_line, database):
    copy = Attachment("scan.pdf", "application/pdf", b"%PDF-1.7")

    reply = type_line(f"report {NUMBER}", attachments=(copy,))
    assert reply.answer.document()["enquiry"]["copies"] == 1
    with database.reading() as session:
        assert session.exec(select(EnquiryCopy)).one().filename == "scan.pdf"


def test_a_line_runs_in_the_callers_transaction(database):
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        actor = an_actor(session, a_user(session, an_organisation(session)))
        run(session, actor, CREATE, now=NOW, settings=Settings())
        raise ZeroDivisionError

    with database.reading() as session:
        assert session.exec(select(Template)).all() == []


def events(database):
    with database.reading() as session:
        return [one.action for one in session.exec(select(AuditEvent).order_by(AuditEvent.id))]
