import json
from datetime import date, timedelta

import pytest
from sqlmodel import func, select

import core.courier  # noqa: F401  registers the composers
from core import audit
from core.composing import Unwanted, compose
from core.erasure import erase
from core.notices import NewResult
from core.outbox import Owed, owe
from core.people import export, find
from core.refusals import Refusal
from core.settings import Settings
from core.tables import (
    AuditEvent,
    Change,
    Delivery,
    Enquiry,
    EnquiryCopy,
    LiveCheck,
    Organisation,
    Outgoing,
    Photo,
    RejectedRecord,
    Result,
    SlackCard,
    Verification,
    Watch,
)
from core.terms import Channel, Fate, Surface
from core.trf_numbers import TrfNumber
from core.verification import verify
from tests.builders import NOW, a_result, a_user, an_actor, an_organisation, deliver

JANE = TrfNumber("25GB000595ZOLJS03G")
OTHER = TrfNumber("25GB000596ZOLJS03G")
NEVER = TrfNumber("25GB000597ZOLJS03G")


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def house(session):
    """Jane's record everywhere that one can be, and one of somebody else beside it."""
    exeter, bath = an_organisation(session), an_organisation(session, "Bath")
    ann = an_actor(session, a_user(session, exeter))
    jane = a_result(session, JANE, first_name="Jané Marie", family_name="O'Zola")
    other = a_result(session, OTHER, candidate_email="other@mail.example")
    deliver(session, exeter, jane, other)
    deliver(session, bath, jane)
    for result in (jane, other):
        session.add(Photo(result_id=result.id, media_type="image/png", data=b"face"))
        session.add(
            Change(
                result_id=result.id,
                field="town",
                old="Riga",
                new="Oslo",
                changed_at=NOW,
                source="s",
            )
        )
        session.add(
            Watch(
                user_id=ann.user_id,
                trf_number=result.trf_number,
                organisation_id=exeter.id,
                created_at=NOW,
            )
        )
        session.add(
            SlackCard(
                organisation_id=exeter.id,
                user_id=ann.user_id,
                lane="T1:U1",
                message="1.5",
                trf_number=result.trf_number,
                shown_at=NOW,
            )
        )
        session.add(LiveCheck(trf_number=result.trf_number, outcome="match", answered_at=NOW))
        enquiry = Enquiry(organisation_id=exeter.id, trf_number=result.trf_number, opened_at=NOW)
        session.add(enquiry)
        session.flush()
        session.add(
            EnquiryCopy(enquiry_id=enquiry.id, filename="f.pdf", media_type="a/b", data=b"form")
        )
        verify(session, ann, TrfNumber(result.trf_number), now=NOW, settings=Settings())
    verify(session, ann, NEVER, now=NOW, settings=Settings())
    session.flush()
    return ann


def numbers(people):
    return [one.trf_number for one in people.found]


def count(session, table):
    return session.exec(select(func.count()).select_from(table)).one()


def test_a_person_is_found_by_number_with_counts_and_recipients(session, house):
    (held,) = find(session, [JANE]).found

    assert (held.recorded, held.photo, held.look_ups, held.enquiries) == (True, True, 1, 1)
    assert held.slack_messages == 1
    assert held.recipients == ("Bath", "Exeter")


def test_a_person_is_found_by_mail_whatever_its_case(session, house):
    assert numbers(find(session, email="Jane.Zola@Mail.Example")) == [JANE]
    assert numbers(find(session, email="nobody@mail.example")) == []


@pytest.mark.parametrize("name", ["jane o'zola", "OZOLA", "Zola, Jane", "marie"])
def test_a_person_is_found_by_parts_of_the_name_and_the_date_of_birth(session, house, name):
    found = find(session, name=name, born=date(1982, 5, 2))

    assert (JANE in numbers(found)) is (name != "Zola, Jane")


def test_another_birthday_is_another_person(session, house):
    assert numbers(find(session, name="Jane", born=date(1982, 5, 3))) == []


def test_a_number_that_was_only_looked_up_is_found_and_an_unknown_one_is_not(session, house):
    (held,) = find(session, [NEVER]).found

    assert (held.recorded, held.look_ups) == (False, 1)
    assert find(session, [TrfNumber("AAA")]).found == ()


def test_a_name_alone_and_nothing_at_all_are_refused(session):
    for whom in ({"name": "Jane"}, {"born": date(1982, 5, 2)}, {}):
        with pytest.raises(Refusal):
            find(session, **whom)


