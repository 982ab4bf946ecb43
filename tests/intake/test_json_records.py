import io

import pytest

from core.intake.json_records import DEEPEST, Broken, records
from tests.intake.shapes import GOOD, as_json, record

MANY = 100_000


class Trickle(io.BytesIO):
    """A stream that gives a few bytes at a time, so that everything is cut everywhere."""

    def __init__(self, data, most):
        super().__init__(data)
        self._most = most

    def read(self, size):
        return super().read(min(size, self._most))


def members_of(data, encoding="utf-8"):
    return [members for _, members in records(io.BytesIO(data), encoding)]


@pytest.mark.parametrize(
    "data",
    [
        b"[" * MANY + b"]" * MANY,
        b'{"a":' * MANY + b"1" + b"}" * MANY,
        b'{"results": [{"trfNumber": ' + b'{"a":' * MANY + b"1" + b"}" * MANY + b"}]}",
        b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
    ],
)
def test_values_deep_in_one_another_are_refused_before_they_take_time(data):
    with pytest.raises(Broken, match="too deep"):
        members_of(data)


def test_an_endless_number_is_refused_where_the_parser_would_crash():
    with pytest.raises(Broken, match="number is too long"):
        members_of(b'{"results": [{"overallBandScore": ' + b"1" * 5000 + b"}]}")


@pytest.mark.parametrize(
    "text", ["[[[{{{" * 9, '\\"[[[' * 9, "1" * 5000, "\\\\", "\\\\\\\\\\\\", "ü" * 9, ""]
)
@pytest.mark.parametrize("most", [1, 2, 3, 7, 1 << 16])
def test_what_stands_in_a_text_is_no_nesting_however_the_file_is_cut(text, most):
    one = record(town=text)
    found = list(records(Trickle(as_json(one, record(2)), most), "utf-8"))

    assert found == [(1, one), (2, record(2))]


@pytest.mark.parametrize("most", [1, 3, 1 << 16])
def test_utf_16_is_read_however_the_file_is_cut(most):
    data = as_json(record(), encoding="utf-16")

    assert list(records(Trickle(data, most), "utf-16")) == [(1, GOOD)]


def test_nothing_in_a_member_is_blank():
    assert members_of(b'[{"a": null, "b": 6.50, "c": {"data": "x"}}]') == [
        {"a": "", "b": "6.50", "c.data": "x"}
    ]
