import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel, select

from core import audit
from core import database as databases
from core.database import Database, migrate, require_sqlite, revisions
from core.engine_dbos import is_ours
from core.refusals import Kind, Refusal
from core.tables import AuditEvent, Organisation
from tests.builders import NOW, a_user, an_actor, an_organisation


def test_the_migrations_make_the_tables_that_the_code_declares(empty_database_url):
    migrate(empty_database_url)
    migrate(empty_database_url)

    opened = Database(empty_database_url)
    with opened.engine.connect() as connection:
        ours = MigrationContext.configure(connection, opts={"include_name": is_ours})
        found = compare_metadata(ours, SQLModel.metadata)
    opened.close()
    assert found == []


def test_the_folder_that_is_made_for_an_sqlite_file_is_its_owners_alone(tmp_path):
    migrate(f"sqlite:///{tmp_path}/var/results.db")

    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700


def test_a_database_without_tables_is_refused_with_what_to_do(empty_database_url):
    opened = Database(empty_database_url)
    with pytest.raises(Refusal, match="results-bot init"):
        opened.require_current()
    opened.close()


def test_asking_leaves_a_file_alone_that_is_still_to_be_written(tmp_path):
    (tmp_path / "results.db").touch()
    opened = Database(f"sqlite:///{tmp_path}/results.db")
    with pytest.raises(Refusal, match="results-bot init"):
        opened.require_current()
    opened.close()

    assert (tmp_path / "results.db").stat().st_size == 0


def test_the_engine_has_its_tables_before_our_version_is_written(empty_database_url, monkeypatch):
    monkeypatch.setattr("alembic.command.upgrade", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        migrate(empty_database_url)

    opened = Database(empty_database_url)
    assert list(opened.work.inspect()) == []
    opened.close()


@pytest.mark.parametrize(
    ("url", "python", "sqlite", "is_refused"),
    [
        ("sqlite:///results.db", (3, 12, 1), (3, 40, 1), True),
        ("sqlite:///results.db", (3, 11, 7), (3, 40, 1), False),
        ("sqlite:///results.db", (3, 13, 0), (3, 42, 0), False),
        ("postgresql+psycopg://here/results", (3, 13, 0), (3, 40, 1), False),
    ],
)
def test_a_python_whose_sqlite_the_engine_cannot_use_is_refused_with_what_to_do(
    url, python, sqlite, is_refused
):
    try:
        require_sqlite(make_url(url), python, sqlite)
        refused = ""
    except Refusal as refusal:
        refused = refusal.message

    assert ("SQLite 3.40.1, and needs 3.42 or newer. Use Python 3.11" in refused) is is_refused


def test_a_database_newer_than_the_program_is_refused_and_left_alone(database):
    with database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(Refusal, match="newer results-bot") as refused:
        database.require_current()
    with pytest.raises(Refusal, match="newer results-bot"):
        migrate(database.url.render_as_string(hide_password=False))
    assert refused.value.kind is Kind.UNAVAILABLE


def test_a_database_behind_the_program_is_refused_with_what_to_do(database, monkeypatch):
    monkeypatch.setattr(databases, "revisions", lambda: [*revisions(), "9998"])

    with pytest.raises(Refusal, match="Run `results-bot init`"):
        database.require_current()


def test_a_transaction_that_raises_changes_nothing(database):
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        an_organisation(session)
        raise ZeroDivisionError

    with database.reading() as session:
        assert session.exec(select(Organisation)).all() == []


def test_an_audit_event_cannot_be_changed(database):
    with database.transaction() as session:
        actor = an_actor(session, a_user(session, an_organisation(session)))
        audit.record(session, actor, "template:created", now=NOW)

    with pytest.raises(DatabaseError, match="never changed"), database.transaction() as session:
        event = session.exec(select(AuditEvent)).one()
        event.action = "nothing:happened"
        session.add(event)


def test_moments_come_back_as_they_went_in(database):
    with database.transaction() as session:
        an_organisation(session)

    with database.reading() as session:
        assert session.exec(select(Organisation)).one().created_at == NOW
