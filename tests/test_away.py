"""A PostgreSQL server that is really stopped, in the middle of what is asked of it."""

import asyncio
import smtplib
import time

import pytest
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.exc import DBAPIError, InternalError
from sqlmodel import col

from bot.desk import Desk
from core import audit, inbox
from core.database import Database, is_away, migrate
from core.engine import Queue, submit
from core.prepared import Prepared, PreparedInsert
from core.refusals import Refusal
from core.settings import Settings
from core.tables import AuditEvent, Incoming, Organisation
from core.together import together
from tests.builders import NOW
from tests.mail.house import MailHouse, a_mail
from tests.servers.postgres import PostgresServer
from tests.test_inbox import a_mail as a_stored_mail

FIND = Prepared(select(col(Organisation.id)).where(col(Organisation.id) == bindparam("one")))
KEEP = PreparedInsert(AuditEvent.__table__)


@pytest.fixture(scope="module")
def server():
    """A server that may be stopped; each test leaves it running."""
    made = PostgresServer()
    migrate(made.url("postgres"))
    yield made
    made.close()


@pytest.fixture
def stoppable(server):
    opened = Database(server.url("postgres"))
    yield opened
    opened.close()


USES = {
    "a prepared statement": lambda session: FIND.run(session, {"one": 1}),
    "a prepared select": lambda session: FIND.rows(session, {"one": 1}),
    "prepared rows": lambda session: KEEP.run_many(session, [an_event()] * 2),
    "an audit event": lambda session: audit.record_system(session, None, "x", now=NOW, surface="x"),
    "a stored mail": lambda session: inbox.store(session, [a_stored_mail()], now=NOW),
    "work": lambda session: submit(session, Queue.INBOX, "x", [1], lane=""),
    "SQLAlchemy": lambda session: session.execute(text("SELECT 1")),
}


def an_event():
    return {column.name: None for column in AuditEvent.__table__.columns if column.name != "id"}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_connection_lost_within_a_transaction_is_known_and_the_next_one_works(
    server, stoppable, use
):
    lost = []
    with pytest.raises(DBAPIError), stoppable.transaction() as session:
        session.execute(text("SELECT 1"))
        server.stop()
        try:
            use(session)
        except DBAPIError as error:
            lost.append(error)
            raise
        finally:
            server.start()
    assert [is_away(error) and error.connection_invalidated for error in lost] == [True]

    with stoppable.reading() as session:
        assert FIND.rows(session, {"one": 1}) == []


def test_a_session_that_postgresql_ends_by_itself_is_away_and_no_bug(stoppable):
    with pytest.raises(InternalError) as lost, stoppable.transaction() as session:
        session.execute(text("SET idle_in_transaction_session_timeout = '20ms'"))
        time.sleep(0.3)
        FIND.run(session, {"one": 1})

    assert is_away(lost.value)


def test_what_the_database_refuses_is_not_away_and_its_values_are_not_told(database):
    with pytest.raises(DBAPIError) as refused, database.transaction() as session:
        KEEP.run_many(session, [an_event() | {"action": "secret"}])

    assert not is_away(refused.value)
    assert refused.value.params is None


def test_work_for_several_that_meets_a_lost_connection_is_not_tried_for_each(server, stoppable):
    begun = []

    def do(session, works):
        begun.append(works)
        session.execute(text("SELECT 1"))
        server.stop()
        try:
            return [FIND.rows(session, {"one": one}) for one in works]
        finally:
            server.start()

    with pytest.raises(DBAPIError) as lost:
        together(stoppable, [1, 2, 3], do)
    assert is_away(lost.value)
    assert begun == [[1, 2, 3]]


def test_who_asks_in_slack_while_the_server_is_stopped_is_told_so(server, stoppable):
    desk = Desk(Settings(_env_file=None), stoppable, lambda: NOW)

    def look():
        with stoppable.reading() as session:
            session.execute(text("SELECT 1"))
            server.stop()
            try:
                return FIND.rows(session, {"one": 1})
            finally:
                server.start()

    with pytest.raises(Refusal) as told:
        asyncio.run(desk.run(look))
    desk.close()
    assert told.value.code == "busy"


def test_mail_is_answered_451_while_the_server_is_stopped_and_stored_afterwards(
    server, stoppable, tmp_path
):
    with MailHouse(stoppable, tmp_path) as house:
        house.deliver(a_mail("results"))
        server.stop()
        try:
            with pytest.raises(smtplib.SMTPDataError) as refused:
                house.deliver(a_mail("results"))
        finally:
            server.start()
        assert refused.value.smtp_code == 451
        house.deliver(a_mail("results"))

    with stoppable.reading() as session:
        assert session.exec(select(func.count()).select_from(Incoming)).scalar_one() == 2
