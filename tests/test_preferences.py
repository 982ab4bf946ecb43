import json
from datetime import timedelta

import pytest
from sqlmodel import select

from core import preferences, templates
from core.actors import actor_by_id
from core.fields import find_field
from core.preferences import Switch, Wishes
from core.refusals import Kind, Refusal
from core.tables import AuditEvent, Preference
from core.terms import DateFormat, Format, Frequency, Language, StartPage, Surface, Weekday
from tests.builders import NOW, a_user, an_actor, an_organisation


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def actor(session):
    return an_actor(session, a_user(session, an_organisation(session)))


def change(session, actor, switch=None, now=NOW, **wishes):
    return preferences.set_notifications(session, actor, switch, Wishes(**wishes), now=now)


def test_notifications_are_off_and_daily_to_begin_with_as_in_the_guides_picture(session, actor):
    card = preferences.show_notifications(session, actor)

    assert card.document() == {
        "notifications": {
            "on": False,
            "frequency": "daily",
            "email": "ann@uni.example",
            "pending_email": None,
            "slack": True,
            "mail": True,
            "time": "09:00",
            "day": "monday",
            "timezone": "UTC",
            "template": None,
            "marks_downloaded": False,
            "next_due_at": None,
        },
        "notes": [],
    }


def test_daily_takes_the_time_of_day_at_which_it_was_set(session, actor):
    change(session, actor, timezone="Europe/London")
    card = change(session, actor, Switch.DAILY, now=NOW + timedelta(hours=5, minutes=5))

    assert (card.on, card.time) == (True, "14:05")
    assert card.next_due_at == NOW + timedelta(days=1, hours=5, minutes=5)
    stored = session.get(Preference, actor.user_id).next_due_at
    assert stored == card.next_due_at


def test_weekly_takes_the_weekday_too(session, actor):
    card = change(session, actor, Switch.WEEKLY)

    assert (card.day, card.time) == (Weekday.WEDNESDAY, "09:00")
    assert card.next_due_at == NOW + timedelta(days=7)


def test_the_weekday_is_that_of_the_users_own_zone(session, actor):
    card = change(
        session, actor, Switch.WEEKLY, timezone="Pacific/Auckland", now=NOW.replace(hour=12)
    )

    assert (card.day, card.time) == (Weekday.THURSDAY, "01:00")


def test_a_zone_given_in_the_same_breath_decides_the_local_time(session, actor):
    card = change(session, actor, Switch.DAILY, timezone="asia/tokyo")

    assert (card.time_zone, card.time) == ("Asia/Tokyo", "18:00")
    assert card.document()["notifications"]["next_due_at"] == "2026-11-26T18:00:00+09:00"


def test_a_time_said_aloud_wins_over_the_present_one(session, actor):
    card = change(session, actor, Switch.WEEKLY, time="07:30", day=Weekday.FRIDAY)

    assert f"{card.next_due_at:%Y-%m-%d %H:%M}" == "2026-11-27 07:30"


def test_a_move_to_another_zone_keeps_the_local_time(session, actor):
    change(session, actor, Switch.DAILY)
    card = change(session, actor, timezone="America/New_York")

    assert card.time == "09:00"
    assert card.next_due_at == NOW + timedelta(hours=5)


def test_on_keeps_the_last_frequency_and_its_time_and_off_owes_no_digest(session, actor):
    change(session, actor, Switch.WEEKLY)
    off = change(session, actor, Switch.OFF)
    on = change(session, actor, Switch.ON, now=NOW + timedelta(hours=3))

    assert (off.on, off.frequency, off.next_due_at) == (False, Frequency.WEEKLY, None)
    assert (on.on, on.frequency, on.time, on.day) == (
        True,
        Frequency.WEEKLY,
        "09:00",
        Weekday.WEDNESDAY,
    )


def test_a_time_set_while_they_are_off_turns_nothing_on(session, actor):
    card = change(session, actor, time="07:30")

    assert (card.on, card.time, card.next_due_at) == (False, "07:30", None)


def test_immediate_is_never_due_and_warns_in_the_guides_words(session, actor):
    card = change(session, actor, Switch.IMMEDIATE)

    assert (card.on, card.next_due_at) == (True, None)
    (note,) = card.notes
    assert note == (
        "If you typically receive a large number of IELTS scores, please note that you will "
        "receive an email for each individual applicant, resulting in numerous emails sent to "
        "your inbox."
    )


def test_channels_and_marks_are_set_one_by_one(session, actor):
    change(session, actor, Switch.WEEKLY)
    card = change(session, actor, slack=False, marks=True)
    assert (card.slack, card.mail, card.marks_downloaded) == (False, True, True)

    card = change(session, actor, mail=False)
    assert card.next_due_at is None
    assert "nothing is sent" in card.notes[0]
    assert change(session, actor, slack=True).next_due_at == NOW + timedelta(days=7)


def test_one_wrong_word_changes_nothing(session, actor):
    before = preferences.show_notifications(session, actor)
    for wrong in ({"timezone": "Nowhere"}, {"template": "None such"}, {"email": "nobody"}):
        with pytest.raises(Refusal):
            change(session, actor, Switch.DAILY, slack=False, **wrong)

    session.expire_all()
    assert preferences.show_notifications(session, actor) == before


def test_a_template_is_chosen_by_name_and_falls_away_with_it(session, actor):
    templates.create(
        session,
        actor,
        "Mine",
        format=Format.XML,
        dates=DateFormat.ISO,
        fields=[find_field("trfNumber")],
        now=NOW,
    )
    assert change(session, actor, template="mine").template == "Mine"
    assert change(session, actor, time="10:00").template == "Mine"
    with pytest.raises(Refusal, match="Did you mean Mine"):
        change(session, actor, template="mine!")
    assert change(session, actor, template="default").template is None

    change(session, actor, template="mine")
    templates.delete(session, actor, "Mine", now=NOW)
    session.expire_all()
    assert preferences.show_notifications(session, actor).template is None


def test_another_organisations_template_does_not_exist(session, actor):
    other = an_actor(session, a_user(session, an_organisation(session, "Leeds"), "x@l.example"))
    fields = [find_field("trfNumber")]
    templates.create(
        session, other, "Theirs", format=Format.CSV, dates=DateFormat.ISO, fields=fields, now=NOW
    )

    with pytest.raises(Refusal) as refused:
        change(session, actor, template="Theirs")
    assert refused.value.kind is Kind.MISSING


def test_the_trail_says_what_was_changed_to_what(session, actor):
    change(session, actor, Switch.DAILY, slack=False)
    preferences.set_settings(session, actor, start=StartPage.VERIFICATION, now=NOW)

    details = [json.loads(one) for one in session.exec(select(AuditEvent.details))]
    assert details == [
        {"changed": {"slack": False, "switch": "daily"}},
        {"changed": {"start": "verification"}},
    ]


def test_start_page_and_language_are_kept_and_used_from_then_on(session, actor):
    card = preferences.set_settings(
        session, actor, start=StartPage.VERIFICATION, language=Language.ENGLISH_US, now=NOW
    )

    assert card.document() == {"settings": {"start": "verification", "language": "en-US"}}
    assert preferences.set_settings(session, actor, now=NOW) == card
    again = actor_by_id(session, actor.user_id, Surface.CONSOLE)
    assert again.language is Language.ENGLISH_US
    assert len(session.exec(select(AuditEvent)).all()) == 1
