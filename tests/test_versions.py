"""The law of the cursor: every version once, in order, however reads and writes interleave."""

import threading
from collections import defaultdict
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.delivery import download
from core.keys import Scope, add_key, caller_of
from core.refusals import Refusal
from core.tables import Organisation
from core.versions import BEGINNING, Position, VersionKind, page
from tests.builders import NOW, an_organisation
from tests.intake.shapes import as_csv, load, number, record

ORGANISATIONS = ("Exeter", "Leeds")
BANDS = ("6", "6.5", "7")
STATUSES = ("RELEASED", "RELEASED", "PENDING")


def program(session, organisation):
    """The actor behind a new key of the organisation."""
    secret = add_key(session, organisation, name="CRM", scopes=[Scope.WRITE], now=NOW).secret
    return caller_of(session, secret, now=NOW).actor


@pytest.fixture
def programs(database):
    with database.transaction() as session:
        return [program(session, an_organisation(session, name)) for name in ORGANISATIONS]


def arrive(database, actor, rows):
    """One file for the organisation: (n, band, status) each."""
    records = [record(n, overallBandScore=band, status=status) for n, band, status in rows]
    with database.transaction() as session:
        load(session, session.get_one(Organisation, actor.organisation_id), as_csv(*records))


def take(database, actor):
    with database.transaction() as session:
        download(session, actor, now=NOW)


def read(database, actor, since, most=1000):
    with database.reading() as session:
        return page(session, actor, since=since, most=most)


class Model:
    """What every organisation must see: kind, number, band and status of each version."""

    def __init__(self):
        self.records, self.delivered, self.seen = {}, defaultdict(set), defaultdict(list)

    def arrive(self, to, rows):
        for n, band, status in sorted(rows):
            changed = n in self.records and self.records[n] != (band, status)
            self.records[n] = band, status
            shown = number(n), band if status == "RELEASED" else "", status
            for one in range(len(ORGANISATIONS)):
                if one == to and n not in self.delivered[one]:
                    self.seen[one].append((VersionKind.DELIVERED, *shown))
                    self.delivered[one].add(n)
                elif changed and n in self.delivered[one]:
                    self.seen[one].append((VersionKind.CHANGED, *shown))


def shown(version):
    return (
        version.kind,
        version.values["trfNumber"],
        version.values["overallBandScore"],
        version.status,
    )


rows = st.dictionaries(
    st.integers(1, 4), st.tuples(st.sampled_from(BANDS), st.sampled_from(STATUSES)), min_size=1
).map(lambda found: [(n, *rest) for n, rest in sorted(found.items())])
who = st.integers(0, 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), who, rows),
        st.tuples(st.just("take"), who, st.none()),
        st.tuples(st.just("read"), who, st.integers(1, 3)),
    ),
    max_size=14,
)


@given(steps=steps)
def test_every_version_is_read_once_and_in_order(database, steps):
    model = Model()
    with database.transaction() as session:
        names = [f"{one} {uuid4()}" for one in ORGANISATIONS]
        actors = [program(session, an_organisation(session, one)) for one in names]
        _forget_results(session)
    cursors, got = [BEGINNING] * 2, defaultdict(list)

    def read_on(one, most):
        found = read(database, actors[one], cursors[one], most)
        assert len(found.versions) <= most
        got[one] += map(shown, found.versions)
        cursors[one] = Position.read(str(found.next))
        return found.more

    for step, one, what in steps:
        if step == "arrive":
            arrive(database, actors[one], what)
            model.arrive(one, what)
        elif step == "take":
            take(database, actors[one])
        else:
            read_on(one, what)
    for one in range(2):
        while read_on(one, 2):
            pass
        assert sorted(got[one]) == sorted(model.seen[one])
        assert by_result(got[one]) == by_result(model.seen[one])
        again = read(database, actors[one], BEGINNING).versions
        assert [shown(version) for version in again] == got[one]


def _forget_results(session):
    for table in ("change", "delivery", "result"):
        session.connection().exec_driver_sql(f"DELETE FROM {table}")


def by_result(seen):
    found = defaultdict(list)
    for kind, trf_number, *rest in seen:
        found[trf_number].append((kind, *rest))
    return found


def test_readers_beside_many_writers_miss_nothing(database, programs):
    """Arrivals become visible in the order of their ids, so no read can pass one by."""
    actor, other = programs
    done = threading.Event()
    seen, cursor = [], BEGINNING

    def write(writer):
        for n in range(12):
            to = actor if (n + writer) % 3 else other
            arrive(database, to, [(n % 5, BANDS[(n + writer) % 3], "RELEASED")])

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for one in writers:
        one.start()
    threading.Thread(target=lambda: ([one.join() for one in writers], done.set())).start()
    while True:
        last = done.is_set()
        found = read(database, actor, cursor, 2)
        seen += found.versions
        cursor = found.next
        if last and not found.versions:
            break

    whole = read(database, actor, BEGINNING).versions
    assert [one.position for one in seen] == [one.position for one in whole]
    assert [shown(one) for one in seen] == [shown(one) for one in whole]
    assert len(whole) > 5


def test_a_version_says_what_changed_and_which_is_current(database, programs):
    exeter, _ = programs
    arrive(database, exeter, [(1, "6.5", "RELEASED")])
    arrive(database, exeter, [(1, "7", "RELEASED")])

    first, second = read(database, exeter, BEGINNING).versions

    assert (first.is_current, second.is_current) == (False, True)
    assert first.changes == ()
    assert [(one.field, one.old, one.new) for one in second.changes] == [
        ("overallBandScore", "6.5", "7")
    ]
    assert first.values["overallBandScore"] == "6.5"
    assert first.values["testDate"] == "2025-07-28"
    assert first.values["Module"] == "General Training"


def test_what_changed_before_it_was_delivered_is_no_news(database, programs):
    exeter, leeds = programs
    arrive(database, leeds, [(1, "6.5", "RELEASED")])
    arrive(database, leeds, [(1, "7", "RELEASED")])
    arrive(database, exeter, [(1, "7", "RELEASED")])

    (only,) = read(database, exeter, BEGINNING).versions

    assert only.kind is VersionKind.DELIVERED


def test_a_deleted_result_leaves_no_gap_that_stops_a_reader(database, programs):
    exeter, _ = programs
    arrive(database, exeter, [(1, "6", "RELEASED"), (2, "6", "RELEASED")])
    first = read(database, exeter, BEGINNING, 1)
    with database.transaction() as session:
        _forget_results(session)
    arrive(database, exeter, [(3, "7", "RELEASED")])

    (version,) = read(database, exeter, first.next, 1).versions

    assert version.values["trfNumber"] == number(3)


@pytest.mark.parametrize("cursor", ["", "12", "a-b", "1-2-3", "-1-2", "1-" + "9" * 30, "１-２"])
def test_a_cursor_that_we_never_gave_is_refused(cursor):
    with pytest.raises(Refusal, match="is not a cursor"):
        Position.read(cursor)


@pytest.mark.parametrize("most", [0, 1001])
def test_a_page_has_a_length_that_we_can_keep(database, programs, most):
    with pytest.raises(Refusal, match="length of a page"):
        read(database, programs[0], BEGINNING, most)
