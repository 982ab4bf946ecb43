import json
from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlmodel import func, select

from console.text import retention as _  # noqa: F401  registers the text
from console.text.render import text
from core import reply_tokens, users
from core.preferences import Switch, Wishes, set_notifications
from core.retention import purge
from core.settings import Settings
from core.tables import (
    AuditEvent,
    Change,
    Delivery,
    Enquiry,
    EnquiryCopy,
    Incoming,
    LiveCheck,
    LookUpCount,
    Organisation,
    Outgoing,
    Photo,
    Preference,
    ReplyToken,
    Result,
    SlackCard,
    SlackInstallation,
    SlackLink,
    User,
    Verification,
    Watch,
)
from core.terms import Language, Role, Surface
from core.trf_numbers import TrfNumber
from core.verification import verify
from tests.builders import NOW, a_result, a_user, an_actor, an_organisation, deliver


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def actor(session):
    return an_actor(session, a_user(session, an_organisation(session)))


def count(session, table):
    return session.exec(select(func.count()).select_from(table)).one()


def day_ago(days_ago):
    return (NOW - timedelta(days=days_ago)).date().isoformat()


def test_results_go_with_all_that_hangs_on_them_and_look_ups_stay(session, actor):
    old = a_result(session, "OLD1", test_date=day_ago(1101))
    kept = a_result(session, "NEW1", test_date=day_ago(1100))
    deliver(session, session.exec(select(Organisation)).one(), old, kept)
    for result in (old, kept):
        session.add(Photo(result_id=result.id, media_type="image/png", data=b"x"))
        session.add(
            Change(result_id=result.id, field="town", old="a", new="b", changed_at=NOW, source="s")
        )
        verify(session, actor, TrfNumber(result.trf_number), now=NOW, settings=Settings())
    session.flush()

    purged = purge(session, now=NOW, settings=Settings())

    assert (purged.results, purged.photos) == (1, 2)
    assert session.exec(select(Result.trf_number)).all() == ["NEW1"]
    assert [count(session, one) for one in (Delivery, Change, Verification)] == [1, 1, 2]


def test_what_ielts_said_of_a_number_goes_with_the_look_ups_that_asked(session):
    long_ago = NOW - timedelta(days=1831)
    for number, answered, failed in (
        ("OLD1", long_ago, None),
        ("OLD2", None, long_ago),
        ("NEW1", NOW, long_ago),
        ("NEW2", long_ago, NOW),
    ):
        session.add(LiveCheck(trf_number=number, answered_at=answered, failed_at=failed))
    session.flush()

    purge(session, now=NOW, settings=Settings())

    assert session.exec(select(LiveCheck.trf_number).order_by(LiveCheck.trf_number)).all() == [
        "NEW1",
        "NEW2",
    ]


def test_what_slack_showed_is_forgotten_with_the_look_ups_and_with_the_user(session, actor):
    gone = a_user(session, session.exec(select(Organisation)).one(), "bo@uni.example")
    gone.removed_at = NOW
    session.flush()
    for message, user_id, days in (("old", actor.user_id, 1831), ("new", actor.user_id, 1829)):
        session.add(a_card(actor, user_id, message, NOW - timedelta(days=days)))
    session.add(a_card(actor, gone.id, "gone", NOW))
    session.flush()

    purge(session, now=NOW, settings=Settings())

    assert session.exec(select(SlackCard.message)).all() == ["new"]


def a_card(actor, user_id, message, shown_at):
    return SlackCard(
        organisation_id=actor.organisation_id,
        user_id=user_id,
        lane="T1:U1",
        message=message,
        trf_number="A1",
        shown_at=shown_at,
    )


def test_a_removed_users_slack_account_is_forgotten(session, actor):
    workspace = SlackInstallation(team_id="T1", installed_at=NOW)
    gone = a_user(session, session.exec(select(Organisation)).one(), "bo@uni.example")
    session.add(workspace)
    session.flush()
    for user_id in (actor.user_id, gone.id):
        account = f"U{user_id}"
        session.add(
            SlackLink(
                user_id=user_id,
                installation_id=workspace.id,
                slack_user_id=account,
                linked_at=NOW,
            )
        )
    gone.removed_at = NOW
    session.flush()

    purge(session, now=NOW, settings=Settings())

    assert session.exec(select(SlackLink.user_id)).all() == [actor.user_id]


def test_photos_go_sooner_than_their_results(session, actor):
    for number, days in (("A1", 741), ("B1", 740)):
        result = a_result(session, number, test_date=day_ago(days))
        session.add(Photo(result_id=result.id, media_type="image/png", data=b"x"))
    session.flush()

    assert purge(session, now=NOW, settings=Settings()).photos == 1
    assert count(session, Result) == 2


