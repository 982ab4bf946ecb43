from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from core.exports.columns import FREE_TEXT
from core.exports.xml import encoded
from core.fields import BY_HEADING, headings
from core.layouts import Layout
from core.terms import DateFormat, Format
from tests.exports.layouts import layouts, texts


@given(layouts([Format.XML]), st.data())
def test_a_standard_reader_finds_the_same_elements_in_the_same_order(layout, data):
    names = headings(layout.fields)
    free = [field.kind in FREE_TEXT for field in layout.fields for _ in field.headings]
    row = st.tuples(*[texts if is_text else st.just("A1") for is_text in free])
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    chunks = [list(zip(row, strict=True)) for row in rows]

    root = ET.fromstring(b"".join(encoded(layout, chunks)))

    assert root.tag == "results"
    assert [one.tag for one in root] == ["result"] * len(rows)
    assert all(tuple(value.tag for value in one) == names for one in root)
    assert [tuple(value.text or "" for value in one) for one in root] == rows


def test_markup_in_a_value_is_a_value():
    layout = Layout("Ours", Format.XML, DateFormat.ISO, (BY_HEADING["town"],))

    content = b"".join(encoded(layout, [[["<b>&amp;</b>]]>", "a\rb"]]]))

    assert b"<town>&lt;b&gt;&amp;amp;&lt;/b&gt;]]&gt;</town>" in content
    assert b"<town>a&#13;b</town>" in content


def test_the_file_is_the_one_of_the_documents(documented):
    layout, columns, blocks = documented

    assert b"".join(encoded(layout, [columns])).decode() == blocks["xml"]
