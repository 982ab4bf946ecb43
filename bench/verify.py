"""Look-ups beside raw sqlite3: one, whole with its durable audit, by eight threads, and in bulk.

make bench BENCH="verify --records 10000000"      the full size, 3 GB in the temporary folder
"""

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path

from bench.timing import Contender, Measured, Row, compare, options, report
from core.actors import Actor, actor_for
from core.database import Database, migrate
from core.enrolment import enrol
from core.look_ups import find, find_many
from core.organisations import add_organisation, organisation_named
from core.records import COLUMNS, record_of
from core.settings import Settings
from core.terms import Role, Service, Surface
from core.trf_numbers import TrfNumber
from core.verification import LookUp, shared_look_ups, verify, verify_many

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
PERSON = "ann@uni.example"
FEW = 10_000
LOOK_UPS = 3_000
IN_BULK = 100_000
THREADS = 8
MOST = {0.99: 0.005, 0.999: 0.020}
"""Seconds in which this share of the look-ups is done."""

TIMES_RAW = 3
UNLIMITED = Settings(
    look_ups_per_user=2**31 - 1, look_ups_per_organisation=2**31 - 1, misses_per_user=2**31 - 1
)
RAW = f"SELECT {', '.join(column.name for column in COLUMNS)} FROM result WHERE trf_number = ?"
INSERT = (
    "INSERT INTO result (trf_number, centre_number, candidate_number, test_date, module, "
    "family_name, first_name, date_of_birth, gender, listening, reading, writing, speaking, "
    "overall, telephone, address_line_1, address_line_2, address_line_3, address_line_4, town, "
    "region, postcode, country, country_code, candidate_email, status, last_modified) "
    "VALUES (?, 'GBS03', ?, '2025-07-08', 'A', ?, 'JANE', '1982-05-02', 'F', 17, 16, 15, 15, "
    "16, '+44 1392 000000', '1 Northcote House', 'The Queens Drive', '', '', 'Exeter', 'Devon', "
    "'EX4 4QJ', 'United Kingdom', 'GBR', 'jane.zola@mail.example', 'RELEASED', '')"
)


class Site:
    """A database with so many records, a user, and a connection beside ours."""

    def __init__(self, path: Path, records: int) -> None:
        self.records = records
        migrate(f"sqlite:///{path}")
        self.raw = sqlite3.connect(path, isolation_level=None)
        self._fill()
        self.database = Database(f"sqlite:///{path}")
        self.actor = self._user()
        self.look_ups = shared_look_ups(self.database, UNLIMITED, lambda: NOW)
        self._dice = random.Random(1)

    def numbers(self, count: int) -> list[TrfNumber]:
        """Numbers that are there, at random, and one in twenty that is not."""
        chosen = (self._dice.randrange(self.records * 20 // 19) for _ in range(count))
        return [TrfNumber(_number(one)) for one in chosen]

    def close(self) -> None:
        """Give its connections back."""
        self.raw.close()
        self.database.close()

    def _fill(self) -> None:
        self.raw.execute("PRAGMA synchronous=OFF")
        self.raw.execute("PRAGMA cache_size=-200000")
        self.raw.execute("BEGIN")
        rows = (
            (_number(n), f"{n % 1_000_000:06}", f"{_family(n)}OVA") for n in range(self.records)
        )
        self.raw.executemany(INSERT, rows)
        self.raw.execute("COMMIT")
        self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.raw.execute("PRAGMA cache_size=-2000")
        self.raw.execute("PRAGMA synchronous=FULL")

    def _user(self) -> Actor:
        with self.database.transaction() as session:
            add_organisation(
                session,
                name="Exeter",
                account_name="Exeter",
                address="Exeter",
                service=Service.VERIFICATION,
                now=NOW,
            )
            organisation = organisation_named(session, "Exeter")
            enrol(
                session,
                organisation,
                first="Ann",
                family="Bell",
                email=PERSON,
                role=Role.USER,
                now=NOW,
            )
            return actor_for(session, PERSON, Surface.CONSOLE)


def main(argv: Sequence[str]) -> None:
    chosen = options(argv, records=200_000)
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder, "many.db"), chosen.records)
        small = Site(Path(folder, "few.db"), FEW)
        _check_content(site)
        rows = [
            *_single(site, small, chosen.rounds),
            *_bulk(site, chosen.rounds),
            *_whole(site),
        ]
        site.close()
        small.close()
    report(f"verify, {chosen.records:,} records, SQLite", rows)


def _number(n: int) -> str:
    """Distinct for a hundred million, and scattered over the alphabet as families are."""
    return f"25{chr(65 + n // 1_000_000 % 26)}B{n % 1_000_000:06}{_family(n)}JS03A"


