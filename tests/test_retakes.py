from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from core import retakes
from core.records import Record
from core.settings import Settings
from core.tables import Delivery, Result, Sitting
from core.terms import Skill
from core.trf_numbers import TrfNumber
from core.verification import verify, verify_many
from tests.builders import NOW, a_result, a_user, an_actor, an_organisation, deliver
from tests.intake.shapes import as_csv, load, record

FIRST, SECOND, OTHER = "25GB000595ZOLJS03G", "25GB000777ZOLJS03G", "25GB000888ZOLJS03G"
JANE = Record(
    1, FIRST, "Zola", "Jane", "1982-05-02", "F", "", "G", "000595", "GBS03", "2025-07-08",
    17, 16, 15, 15, 16, "RELEASED",
)  # fmt: skip
HALF_BANDS = st.integers(0, 18)


@pytest.fixture
def exeter(database):
    with database.transaction() as session:
        return an_organisation(session)


@pytest.fixture
def actor(database, exeter):
    with database.transaction() as session:
        return an_actor(session, a_user(session, exeter))


def keep(database, *rows, noted=True):
    """Results with these columns, as a load of a few would leave them."""
    with database.transaction() as session:
        kept = [a_result(session, number, **columns) for number, columns in rows]
        if noted:
            retakes.note(session)
    return kept


def look_up(database, actor, number=FIRST):
    with database.transaction() as session:
        return verify(session, actor, TrfNumber.read(number), now=NOW, settings=Settings())


def pair_of(database, actor, number=FIRST):
    return look_up(database, actor, number).document()["one_skill_retakes"]


@given(st.lists(HALF_BANDS, min_size=4, max_size=4), st.lists(HALF_BANDS, min_size=4, max_size=4))
def test_two_forms_are_a_pair_exactly_where_one_skill_differs_either_way_round(one, other):
    names = [skill.value for skill in Skill]
    first = replace(JANE, **dict(zip(names, one, strict=True)))
    second = replace(JANE, trf_number=SECOND, **dict(zip(names, other, strict=True)))
    differing = [n for n, here, there in zip(names, one, other, strict=True) if here != there]

    expected = Skill(differing[0]) if len(differing) == 1 else None
    assert retakes.retaken(first, second) is expected
    assert retakes.retaken(second, first) is expected


@pytest.mark.parametrize(
    "columns",
    [
        {"family_name": "Zolar"},
        {"date_of_birth": "1982-05-03"},
        {"test_date": "2025-07-09"},
        {"module": "A"},
        {"status": "CANCELLED"},
        {"reading": None},
    ],
    ids=str,
)
def test_another_person_day_module_or_no_valid_score_makes_no_pair(columns):
    assert retakes.retaken(JANE, replace(JANE, speaking=16)) is Skill.SPEAKING
    assert retakes.retaken(JANE, replace(JANE, speaking=16, **columns)) is None


def test_both_forms_of_a_pair_are_kept_and_each_names_the_other(database, actor, exeter):
    both = keep(database, (FIRST, {}), (SECOND, {"speaking": 17, "family_name": "Zola"}))
    with database.transaction() as session:
        deliver(session, exeter, *both)

    card = look_up(database, actor)
    assert card.document()["one_skill_retakes"] == [{"trf_number": SECOND, "skill": "speaking"}]
    assert str(card.remarks[0]) == (
        f"One Skill Retake: {SECOND} is another form of this person for this test day, with "
        "Speaking 8.5 instead of 7.5. Both are genuine."
    )
    assert pair_of(database, actor, SECOND) == [{"trf_number": FIRST, "skill": "speaking"}]


def test_the_number_of_a_form_that_was_not_sent_to_the_asker_stays_its_holders(database, actor):
    keep(database, (FIRST, {}), (SECOND, {"writing": 18}))

    card = look_up(database, actor)
    assert card.document()["one_skill_retakes"] == [{"trf_number": None, "skill": "writing"}]
    assert SECOND not in " ".join(card.remarks)
    assert "9.0" not in " ".join(card.remarks)


def test_a_table_of_numbers_has_its_pairs_too(database, actor, exeter):
    rows = [(FIRST, {}), (SECOND, {"speaking": 17}), (OTHER, {"date_of_birth": "1990-01-01"})]
    kept = keep(database, *rows)
    with database.transaction() as session:
        deliver(session, exeter, *kept)
        numbers = [TrfNumber.read(one) for one in (OTHER, SECOND, FIRST, "25GB000001AAAAS03G")]
        table = verify_many(session, actor, numbers, now=NOW, settings=Settings())

    others = [[one.trf_number for one in card.retakes] for card in table.cards]
    assert others == [[], [FIRST], [SECOND], []]


def test_a_birthday_that_is_not_known_pairs_nobody(database, actor):
    keep(database, (FIRST, {"date_of_birth": ""}), (SECOND, {"date_of_birth": "", "speaking": 17}))
    assert pair_of(database, actor) == []


def test_a_small_load_is_noted_with_it_and_a_large_one_after_it(database, actor, exeter):
    few = [record(trfNumber=f"25GB{n:06}AAAAS03G", dateOfBirth="1990-01-01") for n in range(3)]
    many = [record(trfNumber=f"25GB{n:06}BBBBS03G") for n in range(retakes.FEW + 1)]
    with database.transaction() as session:
        load(session, exeter, as_csv(*few))
        assert len(session.exec(select(Sitting)).all()) == len(few)
        load(session, exeter, as_csv(*many))
        assert len(session.exec(select(Sitting)).all()) == len(few)

    assert retakes.note_all(database) == len(many)
    assert retakes.note_all(database) == 0


def test_a_corrected_birthday_or_test_day_makes_and_unmakes_a_pair(database, actor, exeter):
    def arrive(**changed):
        with database.transaction() as session:
            load(session, exeter, as_csv(record(trfNumber=SECOND, **changed)))

    with database.transaction() as session:
        load(session, exeter, as_csv(record(trfNumber=FIRST)))
    arrive(dateOfBirth="1999-09-09", speakingScore="9")
    assert pair_of(database, actor) == []
    arrive(speakingScore="9")
    assert pair_of(database, actor) == [{"trf_number": SECOND, "skill": "speaking"}]
    arrive(testDate="2025-07-09", speakingScore="9")
    assert pair_of(database, actor) == []


def test_what_is_deleted_is_noted_no_more(database, actor):
    keep(database, (FIRST, {}), (SECOND, {"speaking": 17}))
    with database.transaction() as session:
        session.delete(session.exec(select(Result).where(Result.trf_number == SECOND)).one())

    assert pair_of(database, actor) == []
    with database.reading() as session:
        assert len(session.exec(select(Sitting)).all()) == 1
        assert not session.exec(select(Delivery)).all()
