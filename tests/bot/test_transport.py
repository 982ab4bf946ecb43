"""What happens to a message on its way to Slack decides what becomes of its row."""

from datetime import timedelta

import pytest

from core.actors import actor_for
from core.installations import revoke, set_channel
from core.preferences import Switch, Wishes, set_notifications
from core.terms import Fate, Surface
from playground.slack import Fault
from tests.bot.world import ANN, BO, LINE, OPEN, TEAM, button, words, world
from tests.intake.shapes import number, record


@pytest.fixture
def desk(sqlite_url):
    with world(sqlite_url, "http") as made:
        made.link(ANN)
        yield made


def prefer(desk, user, switch, **wishes):
    with desk.database.transaction() as session:
        actor = actor_for(session, LINE[user], Surface.CONSOLE)
        set_notifications(session, actor, switch, Wishes(**wishes), now=desk.clock())


def choose(desk, channel=OPEN):
    with desk.database.transaction() as session:
        actor = actor_for(session, LINE[ANN], Surface.CONSOLE)
        set_channel(session, actor, channel, now=desk.clock())


def fates(desk, kind=None):
    return [Fate(row.fate) for row in desk.owed(kind=kind)]


def said(desk):
    return desk.slack.workspace.said


def later(desk, **delta):
    desk.now[0] += timedelta(**delta)


def test_an_immediate_notice_is_a_direct_message_that_names_nobody_on_a_locked_screen(desk):
    prefer(desk, ANN, Switch.IMMEDIATE)
    desk.arrive(record(1))

    desk.send()

    (one,) = said(desk)
    assert one.channel == "D0ANN"
    assert one.text == "A new result has arrived."
    assert "Zola" in words(one)
    assert button(one, "Change notifications")
    assert desk.owed()[0].external_id == one.ts


def test_only_those_who_are_linked_and_chose_slack_get_one(desk):
    prefer(desk, ANN, Switch.IMMEDIATE, slack=False)
    prefer(desk, BO, Switch.IMMEDIATE)
    desk.arrive(record(1))

    assert desk.owed() == []


def test_a_digest_brings_its_file(desk):
    from core.digests import send_due

    prefer(desk, ANN, Switch.DAILY, mail=False, time="10:00")
    desk.arrive(record(1), record(2))
    later(desk, hours=1)
    send_due(desk.database, now=desk.clock())

    desk.send()

    (file,) = desk.slack.workspace.files.values()
    assert file.shared_in == ["D0ANN"]
    assert number(2) in file.data.decode()
    assert said(desk)[-1].text == "2 new results have arrived."


def test_a_change_is_told_in_the_thread_of_what_was_told_first(desk):
    choose(desk)
    prefer(desk, ANN, Switch.IMMEDIATE)
    desk.arrive(record(1))
    desk.send()
    first = {one.channel: one.ts for one in said(desk)}
    desk.types(ANN, "/verify", number(1))
    later(desk, days=1)
    desk.arrive(record(1, overallBandScore="5.5"))
    before = len(said(desk))

    desk.send()

    changes = said(desk)[before:]
    assert {one.channel for one in changes} == {"D0ANN", OPEN}
    for one in changes:
        assert one.thread_ts == first[one.channel]
    (own,) = [one for one in changes if one.channel == "D0ANN"]
    assert "Overall Band Score: ~8~ → *5.5*" in words(own)
    assert "You verified it." in words(own)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("chat.postMessage", status=500),
        Fault("chat.postMessage", status=503, retry_after=40),
        Fault("chat.postMessage", error="internal_error"),
        Fault("chat.postMessage", status=429, error="ratelimited", retry_after=30),
        Fault("conversations.open", lost=True),
        Fault("users.info", status=502),
    ],
    ids=lambda fault: f"{fault.method}-{fault.status or fault.error or 'lost'}",
)
def test_what_surely_was_not_sent_is_sent_later_and_once(desk, fault):
    prefer(desk, ANN, Switch.IMMEDIATE)
    desk.arrive(record(1))
    desk.slack.faults = [fault]

    desk.send()

    assert said(desk) == []
    later(desk, minutes=2)
    desk.send()
    desk.send()
    assert len(said(desk)) == 1
    assert fates(desk) == [Fate.SENT]


def test_a_storm_of_429_for_half_a_minute_loses_nothing_and_doubles_nothing(desk):
    prefer(desk, ANN, Switch.IMMEDIATE)
    desk.arrive(*(record(n) for n in range(1, 6)))
    desk.slack.faults = [
        Fault("chat.postMessage", 10, status=429, error="ratelimited", retry_after=30)
    ]
    desk.send()
    assert said(desk) == []
    desk.slack.faults = []

    later(desk, seconds=29)
    assert desk.owed(Fate.READY) == []
    later(desk, minutes=2)
    desk.send()

    assert sorted(words(one).count("Zola") for one in said(desk)) == [1] * 5
    assert len({words(one) for one in said(desk)}) == 5


