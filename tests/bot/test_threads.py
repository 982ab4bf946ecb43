"""When a score changes, whoever relied on it hears so under the message that showed it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.actors import actor_for
from core.digests import send_due
from core.preferences import Switch, Wishes, set_notifications
from core.tables import SlackCard
from core.terms import Fate, Surface
from tests.bot.world import ANN, BO, LINE, OPEN, button, wait_for, words, world
from tests.intake.shapes import number, record

LOWER = {"overallBandScore": "5.5"}


@pytest.fixture
def desk(sqlite_url):
    with world(sqlite_url, "http") as made:
        made.link(ANN)
        yield made


def prefer(desk, switch, **wishes):
    with desk.database.transaction() as session:
        actor = actor_for(session, LINE[ANN], Surface.CONSOLE)
        set_notifications(session, actor, switch, Wishes(**wishes), now=desk.clock())


def writes(desk, text, user=ANN):
    """A line typed to the bot in a direct message; its answer, which can have a thread."""
    before = len(desk.seen(user, more_than=-1))
    desk.slack.workspace.skew += 1.1
    channel = desk.slack.workspace.direct(user).id
    event = {"type": "message", "channel_type": "im", "channel": channel, "user": user}
    cards = count_cards(desk)
    desk.slack.event(event | {"text": text})
    answer = desk.seen(user, more_than=before)[-1]
    if text.startswith("verify"):
        wait_for(lambda: count_cards(desk) > cards)
    return answer


def count_cards(desk):
    with desk.database.reading() as session:
        return len(session.exec(select(SlackCard.id)).all())


def changes(desk, *records):
    """What is said after records have changed."""
    desk.now[0] += timedelta(days=1)
    before = len(desk.slack.workspace.said)
    desk.arrive(*records)
    desk.send()
    return desk.slack.workspace.said[before:]


def places(said):
    return [(one.channel, one.thread_ts) for one in said]


def test_a_look_up_in_direct_messages_is_followed_in_its_thread(desk):
    desk.arrive(record(1))
    card = writes(desk, f"verify {number(1)}")

    (told,) = changes(desk, record(1, **LOWER))

    assert places([told]) == [("D0ANN", card.ts)]
    assert "Overall Band Score: ~8~ → *5.5*" in words(told)


def test_under_an_answer_that_only_one_person_sees_there_is_no_thread(desk):
    desk.arrive(record(1))
    desk.types(ANN, "/verify", number(1))

    (told,) = changes(desk, record(1, **LOWER))

    assert places([told]) == [("D0ANN", None)]
    assert "You verified it." in words(told)


def test_a_message_that_is_gone_has_no_thread_and_the_change_is_told_all_the_same(desk):
    desk.arrive(record(1))
    card = writes(desk, f"verify {number(1)}")
    desk.slack.workspace.said.remove(card)

    (told,) = changes(desk, record(1, **LOWER))

    assert places([told]) == [("D0ANN", None)]
    assert [row.fate for row in desk.owed(kind="results-changed")] == [Fate.SENT]


def test_each_change_is_under_its_own_message_and_what_no_message_showed_is_by_itself(desk):
    desk.arrive(record(1), record(2), record(3))
    one, two = (writes(desk, f"verify {number(n)}") for n in (1, 2))
    desk.types(ANN, "/verify", number(3))

    told = changes(desk, *(record(n, **LOWER) for n in (1, 2, 3)))

    assert places(told) == [("D0ANN", one.ts), ("D0ANN", two.ts), ("D0ANN", None)]
    for n, said in enumerate(told, start=1):
        assert [number(i) in words(said) for i in (1, 2, 3)] == [i == n for i in (1, 2, 3)]
        assert said.text == "1 result that you relied on has changed."


def test_a_table_has_one_thread_for_all_its_numbers(desk):
    desk.arrive(record(1), record(2))
    table = writes(desk, f"verify {number(1)} {number(2)}")

    (told,) = changes(desk, record(1, **LOWER), record(2, **LOWER))

    assert told.thread_ts == table.ts
    assert told.text == "2 results that you relied on have changed."


def test_a_correction_of_many_is_told_once_and_not_in_many_threads(desk):
    desk.arrive(*map(record, range(6)))
    for n in range(6):
        writes(desk, f"verify {number(n)}")

    (told,) = changes(desk, *(record(n, **LOWER) for n in range(6)))

    assert places([told]) == [("D0ANN", None)]
    assert told.text == "6 results that you relied on have changed."


def test_a_second_change_goes_to_the_same_thread(desk):
    desk.arrive(record(1))
    card = writes(desk, f"verify {number(1)}")
    changes(desk, record(1, **LOWER))

    (told,) = changes(desk, record(1, overallBandScore="6"))

    assert told.thread_ts == card.ts


def test_a_change_that_was_told_by_itself_has_the_next_one_in_its_thread(desk):
    desk.arrive(record(1))
    desk.types(ANN, "/verify", number(1))
    (first,) = changes(desk, record(1, **LOWER))

    (second,) = changes(desk, record(1, overallBandScore="6"))

    assert (first.thread_ts, second.thread_ts) == (None, first.ts)


@pytest.mark.parametrize("asked", ["download", "list"])
def test_a_file_has_its_thread_under_the_message_that_brought_it(desk, asked):
    desk.arrive(*map(record, range(3)))
    if asked == "download":
        desk.types(ANN, "/download")
    else:
        desk.slack.drops(ANN, "list.csv", f"{number(1)}\n{number(2)}\n".encode())
        desk.seen(ANN)
    desk.send()
    (brought,) = [one for one in desk.seen(ANN) if one.files]

    (told,) = changes(desk, record(1, **LOWER))

    assert places([told]) == [("D0ANN", brought.ts)]


@pytest.mark.parametrize("marks", [True, False])
def test_a_digest_that_brings_a_file_has_its_thread(desk, marks):
    prefer(desk, Switch.DAILY, mail=False, time="10:00", marks=marks)
    desk.arrive(record(1), record(2))
    desk.now[0] += timedelta(hours=1)
    send_due(desk.database, now=desk.clock())
    desk.send()
    (digest,) = [one for one in desk.seen(ANN) if one.files]
    if not marks:
        desk.types(ANN, "/verify", number(1))

    (told,) = changes(desk, record(1, **LOWER))

    assert told.thread_ts == digest.ts


def test_a_file_that_was_deleted_in_slack_leaves_a_plain_message(desk):
    desk.arrive(record(1))
    desk.types(ANN, "/download")
    desk.send()
    desk.slack.workspace.files.clear()

    (told,) = changes(desk, record(1, **LOWER))

    assert places([told]) == [("D0ANN", None)]


def test_a_record_that_appears_is_told_under_the_look_up_that_found_none(desk):
    card = writes(desk, f"verify {number(1)}")
    writes(desk, f"watch {number(1)}")

    (told,) = changes(desk, record(1))

    assert told.text == "A record has appeared for a number that you watch."
    assert told.thread_ts == card.ts


def test_a_masked_card_in_a_channel_hears_only_that_it_is_not_true_any_more(desk):
    desk.arrive(record(1))
    answer = desk.types(ANN, "/verify", number(1))
    desk.slack.click(ANN, answer, button(answer, "Share masked"))
    desk.seen(ANN, more_than=2)
    (shared,) = [one for one in desk.slack.workspace.said if one.only_for is None]

    told = [one for one in changes(desk, record(1, **LOWER)) if one.channel == OPEN]

    assert places(told) == [(OPEN, shared.ts)]
    assert "has changed since" in words(told[0])
    assert not [one for one in ("5.5", "8.0", number(1)[-4:]) if one in words(told[0])]


def test_nobody_hears_of_a_change_in_the_thread_of_another(desk):
    desk.link(BO)
    desk.arrive(record(1))
    card = writes(desk, f"verify {number(1)}")
    desk.types(BO, "/verify", number(1))

    told = changes(desk, record(1, **LOWER))

    assert places(told) == [("D0ANN", card.ts), ("D0BO", None)]


def test_another_slack_account_of_the_same_user_has_none_of_the_old_threads(desk):
    desk.arrive(record(1))
    writes(desk, f"verify {number(1)}")
    desk.link("U0CY", LINE[ANN])
    desk.now[0] += timedelta(days=1)
    desk.arrive(record(1, **LOWER))

    desk.send()

    assert places(desk.seen("U0CY")) == [("D0CY", None)]


def test_an_answer_that_could_not_be_kept_is_there_all_the_same(desk, monkeypatch):
    from core.refusals import unavailable

    def away(*_, **__):
        raise unavailable("busy", "Busy.")

    monkeypatch.setattr("bot.listeners.events.keep", away)

    assert "No match found." in words(writes(desk, f"Verify {number(1)}"))
    desk.types(ANN, "/results")
    assert len(desk.seen(ANN)) == 2


def test_the_same_threads_on_postgresql(postgres_url):
    with world(postgres_url, "http") as desk:
        desk.link(ANN)
        test_each_change_is_under_its_own_message_and_what_no_message_showed_is_by_itself(desk)