def _family(n: int) -> str:
    scattered = n * 7_919 % 17_576
    return "".join(chr(65 + scattered // 26**place % 26) for place in (2, 1, 0))


def _check_content(site: Site) -> None:
    numbers = site.numbers(200)
    with site.database.reading() as session:
        expected = {one: site.raw.execute(RAW, (one,)).fetchone() for one in numbers}
        assert {one: find(session, one) for one in numbers} == expected
        found = find_many(session, set(numbers))
        assert found == {one: row for one, row in expected.items() if row is not None}
        assert 0 < len(found) < len(numbers)
    with site.database.transaction() as session:
        table = verify_many(session, site.actor, numbers, now=NOW, settings=UNLIMITED)
        assert list(table.cards) == [
            verify(session, site.actor, one, now=NOW, settings=UNLIMITED) for one in numbers
        ]


def _single(site: Site, small: Site, rounds: int) -> Iterator[Row]:
    numbers, few = site.numbers(LOOK_UPS), small.numbers(LOOK_UPS)
    for one in numbers:
        site.raw.execute(RAW, (one,)).fetchone()  # what is timed is warm
    measured = compare(
        {
            "raw": Contender(partial(_find_raw, site, numbers)),
            "ours": Contender(partial(_find_ours, site, numbers)),
            "record": Contender(partial(_find_records, site, numbers)),
            "few": Contender(partial(_find_ours, small, few)),
        },
        rounds=rounds,
        fresh=False,
    )
    raw = measured["raw"]
    yield Row("raw sqlite3", _each(raw, LOOK_UPS))
    ours = measured["ours"]
    yield Row("ours, to raw", _each(ours, LOOK_UPS), ours.speed_to(raw), least=1 / 3, aim=1 / 1.8)
    yield Row("ours, as a record", _each(measured["record"], LOOK_UPS))
    yield Row(
        f"ours, to one of {FEW:,} records",
        _each(measured["few"], LOOK_UPS),
        ours.speed_to(measured["few"]),
        least=0.5,
        aim=0.9,
    )


def _bulk(site: Site, rounds: int) -> Iterator[Row]:
    numbers = site.numbers(IN_BULK)
    measured = compare(
        {
            "raw": Contender(partial(_find_raw, site, numbers)),
            "one": Contender(partial(_find_ours, site, numbers)),
            "many": Contender(partial(_find_many, site, numbers)),
        },
        rounds=rounds,
        fresh=False,
    )
    many = measured["many"]
    yield Row(f"{IN_BULK:,} at once", f"{many.seconds:.2f} s")
    yield Row(
        "to one by one", f"{measured['one'].seconds:.2f} s", many.speed_to(measured["one"]), 1.7
    )
    yield Row(
        "to one by one, raw", f"{measured['raw'].seconds:.2f} s", many.speed_to(measured["raw"])
    )


def _whole(site: Site) -> Iterator[Row]:
    """Every look-up in a transaction of its own, its audit row on the disk at the end.

    The limits are for a machine of one's own; where others keep the disk busy, the raw commit
    beside ours says what could be had.
    """
    floor = sorted(map(partial(_commit_raw, site), range(LOOK_UPS)))
    yield from (
        Row(f"raw commit: {share:.1%} in", _ms(_at(floor, share))) for share in (0.5, *MOST)
    )
    for threads in (1, THREADS):
        name = f"audited, {threads} thread{'s' * (threads > 1)}"
        taken, seconds = _audited(site, threads)
        yield Row(f"{name}: look-ups a second", f"{len(taken) / seconds:,.0f}")
        yield Row(f"{name}: {0.5:.1%} in", _ms(_at(taken, 0.5)))
        for share, most in MOST.items():
            value, allowed = _at(taken, share), max(most, TIMES_RAW * _at(floor, share))
            title = f"{name}: {share:.1%} in, of {_ms(allowed)}"
            yield Row(title, _ms(value), allowed / value, least=1.0)


def _audited(site: Site, threads: int) -> tuple[list[float], float]:
    numbers = site.numbers(LOOK_UPS)
    shares = [numbers[n::threads] for n in range(threads)]  # handing out one by one would count too
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(partial(_verify_each, site), [share[:20] for share in shares]))
        began = time.perf_counter()
        taken = sorted(chain(*pool.map(partial(_verify_each, site), shares)))
        return taken, time.perf_counter() - began


def _commit_raw(site: Site, n: int) -> float:
    began = time.perf_counter()
    site.raw.execute("BEGIN IMMEDIATE")
    site.raw.execute(
        "INSERT INTO audit_event (user_name, surface, at, action, subject, outcome, details) "
        "VALUES ('Ann Bell', 'console', '2026-11-25 09:00:00', 'bench:raw', ?, 'match', '{}')",
        (_number(n),),
    )
    site.raw.execute("COMMIT")
    return time.perf_counter() - began


def _verify_each(site: Site, numbers: Sequence[TrfNumber]) -> list[float]:
    return [_verify(site, number) for number in numbers]


def _verify(site: Site, number: TrfNumber) -> float:
    began = time.perf_counter()
    site.look_ups.run(LookUp(site.actor, [number]))
    return time.perf_counter() - began


def _find_raw(site: Site, numbers: Sequence[TrfNumber]) -> None:
    for number in numbers:
        site.raw.execute(RAW, (number,)).fetchone()


def _find_ours(site: Site, numbers: Sequence[TrfNumber]) -> None:
    with site.database.reading() as session:
        for number in numbers:
            find(session, number)


def _find_records(site: Site, numbers: Sequence[TrfNumber]) -> None:
    with site.database.reading() as session:
        for number in numbers:
            row = find(session, number)
            if row is not None:
                record_of(row)


def _find_many(site: Site, numbers: Sequence[TrfNumber]) -> None:
    with site.database.reading() as session:
        find_many(session, set(numbers))


def _each(measured: Measured, times: int) -> str:
    return f"{measured.seconds / times * 1e6:.1f} us"


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


if __name__ == "__main__":
    main(sys.argv[1:])