def test_a_post_whose_answer_was_lost_is_held_and_never_repeated(desk):
    prefer(desk, ANN, Switch.IMMEDIATE)
    desk.arrive(record(1))
    desk.slack.faults = [Fault("chat.postMessage", lost=True)]

    desk.send()
    later(desk, days=1)
    desk.send()

    assert fates(desk) == [Fate.HELD]
    assert len(said(desk)) == 1


@pytest.mark.parametrize("error", ["is_archived", "not_in_channel", "channel_not_found"])
def test_a_channel_that_takes_nothing_is_given_up_with_the_reason(desk, error):
    choose(desk)
    desk.arrive(record(1))
    desk.slack.faults = [Fault("chat.postMessage", error=error)]

    desk.send()

    (row,) = desk.owed()
    assert (Fate(row.fate), row.last_error) == (Fate.DEAD, f"Slack refused it: {error}.")


def test_blocks_that_slack_refuses_are_sent_as_plain_sections(desk):
    choose(desk)
    desk.arrive(record(1))
    desk.slack.faults = [Fault("chat.postMessage", error="invalid_blocks")]

    desk.send()

    (one,) = said(desk)
    assert "1 new result has arrived." in words(one)
    assert fates(desk) == [Fate.SENT]


def download(desk):
    desk.arrive(record(1))
    desk.types(ANN, "/download")


def test_the_last_step_of_an_upload_is_repeated_and_posts_once(desk):
    download(desk)
    desk.slack.faults = [
        Fault("files.completeUploadExternal", lost=True),
        Fault("files.completeUploadExternal", error="file_update_failed"),
    ]

    desk.send()

    assert [one.files for one in said(desk) if one.files] == [tuple(desk.slack.workspace.files)]
    assert fates(desk) == [Fate.SENT]


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "upload"])
def test_an_earlier_step_that_fails_is_begun_anew(desk, step):
    download(desk)
    desk.slack.faults = [Fault(step, status=503)]
    desk.send()
    assert not [one for one in said(desk) if one.files]

    later(desk, minutes=2)
    desk.send()

    assert len([one for one in said(desk) if one.files]) == 1


@pytest.mark.parametrize("flag", ["deleted", "is_restricted"])
def test_rights_are_read_again_before_a_file_is_handed_over(desk, flag):
    download(desk)
    desk.slack.workspace.members[ANN].flags[flag] = True

    desk.send()

    assert desk.slack.workspace.files == {}
    assert fates(desk) == [Fate.DEAD]


def test_a_file_for_somebody_who_is_no_longer_linked_is_not_sent(desk):
    download(desk)
    desk.types(ANN, "/ielts", "unlink")

    desk.send()

    assert desk.slack.workspace.files == {}
    assert fates(desk) == [Fate.DROPPED]


def test_nothing_is_sent_where_the_bot_was_taken_out(desk):
    choose(desk)
    desk.arrive(record(1))
    desk.slack.workspace.grants.clear()
    desk.send()
    assert next(row.last_error for row in desk.owed()).startswith("Slack does not take")

    with desk.database.transaction() as session:
        revoke(session, TEAM, now=desk.clock())
    desk.arrive(record(2))
    assert len(desk.owed()) == 1


def test_each_person_gets_an_announced_file_in_their_own_template(desk):
    desk.link(BO)
    choose(desk)
    with_template = 'templates create "Short" format=json dates=dd/mm/yyyy fields=trfNumber'
    desk.types(BO, "/ielts", with_template)
    prefer(desk, BO, None, template="Short")
    desk.arrive(record(1), record(2))
    desk.send()
    (news,) = [one for one in said(desk) if one.channel == OPEN and one.only_for is None]

    before = {user: len(desk.seen(user)) for user in (ANN, BO)}
    for user in (ANN, BO, BO):
        desk.slack.click(user, news, button(news, "Download now"))
    for user, count in before.items():
        desk.seen(user, more_than=count)
    desk.send()

    files = {one.shared_in[0]: one for one in desk.slack.workspace.files.values()}
    assert len(desk.slack.workspace.files) == 2
    assert number(2) in files["D0ANN"].data.decode()
    assert files["D0BO"].name.endswith(".json")
    assert number(2) in files["D0BO"].data.decode()
