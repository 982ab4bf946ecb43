import asyncio
import threading

import pytest
from sqlalchemy.exc import OperationalError

from bot.desk import Desk
from bot.gathering import Gathering
from core.database import Database
from core.refusals import Refusal
from core.settings import Settings
from tests.builders import NOW


class Doing:
    """Answers each number with its double, a zero with an error; the first waits to be let go."""

    def __init__(self):
        self.groups, self.begun, self.go_on = [], threading.Event(), threading.Event()

    def __call__(self, works):
        self.groups.append(list(works))
        self.begun.set()
        self.go_on.wait(10)
        return [ZeroDivisionError() if work == 0 else work * 2 for work in works]


@pytest.fixture
def doing():
    return Doing()


@pytest.fixture
def gathering(tmp_path, doing):
    database = Database(f"sqlite:///{tmp_path}/x.db")
    desk = Desk(Settings(), database, lambda: NOW)
    yield Gathering(desk, doing)
    desk.close()
    database.close()


async def _first_then(gathering, doing, works):
    """Work that comes while the first is under way."""
    first = asyncio.ensure_future(gathering.run(1))
    await asyncio.to_thread(doing.begun.wait, 10)
    others = [asyncio.ensure_future(gathering.run(work)) for work in works]
    await asyncio.sleep(0.01)
    doing.go_on.set()
    return await asyncio.gather(first, *others, return_exceptions=True)


def test_what_comes_while_others_are_under_way_is_done_in_one_group(gathering, doing):
    answers = asyncio.run(_first_then(gathering, doing, [2, 3, 4]))

    assert answers == [2, 4, 6, 8]
    assert doing.groups == [[1], [2, 3, 4]]


def test_those_who_came_last_time_are_waited_for_while_they_are_on_their_way(gathering, doing):
    async def again():
        await _first_then(gathering, doing, [2, 3, 4])
        asked = []
        for work in (5, 6, 7):
            asked.append(asyncio.ensure_future(gathering.run(work)))
            for _ in range(5):
                await asyncio.sleep(0)
        return await asyncio.gather(*asked)

    assert asyncio.run(again()) == [10, 12, 14]
    assert doing.groups[2:] == [[5, 6, 7]]


def test_whoever_is_alone_is_not_kept_waiting_for_others(gathering, doing):
    async def several_then_one():
        await _first_then(gathering, doing, [2, 3, 4])
        return [await gathering.run(5), await gathering.run(6)]

    assert asyncio.run(several_then_one()) == [10, 12]
    assert doing.groups[2:] == [[5], [6]]


def test_an_error_is_its_own_works_only(gathering, doing):
    answers = asyncio.run(_first_then(gathering, doing, [2, 0, 4]))

    assert [type(one) for one in answers] == [int, int, ZeroDivisionError, int]


def test_a_database_that_is_away_is_told_to_all_of_the_group(gathering, doing):
    def away(_):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    doing.go_on.set()
    gathering._do = away

    async def both():
        return await asyncio.gather(gathering.run(1), gathering.run(2), return_exceptions=True)

    answers = asyncio.run(both())
    assert [one.code for one in answers if isinstance(one, Refusal)] == ["busy", "busy"]


def test_whoever_gave_up_takes_no_one_elses_answer(gathering, doing):
    async def one_gives_up():
        first = asyncio.ensure_future(gathering.run(1))
        await asyncio.to_thread(doing.begun.wait, 10)
        second, third = (asyncio.ensure_future(gathering.run(work)) for work in (2, 3))
        await asyncio.sleep(0)
        second.cancel()
        doing.go_on.set()
        return await first, await third

    assert asyncio.run(one_gives_up()) == (2, 6)


def test_too_many_who_wait_are_refused(gathering, doing, monkeypatch):
    monkeypatch.setattr("bot.gathering.MOST_WAITING", 2)
    answers = asyncio.run(_first_then(gathering, doing, [2, 3, 4]))

    assert answers[:3] == [2, 4, 6]
    assert answers[3].code == "busy"
