import pytest

from core.addresses import clean_address
from core.refusals import Kind, Refusal


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Bo@Uni.Example ", "bo@uni.example"),
        ("o'hara+ielts@mail.uni.example", "o'hara+ielts@mail.uni.example"),
        ("bo@desk.test", "bo@desk.test"),
        ("bo@xn--bcher-kva.example", "bo@bücher.example"),
    ],
)
def test_an_address_is_kept_in_lower_case(typed, kept):
    assert clean_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "bo",
        "bo@",
        "@uni.example",
        "bo uni@x.example",
        "bo@x..y",
        "bo@uni",
        "bo@test",
        "bo@desk.local",
        "a@b.example\nx",
    ],
)
def test_what_is_no_address_is_refused_by_name(typed):
    with pytest.raises(Refusal, match="is not an e-mail address: ") as refused:
        clean_address(typed)
    assert refused.value.kind is Kind.USAGE
