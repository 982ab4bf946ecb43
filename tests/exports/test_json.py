import json

from hypothesis import given
from hypothesis import strategies as st

from core.exports.json import encoded
from core.fields import headings
from core.terms import Format
from tests.exports.layouts import layouts, texts


@given(layouts([Format.JSON]), st.data())
def test_a_standard_reader_finds_the_same_members_in_the_same_order(layout, data):
    names = headings(layout.fields)
    chunk = st.lists(st.tuples(*[texts] * len(names)), min_size=1, max_size=3)
    chunks = data.draw(st.lists(chunk, max_size=3))

    content = b"".join(encoded(layout, [list(zip(*rows, strict=True)) for rows in chunks]))

    expected = [dict(zip(names, row, strict=True)) for rows in chunks for row in rows]
    read = json.loads(content)["results"]
    assert read == expected
    assert all(tuple(one) == names for one in read)


def test_the_file_is_the_one_of_the_documents(documented):
    layout, columns, blocks = documented

    assert b"".join(encoded(layout, [columns])).decode() == blocks["json"]