def test_look_ups_and_enquiries_go_after_their_time_and_the_trail_last(session, actor):
    verify(session, actor, TrfNumber("A1"), now=NOW, settings=Settings())
    enquiry = Enquiry(organisation_id=actor.organisation_id, trf_number="A1", opened_at=NOW)
    session.add(enquiry)
    session.flush()
    session.add(EnquiryCopy(enquiry_id=enquiry.id, filename="a", media_type="b", data=b"c"))
    session.flush()

    soon = purge(session, now=NOW + timedelta(days=1830), settings=Settings())
    assert (soon.verifications, soon.enquiries, soon.audit_events) == (0, 0, 0)
    later = purge(session, now=NOW + timedelta(days=1831), settings=Settings())
    assert (later.verifications, later.enquiries, later.audit_events) == (1, 1, 0)
    assert count(session, EnquiryCopy) == 0
    last = purge(session, now=NOW + timedelta(days=2561), settings=Settings())
    assert last.audit_events == 1


def test_counts_of_look_ups_and_old_codes_are_forgotten(session, actor):
    verify(session, actor, TrfNumber("A1"), now=NOW, settings=Settings())
    set_notifications(session, actor, Switch.ON, Wishes(email="x@uni.example"), now=NOW)

    assert purge(session, now=NOW + timedelta(days=1), settings=Settings()).codes == 0
    assert count(session, LookUpCount) == 2
    assert purge(session, now=NOW + timedelta(days=3), settings=Settings()).codes == 1

    assert count(session, LookUpCount) == 0
    session.expire_all()
    left = session.get(Preference, actor.user_id)
    assert (left.pending_address, left.code_hash, left.notifications_on) == (None, None, True)


def test_a_watch_ends_when_its_number_is_gone_or_never_came(session, actor):
    since = {"KEPT": 2000, "GONE": 2000, "NEVER": 1101, "NOTYET": 1100}
    for number, days in since.items():
        session.add(
            Watch(
                user_id=actor.user_id,
                trf_number=number,
                organisation_id=actor.organisation_id,
                created_at=NOW - timedelta(days=days),
            )
        )
    a_result(session, "KEPT", test_date=day_ago(10))
    a_result(session, "GONE", test_date=day_ago(1101))

    assert purge(session, now=NOW, settings=Settings()).watches == 2
    assert sorted(session.exec(select(Watch.trf_number))) == ["KEPT", "NOTYET"]


def test_a_removed_users_preferences_go_and_the_name_stays(session, actor):
    boss = a_user(session, session.get(Organisation, 1), "boss@uni.example", Role.ADMINISTRATOR)
    users.remove(session, an_actor(session, boss), "ann@uni.example", now=NOW)

    assert purge(session, now=NOW, settings=Settings()).preferences == 1
    assert session.exec(select(Preference.user_id)).all() == [boss.id]
    assert session.get(User, actor.user_id).name == "Ann Bell"


def test_a_purge_is_in_the_trail_itself_and_a_second_one_finds_nothing(session):
    a_result(session, "OLD1", test_date=day_ago(1101))
    first = purge(session, now=NOW, settings=Settings(), surface=Surface.CONSOLE)
    again = purge(session, now=NOW, settings=Settings())

    assert (first.results, again.results) == (1, 0)
    events = session.exec(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(one.action, one.surface) for one in events] == [
        ("retention:purged", "console"),
        ("retention:purged", "scheduler"),
    ]
    assert json.loads(events[0].details)["results"] == 1


def test_a_purge_says_how_many_of_each_kind_in_either_form(session):
    a_result(session, "OLD1", test_date=day_ago(1101))
    answer = purge(session, now=NOW, settings=Settings())

    assert answer.document()["purged"]["results"] == 1
    lines = text(answer, Language.ENGLISH_UK).splitlines()
    assert "  Results                       1" in lines
    assert len(lines) == 1 + len(answer.document()["purged"])


@pytest.mark.parametrize("other", ["results", "photos", "verifications"])
def test_the_trail_must_be_kept_longest(other):
    with pytest.raises(ValidationError, match="RESULTS_KEEP_AUDIT_DAYS"):
        Settings(**{f"keep_{other}_days": 2561})
    Settings(**{f"keep_{other}_days": 2560})


def test_messages_go_when_they_were_done_long_ago_and_what_is_owed_stays(session, actor):
    old = NOW - timedelta(days=91)
    for n, finished_at in enumerate([old, NOW - timedelta(days=89), None]):
        session.add(
            Outgoing(
                channel="mail",
                lane="smtp",
                dedupe_key=str(n),
                kind="test",
                due_at=old,
                created_at=old,
                finished_at=finished_at,
            )
        )

    assert purge(session, now=NOW, settings=Settings()).messages == 1
    assert count(session, Outgoing) == 2


def test_mail_that_was_done_with_and_reply_addresses_that_ended_are_forgotten(session, actor):
    for identity, fate, days in (("old", "done", 31), ("new", "done", 29), ("odd", "shunted", 31)):
        session.add(
            Incoming(
                identity=identity,
                recipient="results",
                came_by="smtp",
                received_at=NOW,
                enqueued_at=NOW,
                fate=fate,
                finished_at=NOW - timedelta(days=days),
            )
        )
    reply_tokens.keep(
        session,
        reply_tokens.new_token(),
        actor.user_id,
        message_id="<a@b>",
        subject="",
        now=NOW - timedelta(days=400),
        expires_at=NOW - timedelta(days=340),
    )

    purge(session, now=NOW, settings=Settings())

    assert sorted(session.exec(select(Incoming.identity))) == ["new", "odd"]
    assert count(session, ReplyToken) == 0
