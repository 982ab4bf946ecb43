"""The law that holds readers and writers together: what we write, we read back as it was."""

import io
from dataclasses import replace
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import col, select

from core.exports.columns import Contents
from core.exports.write import write
from core.fields import CATALOGUE
from core.layouts import Layout
from core.tables import Arrival, Change, Delivery, Download, Photo, Result
from core.terms import DateFormat, Format, Gender, Module
from tests.builders import NOW, an_organisation
from tests.intake.shapes import load

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"]), max_size=20)
NAME = TEXT.filter(str.strip)
ISO = st.dates(min_value=NOW.date().replace(year=1990), max_value=NOW.date()).map(str)
BORN = st.dates(NOW.date().replace(year=1930), NOW.date().replace(year=1980)).map(str)
BAND = st.integers(0, 18)
CODE = st.text("ABCXYZ0123456789", min_size=1, max_size=3)

RECORD = st.fixed_dictionaries(
    {
        "centre_number": CODE,
        "candidate_number": st.text("0123456789", min_size=1, max_size=6),
        "test_date": ISO,
        "module": st.sampled_from([one.value for one in Module]),
        "family_name": NAME,
        "first_name": TEXT,
        "date_of_birth": BORN,
        "gender": st.sampled_from([one.value for one in Gender]),
        "listening": BAND,
        "reading": BAND,
        "writing": BAND,
        "speaking": BAND,
        "overall": BAND,
        "telephone": TEXT,
        "address_line_1": TEXT,
        "address_line_4": TEXT,
        "town": TEXT,
        "region": TEXT,
        "postcode": TEXT,
        "country": TEXT,
        "country_code": CODE,
        "candidate_email": st.sampled_from(["", "a@b.example", "=x+y@b.example"]),
    }
)
LEFT_OUT = {"candidateId", "postalAddress"}
FIELDS = tuple(field for field in CATALOGUE if field.heading not in LEFT_OUT)
COMPARED = [name for name in Result.__table__.c.keys() if name != "id"]  # noqa: SIM118


@given(
    st.lists(RECORD, min_size=1, max_size=5),
    st.sampled_from(list(Format)),
    st.sampled_from(list(DateFormat)),
    st.permutations(FIELDS),
    st.booleans(),
)
def test_what_is_exported_in_any_layout_is_read_back_equal(
    database, records, format, date_format, fields, mark
):
    layout = Layout("X", format, date_format, tuple(fields), byte_order_mark=mark)
    layout = replace(layout, date_format=_lossless(layout.date_format))
    with database.transaction() as session:
        _empty(session)
        organisation = an_organisation(session, str(uuid4()))
        rows = [Result(trf_number=f"T{n}", **one) for n, one in enumerate(records)]
        session.add_all(rows)
        session.flush()
        before = [_values(row) for row in rows]
        exported = _exported(session, organisation, rows, layout)
        _empty(session)

        told = load(session, organisation, exported, date_format=layout.date_format)

        found = session.exec(select(Result).order_by(col(Result.id))).all()
        assert told.rejected == 0, told.problems
        assert [_values(row) for row in found] == before


def _lossless(date_format):
    """Two digits of a year cannot tell 1930 from 2030."""
    short = DateFormat.MONTH_FIRST_SHORT
    return DateFormat.MONTH_FIRST if date_format is short else date_format


def _empty(session):
    for table in (Change, Photo, Delivery, Download, Result, Arrival):
        session.execute(delete(table))
    session.expunge_all()


def _values(row):
    return {name: getattr(row, name) for name in COMPARED}


def _exported(session, organisation, rows, layout):
    download = Download(
        organisation_id=organisation.id,
        user_name="x",
        downloaded_at=NOW,
        records=len(rows),
        format="csv",
        template_name="x",
        date_format="x",
        fields="x",
    )
    session.add(download)
    session.flush()
    for row in rows:
        session.add(
            Delivery(
                organisation_id=organisation.id,
                result_id=row.id,
                download_id=download.id,
            )
        )
    session.flush()
    stream = io.BytesIO()
    write(session, Contents(download.id, layout, NOW.date()), stream)
    return stream.getvalue()
