"""One Skill Retakes: a second genuine form of one person's test day, with one skill different.

Both are kept (IELTS-API.md). They are found by who sat when, in a table beside the results: as an
index of the results it would cost every load a tenth of its speed, so a large load's rows are
noted after it, small ones with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, exists, select, text
from sqlmodel import Session, col

from core.comparison import name_parts
from core.database import Database
from core.phrases import Phrase, say
from core.prepared import PreparedList
from core.records import COLUMNS, Record, record_of
from core.tables import Delivery, Result, Sitting
from core.terms import Skill, band_on_card
from core.wording import SKILLS

FEW = 1000
"""Results that are noted with the load that brings them."""
BATCH = 10_000
MOST_FORMS = 100
"""So many share a test day and birthday on average, at most: more is some source's placeholder."""

SITTING = frozenset({"testDate", "dateOfBirth"})
"""The fields by which forms are found, as changes name them."""

_NOTE = text(
    "INSERT INTO sitting (result_id, test_date, date_of_birth) "
    "SELECT id, test_date, date_of_birth FROM result "
    "WHERE id > (SELECT coalesce(max(result_id), 0) FROM sitting) "
    "ORDER BY id LIMIT :most ON CONFLICT DO NOTHING"
)
_MOVE = text(
    "UPDATE sitting SET (test_date, date_of_birth) = "
    "(SELECT r.test_date, r.date_of_birth FROM result r WHERE r.id = :id) WHERE result_id = :id"
)


@dataclass(frozen=True, slots=True)
class Retake:
    """The other form of a pair; `trf_number` None where it was not sent to the asker."""

    trf_number: str | None
    skill: Skill
    band: int
    other_band: int

    def document(self) -> dict[str, str | None]:
        """The other form's number, and the skill in which the two differ."""
        return {"trf_number": self.trf_number, "skill": self.skill.value}

    def sentence(self) -> Phrase:
        """The other band is for those who were sent the other form."""
        if self.trf_number is None:
            return say(
                "One Skill Retake: this person has another form for this test day, which differs "
                "in {skill}. Both are genuine. The other was not sent to you: ask for its number.",
                skill=SKILLS[self.skill],
            )
        return say(
            "One Skill Retake: {number} is another form of this person for this test day, with "
            "{skill} {other} instead of {band}. Both are genuine.",
            number=self.trf_number,
            skill=SKILLS[self.skill],
            other=band_on_card(self.other_band),
            band=band_on_card(self.band),
        )


def note(session: Session, most: int = FEW) -> int:
    """Note who sat when, of the results that came first since the last were noted; how many."""
    done = session.execute(_NOTE, {"most": most})
    return done.rowcount  # type: ignore[attr-defined,no-any-return]


def note_all(database: Database) -> int:
    """The same to the end, in turns that let others write between them."""
    noted = 0
    while True:
        with database.transaction() as session:
            some = note(session, BATCH)
        noted += some
        if some < BATCH:
            return noted


def move(session: Session, ids: Collection[int]) -> None:
    """Note anew those whose SITTING was corrected; those not noted yet will be."""
    if ids:
        session.execute(_MOVE, [{"id": one} for one in ids])


def retakes(
    session: Session, organisation_id: int, records: Iterable[Record]
) -> Mapping[int, tuple[Retake, ...]]:
    """The other forms of these results, by result."""
    known = {one.result_id: one for one in records}
    asked = {"organisation": organisation_id, "most": len(known) * MOST_FORMS}
    found: defaultdict[int, list[Retake]] = defaultdict(list)
    for mine, delivered, *other in _PAIRS.rows(session, known, asked):
        its = record_of(other)
        skill = retaken(known[mine], its)
        if skill is not None:
            bands = (getattr(one, skill.value) for one in (known[mine], its))
            found[mine].append(Retake(its.trf_number if delivered else None, skill, *bands))
    return {result_id: tuple(pair) for result_id, pair in found.items()}


def retaken(one: Record, other: Record) -> Skill | None:
    """The only skill in which two valid forms of one person's test day differ, if it is one."""
    if not (one.released and other.released) or _sitter(one) != _sitter(other):
        return None
    differing = [skill for skill in Skill if getattr(one, skill) != getattr(other, skill)]
    known = all(getattr(form, skill) is not None for form in (one, other) for skill in Skill)
    return differing[0] if known and len(differing) == 1 else None


def _sitter(record: Record) -> tuple[object, ...]:
    names = name_parts(f"{record.first_name} {record.family_name}")
    return record.test_date, record.module, record.date_of_birth, names


_MINE, _OTHER = Sitting.__table__.alias("mine"), Sitting.__table__.alias("other")  # type: ignore[attr-defined]
_PAIRS = PreparedList(
    select(
        _MINE.c.result_id,
        exists().where(
            col(Delivery.result_id) == _OTHER.c.result_id,
            col(Delivery.organisation_id) == bindparam("organisation"),
        ),
        *COLUMNS,
    )
    .join_from(_MINE, _OTHER, _MINE.c.test_date == _OTHER.c.test_date)
    .join(Result, col(Result.id) == _OTHER.c.result_id)
    .where(
        _MINE.c.date_of_birth == _OTHER.c.date_of_birth,
        _MINE.c.date_of_birth != text("''"),
        _MINE.c.result_id != _OTHER.c.result_id,
    )
    .limit(bindparam("most")),
    _MINE.c.result_id,
)
