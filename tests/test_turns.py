from threading import Barrier, Thread

import pytest

from core import templates
from core.fields import BY_HEADING
from core.refusals import Kind, Refusal
from core.terms import DateFormat, Format
from tests.builders import NOW, a_user, an_actor, an_organisation


@pytest.fixture
def actor(database):
    with database.transaction() as session:
        return an_actor(session, a_user(session, an_organisation(session)))


def at_once(database, actor, *names):
    """Create these templates, each the default, all at the same time; give what was refused."""
    barrier, refused = Barrier(len(names)), []

    def create(name):
        barrier.wait()
        try:
            with database.transaction() as session:
                templates.create(
                    session,
                    actor,
                    name,
                    format=Format.CSV,
                    dates=DateFormat.ISO,
                    fields=(BY_HEADING["trfNumber"],),
                    default=True,
                    now=NOW,
                )
        except Refusal as refusal:
            refused.append(refusal.kind)

    threads = [Thread(target=create, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def made(database, actor):
    with database.reading() as session:
        return templates.list_templates(session, actor).cards


def test_two_defaults_at_once_leave_one(database, actor):
    assert at_once(database, actor, *(f"T{n}" for n in range(6))) == []
    assert [card.is_default for card in made(database, actor)].count(True) == 1
    assert len(made(database, actor)) == 6


def test_the_same_name_at_once_is_a_conflict_for_the_second(database, actor):
    assert at_once(database, actor, "Law", "LAW") == [Kind.CONFLICT]
    assert len(made(database, actor)) == 1
