"""Templates and texts of every kind, for laws."""

from hypothesis import strategies as st

from core.fields import CATALOGUE
from core.layouts import Layout
from core.terms import DateFormat, Format

FORMULA_SIGNS = "=+-@"
AWKWARD = [
    *FORMULA_SIGNS,
    *'\'""",;<>&%\\{}',
    "]]>",
    "&amp;",
    "%s",
    "{0}",
    "Nguyễn",
    "שלום",
    "佐藤",
    "😀",
    " ",
]

texts = st.one_of(
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=20),
    st.lists(st.sampled_from(AWKWARD), max_size=5).map("".join),
)
"""What the intake lets through: whatever can be printed."""

field_lists = st.lists(st.sampled_from(CATALOGUE), min_size=1, unique=True).map(tuple)


def layouts(formats=tuple(Format)):
    return st.builds(
        Layout,
        name=st.just("Ours"),
        format=st.sampled_from(formats),
        date_format=st.sampled_from(DateFormat),
        fields=field_lists,
        spreadsheet_safe=st.booleans(),
        byte_order_mark=st.booleans(),
    )
