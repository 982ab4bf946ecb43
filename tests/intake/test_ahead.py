import csv
import os
import signal
from pathlib import Path

import pytest
from sqlmodel import select

from core.database import Database
from core.intake import ahead
from core.intake.load import ingest
from core.intake.rejects import Rejects
from core.refusals import Refusal
from core.sample import write_sample
from core.tables import Arrival, Result
from core.terms import Format
from tests.builders import NOW, an_organisation
from tests.intake.shapes import as_csv, as_json, number, record


@pytest.fixture
def exeter(database):
    with database.transaction() as session:
        return an_organisation(session).id


@pytest.fixture
def beside(monkeypatch):
    """Any file on the disk is large enough; tells the processes that were started."""
    monkeypatch.setattr(ahead, "LARGE", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    started = []

    class Popen(ahead.subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(ahead.subprocess, "Popen", Popen)
    return started


def load(database: Database, organisation: int, path: Path, **more):
    with (
        path.open("rb") as stream,
        Rejects(path.with_suffix(".rejects")) as rejects,
        database.transaction() as session,
    ):
        return ingest(session, organisation, stream, source="x", now=NOW, rejects=rejects, **more)


def found(database):
    with database.reading() as session:
        return session.exec(select(Result.trf_number).order_by(Result.trf_number)).all()


def test_a_file_read_beside_says_the_same_as_one_read_here(
    database, exeter, tmp_path, beside, monkeypatch
):
    path = tmp_path / "results.csv"
    with path.open("wb") as stream:
        write_sample(stream, format=Format.CSV, records=3000, seed=3, photos=False, now=NOW.date())
    bad = as_csv(record(1, gender="X"), record(2), record(3, overallBandScore="5"))
    header, *rows = bad.decode().splitlines(keepends=True)
    mixed = tmp_path / "mixed.csv"
    mixed.write_bytes("".join([header, *rows, "ragged,row\r\n"]).encode())

    there = [load(database, exeter, one).document() for one in (path, mixed)]
    rejects = mixed.with_suffix(".rejects").read_text()
    assert len(beside) == 2
    with database.transaction() as session:
        leeds = an_organisation(session, "Leeds").id
    monkeypatch.setattr(ahead, "LARGE", 1 << 40)
    here = [load(database, leeds, one).document() for one in (path, mixed)]

    assert len(beside) == 2
    assert mixed.with_suffix(".rejects").read_text() == rejects
    for one, other in zip(there, here, strict=True):
        assert one.pop("new") == other.pop("unchanged")
        assert one.pop("unchanged") == other.pop("new") == 0
        del one["arrival"], other["arrival"]
        assert one == other
    assert len(found(database)) == 3002


def test_progress_tells_the_bytes_read_up_to_the_last(database, exeter, tmp_path, beside):
    path = tmp_path / "results.csv"
    path.write_bytes(as_csv(*map(record, range(2000))))
    told = []
    load(database, exeter, path, progress=told.append)

    assert told == sorted(told)
    assert told[-1] == path.stat().st_size


def test_a_broken_file_is_refused_in_the_same_words(database, exeter, tmp_path, beside):
    path = tmp_path / "broken.csv"
    path.write_bytes(as_csv(*map(record, range(1200))) + b'"never closed')
    cell = csv.field_size_limit()
    path.write_bytes(path.read_bytes() + b"x" * (cell + 1))

    with pytest.raises(Refusal, match="cannot be read to its end") as refused:
        load(database, exeter, path)
    assert refused.value.code == "file_broken"
    assert found(database) == []


def test_nothing_is_kept_if_the_process_beside_is_killed(database, exeter, tmp_path, beside):
    path = tmp_path / "many.csv"
    path.write_bytes(as_csv(*map(record, range(30_000))))

    with pytest.raises(RuntimeError, match="ended before the file did"):
        load(
            database,
            exeter,
            path,
            progress=lambda _: os.kill(beside[0].pid, signal.SIGKILL),
        )
    assert found(database) == []
    with database.reading() as session:
        assert session.exec(select(Arrival)).first() is None


def test_the_process_beside_is_gone_when_the_load_fails(database, exeter, tmp_path, beside):
    path = tmp_path / "many.csv"
    path.write_bytes(as_csv(*map(record, range(30_000))))

    def fail(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        load(database, exeter, path, progress=fail)
    assert beside[0].returncode == -signal.SIGKILL


def test_json_and_what_is_not_on_the_disk_are_read_here(database, exeter, tmp_path, beside):
    path = tmp_path / "results.json"
    path.write_bytes(as_json(record(7)))
    load(database, exeter, path)

    assert beside == []
    assert found(database) == [number(7)]