def test_an_export_has_every_field_and_no_colleagues_names_and_is_in_the_trail(session, house):
    document = export(session, [JANE], now=NOW).document()

    (record,) = json.loads(json.dumps(document))["records"]
    assert record["record"]["familyName"] == "O'Zola"
    assert record["record"]["listeningScore"] == "8.5"
    assert record["photo"] == {"media_type": "image/png", "data": "ZmFjZQ=="}
    assert record["changes"][0]["old"] == "Riga"
    assert {one["organisation"] for one in record["deliveries"]} == {"Exeter", "Bath"}
    assert record["look_ups"][0]["outcome"] == "match"
    assert record["enquiries"][0]["copies"][0]["data"] == "Zm9ybQ=="
    assert record["watches"][0]["organisation"] == "Exeter"
    assert record["slack_messages"] == [{"organisation": "Exeter", "shown_at": NOW.isoformat()}]
    assert record["official_check"]
    assert record["trail"]
    assert "Ann" not in json.dumps(document)
    last = session.exec(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (last.action, last.subject) == ("person:exported", JANE)


def test_an_export_has_the_bands_of_a_result_that_is_not_released(session, house):
    a_result(session, "HELD1", status="PENDING")

    (record,) = export(session, [TrfNumber("HELD1")], now=NOW).records
    assert record["record"]["overallBandScore"] == "8"


def test_erasing_takes_everything_of_the_number_and_nothing_of_another(session, house):
    (erased,) = erase(session, [JANE], reference="DSR-7", now=NOW).numbers

    assert erased.recipients == ("Bath", "Exeter")
    assert (erased.records, erased.photos, erased.old_values, erased.copies_of_forms) == (1,) * 4
    assert session.exec(select(Result.trf_number)).all() == [OTHER]
    for table in (Photo, Change, Delivery, Watch, LiveCheck, EnquiryCopy, SlackCard):
        assert count(session, table) == 1, table
    assert count(session, Enquiry) == 2
    held = find(session, [JANE]).found[0]
    assert (held.recorded, held.look_ups, held.enquiries) == (False, 1, 1)


def test_nothing_of_the_person_is_left_in_any_table(session, house):
    erase(session, [JANE], now=NOW)

    everything = "".join(
        str(row)
        for table in Result.metadata.sorted_tables
        for row in session.execute(table.select()).all()
    )
    for word in ("Jané", "O'Zola", "jane.zola@"):
        assert word not in everything, word


def test_every_organisation_concerned_has_the_erasure_in_its_trail(session, house):
    erase(session, [JANE], reference="DSR-7", now=NOW)

    events = session.exec(select(AuditEvent).where(AuditEvent.action == "person:erased")).all()
    assert len({one.organisation_id for one in events}) == 2
    assert {json.loads(one.details)["reference"] for one in events} == {"DSR-7"}


def test_one_number_of_which_nothing_is_held_stops_the_erasing_of_all(session, house):
    with pytest.raises(Refusal, match="AAA"):
        erase(session, [JANE, TrfNumber("AAA")], now=NOW)

    assert count(session, Result) == 2


def test_a_message_that_quotes_the_number_is_dropped_and_one_that_names_the_record_is_unwanted(
    session, house
):
    result_id = session.exec(select(Result.id).where(Result.trf_number == JANE)).one()
    for key, about in (
        ("quotes", {"sections": [{"text": f"… {JANE} …"}]}),
        ("names", {"result": result_id}),
        ("other", {"sections": [{"text": OTHER}]}),
    ):
        one = Owed(
            Channel.MAIL, "smtp", key, NewResult.KIND, about, house.organisation_id, house.user_id
        )
        owe(session, [one], now=NOW - timedelta(minutes=1))

    assert erase(session, [JANE], now=NOW).numbers[0].unsent_messages == 1

    session.expire_all()
    rows = {row.dedupe_key: row for row in session.exec(select(Outgoing))}
    assert (rows["quotes"].fate, rows["quotes"].about) == (Fate.DROPPED, {})
    assert (rows["names"].fate, rows["other"].fate) == (Fate.READY, Fate.READY)
    assert isinstance(compose(session, rows["names"], {}, now=NOW), Unwanted)


def test_look_ups_of_an_erased_number_find_no_match_and_keep_their_own_past(session, house):
    erase(session, [JANE], now=NOW)

    assert verify(session, house, JANE, now=NOW, settings=Settings()).outcome == "no_match"
    assert count(session, Verification) == 4


def test_a_number_that_was_only_looked_up_can_be_erased_of_what_hangs_on_it(session, house):
    session.add(
        Watch(
            user_id=house.user_id,
            trf_number=NEVER,
            organisation_id=house.organisation_id,
            created_at=NOW,
        )
    )

    (erased,) = erase(session, [NEVER], now=NOW).numbers
    assert (erased.records, erased.watches, erased.recipients) == (0, 1, ())


def test_a_record_that_could_not_be_taken_in_is_found_exported_and_erased(session, house):
    exeter = session.exec(select(Organisation)).first()
    session.add(
        RejectedRecord(
            organisation_id=exeter.id,
            trf_number=NEVER,
            rejected_at=NOW,
            problem="gender is not one of F, M, U",
            record={"familyName": "Zola"},
        )
    )
    session.flush()

    (held,) = find(session, [NEVER]).found
    assert (held.recorded, held.rejected) == (False, 1)
    (record,) = export(session, [NEVER], now=NOW).records
    (rejected,) = record["rejected_records"]
    assert rejected["record"] == {"familyName": "Zola"}
    assert rejected["organisation"] == exeter.name
    erase(session, [NEVER], now=NOW)
    assert session.exec(select(RejectedRecord)).all() == []


def test_the_trail_itself_cannot_be_erased(session, house):
    audit.record_system(session, None, "x", now=NOW, surface=Surface.CONSOLE, subject=JANE)
    erase(session, [JANE], now=NOW)

    left = select(func.count()).where(AuditEvent.subject == JANE)
    assert session.exec(left).one() >= 3
