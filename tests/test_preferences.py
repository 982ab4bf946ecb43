from datetime import timedelta

import pytest

from core import preferences, templates
from core.actors import actor_by_id
from core.fields import find_field
from core.preferences import Switch, Wishes
from core.refusals import Refusal
from core.tables import Preference
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

    assert (card.on, card.frequency, card.email) == (False, Frequency.DAILY, "ann@uni.example")
    assert card.next_due_at is None


def test_daily_takes_the_time_of_day_at_which_it_was_set(session, actor):
    change(session, actor, timezone="Europe/London")
    card = change(session, actor, Switch.DAILY, now=NOW + timedelta(hours=5, minutes=5))

    assert (card.on, card.time) == (True, "14:05")
    assert card.next_due_at == NOW + timedelta(days=1, hours=5, minutes=5)


def test_weekly_takes_the_weekday_too(session, actor):
    card = change(session, actor, Switch.WEEKLY)

    assert (card.day, card.time) == (Weekday.WEDNESDAY, "09:00")
    assert card.next_due_at == NOW + timedelta(days=7)


def test_a_zone_given_in_the_same_breath_decides_the_local_time(session, actor):
    card = change(session, actor, Switch.DAILY, timezone="asia/tokyo")

    assert (card.time_zone, card.time) == ("Asia/Tokyo", "18:00")


def test_on_keeps_the_last_frequency_and_off_owes_no_digest(session, actor):
    change(session, actor, Switch.WEEKLY)
    off = change(session, actor, Switch.OFF)
    on = change(session, actor, Switch.ON)

    assert (off.on, off.next_due_at) == (False, None)
    assert (on.on, on.frequency, on.time) == (True, Frequency.WEEKLY, "09:00")


def test_immediate_is_never_due_and_warns_in_the_guides_words(session, actor):
    card = change(session, actor, Switch.IMMEDIATE)

    assert card.next_due_at is None
    assert "an email for each individual applicant" in card.notes[0]


def test_time_day_and_channels_are_set_one_by_one(session, actor):
    change(session, actor, Switch.WEEKLY)
    card = change(session, actor, time="07:30", day=Weekday.FRIDAY, slack=False, marks=True)

    assert (card.time, card.day, card.slack, card.mail) == ("07:30", Weekday.FRIDAY, False, True)
    assert card.marks_downloaded
    assert f"{card.next_due_at:%A %H:%M}" == "Friday 07:30"
    assert change(session, actor, mail=False).next_due_at is None


@pytest.mark.parametrize(
    ("typed", "near"), [("London", "Europe/London"), ("Europe/Londn", "Europe/London")]
)
def test_an_unknown_zone_is_refused_with_the_nearest(session, actor, typed, near):
    with pytest.raises(Refusal, match=f"Write it like {near}"):
        change(session, actor, timezone=typed)


def test_a_new_address_waits_for_its_code_and_goes_to_nobody_else(session, actor):
    card = change(session, actor, email="Office@Uni.example")
    (notice,) = card.notices

    assert (card.email, card.pending) == ("ann@uni.example", "office@uni.example")
    assert notice.address == "office@uni.example"
    assert notice.code not in str(card.document())
    assert notice.code not in (session.get(Preference, actor.user_id).code_hash or "")

    card = change(session, actor, confirm=notice.code.lower())
    assert (card.email, card.pending) == ("office@uni.example", None)
    assert change(session, actor, email="login").email == "ann@uni.example"


def test_a_wrong_late_or_used_code_confirms_nothing(session, actor):
    (notice,) = change(session, actor, email="office@uni.example").notices
    for code, now in [("WRONG", NOW), (notice.code, NOW + timedelta(days=3))]:
        with pytest.raises(Refusal, match="not right, or its time is over"):
            change(session, actor, now=now, confirm=code)

    change(session, actor, confirm=notice.code)
    with pytest.raises(Refusal, match="not right"):
        change(session, actor, confirm=notice.code)


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
    with pytest.raises(Refusal, match="Did you mean Mine"):
        change(session, actor, template="mine!")

    templates.delete(session, actor, "Mine", now=NOW)
    session.expire_all()
    assert preferences.show_notifications(session, actor).template is None


def test_start_page_and_language_are_kept_and_used_from_then_on(session, actor):
    card = preferences.set_settings(
        session, actor, start=StartPage.VERIFICATION, language=Language.ENGLISH_US, now=NOW
    )

    assert card.document() == {"settings": {"start": "verification", "language": "en-US"}}
    shown = preferences.set_settings(session, actor, now=NOW)
    assert shown == card
    again = actor_by_id(session, actor.user_id, Surface.CONSOLE)
    assert again.language is Language.ENGLISH_US
