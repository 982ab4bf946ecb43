import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.phrases import Phrase
from core.refusals import Kind, Refusal
from core.trf_numbers import TrfNumber, disagreements, hints, overall_disagrees

NUMBER = "17GB000595ZOLJS03G"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
FULLWIDTH = {ord(one): ord(one) + 0xFEE0 for one in ALPHABET}
BETWEEN = [" ", "\t", "\n", "\u00a0", "\u2003", "-", "\u2010", "\u2013", "\u2014", "\u2212"]
BETWEEN += ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f"]
AROUND = [
    ("", ""),
    ("`", "`"),
    ("```\n", "\n```"),
    ("*", "*"),
    ("_", "_"),
    ("~", "~"),
    ("'", "'"),
    ('"', '"'),
    ("\u201c", "\u201d"),
    ("\u2018", "\u2019"),
    ("(", ")"),
    ("<", ">"),
    ("", "."),
    ("", ","),
    ("\xb4", "\xb4"),
    ("mailto:", ""),
    ("<mailto:", ">"),
    ("tel:", ""),
    ("http://", ""),
    ("<http://", "|17 the form>"),
]
AS_TYPED = {
    "as it is": str,
    "in small letters": str.lower,
    "fullwidth": lambda number: number.translate(FULLWIDTH),
}

numbers = st.text(ALPHABET, min_size=1, max_size=20)


@st.composite
def decorated(draw, number):
    between = draw(
        st.lists(st.sampled_from(["", *BETWEEN]), min_size=len(number), max_size=len(number))
    )
    typed = draw(st.sampled_from(list(AS_TYPED.values())))(number)
    spaced = "".join(one + filler for one, filler in zip(typed, between, strict=True))
    before, after = draw(st.sampled_from(AROUND[:-1]))
    blank = draw(st.sampled_from(["", " ", "\n"]))
    return f"{blank}{before}{spaced}{after}{blank}"


@given(st.data(), numbers)
def test_any_decoration_of_a_number_reads_back(data, number):
    assert TrfNumber.read(data.draw(decorated(number))) == number


@given(numbers)
def test_reading_what_was_read_changes_nothing(number):
    once = TrfNumber.read(number)

    assert TrfNumber.read(once) == once == number


@pytest.mark.parametrize(
    "pasted",
    [
        f"<mailto:{NUMBER}|{NUMBER}>",
        f"<tel:17|{NUMBER}>",
        f"<http://{NUMBER}|{NUMBER.lower()}>",
        f"[{NUMBER}](mailto:{NUMBER})",
        f"[{NUMBER}](https://forms.example/17)",
        f"https://{NUMBER}/",
        f"MAILTO:{NUMBER}",
    ],
)
def test_a_link_is_read_by_what_it_shows(pasted):
    assert TrfNumber.read(pasted) == NUMBER


@given(st.text())
def test_any_text_is_a_number_or_a_refusal_that_names_a_rule(pasted):
    number, refusal = _read_or_refused(pasted)

    if refusal is None:
        assert 1 <= len(number) <= 20
        assert set(number) <= set(ALPHABET)
    else:
        assert refusal.kind is Kind.USAGE
        assert refusal.code in {
            "trf_number_missing",
            "trf_number_characters",
            "trf_number_length",
        }
        assert "Test Report Form number" in refusal.message


def _read_or_refused(pasted):
    try:
        return TrfNumber.read(pasted), None
    except Refusal as refusal:
        return None, refusal


@pytest.mark.parametrize("length", [21, 22, 999, 1001, 100_000])
def test_over_20_characters_are_refused_with_the_length(length):
    with pytest.raises(Refusal, match=f"at most 20 characters; this one has {length}") as refused:
        TrfNumber.read("A" * length)
    assert refused.value.code == "trf_number_length"


@pytest.mark.parametrize("blank", ["", " ", "--", "``", "\u200b\u200b", "<>", '""'])
def test_nothing_is_refused_with_where_to_find_the_number(blank):
    with pytest.raises(Refusal, match="bottom right of the form"):
        TrfNumber.read(blank)


@pytest.mark.parametrize(
    ("pasted", "named"),
    [
        ("17GB/000595", r"/ \(U\+002F\)"),
        ("17GB000595Ö", r"LATIN CAPITAL LETTER O WITH DIAERESIS"),
        ("17GB\u0660", "ARABIC-INDIC DIGIT ZERO"),
        ("17GB\u0410", "CYRILLIC CAPITAL LETTER A"),
        ("17GB000595'ZOL", r"' \(U\+0027\)"),
        ("17%GB_", "%"),
    ],
)
def test_other_characters_are_refused_by_name(pasted, named):
    with pytest.raises(Refusal, match=named) as refused:
        TrfNumber.read(pasted)
    assert refused.value.code == "trf_number_characters"


def test_strange_characters_are_named_once_and_not_without_end():
    with pytest.raises(Refusal) as refused:
        TrfNumber.read("A!!?%&$+§B")

    assert refused.value.message.count("U+0021") == 1
    assert refused.value.message.endswith(", ….")


def test_control_characters_are_named_and_never_echoed():
    with pytest.raises(Refusal) as refused:
        TrfNumber.read("17\x1b[31mGB")

    assert "\x1b" not in refused.value.message


def test_a_usual_number_gives_no_hint():
    assert hints(TrfNumber.read(NUMBER)) == []


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (
            "17GBO00595ZOLJS03G",
            "Character 5 is the letter O; most numbers have a digit there. Is it 0?",
        ),
        (
            "I7GB000595ZOLJS03G",
            "Character 1 is the letter I; most numbers have a digit there. Is it 1?",
        ),
        ("17GB000X95ZOLJS03G", "Character 8 is the letter X; most numbers have a digit there."),
        (
            "17GB0005952OLJS03G",
            "Character 11 is the digit 2; most numbers have a letter there. Is it Z?",
        ),
        ("17GB0005953OLJS03G", "Character 11 is the digit 3; most numbers have a letter there."),
        ("17GB000595ZOLJS03", "This number has 17 characters; most have 18."),
        (
            "17GB000595ZOLJS03X",
            "This number ends in X; most end in A (Academic) or G (General Training).",
        ),
    ],
)
def test_a_hint_says_what_looks_mistyped(number, hint):
    assert hint in hints(TrfNumber.read(number))


@given(numbers)
def test_hints_quote_nothing_but_the_number_typed(number):
    for hint in hints(TrfNumber(number)):
        assert isinstance(hint, Phrase)
        assert set(hint.parts) <= {"position", "found", "digit", "letter", "n", "usual"}
        assert "found" not in hint.parts or hint.parts["found"] in number


RECORD = {
    "test_date": "2017-07-08",
    "candidate_number": "000595",
    "family_name": "Zola",
    "first_name": "Jane",
    "centre_number": "GBS03",
    "module": "G",
}


def test_a_number_made_of_its_record_disagrees_with_nothing():
    assert disagreements(NUMBER, **RECORD) == []


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("test_date", "2018-07-08", "year (17)"),
        ("candidate_number", "000596", "candidate number (000595)"),
        ("family_name", "Öztürk", "family name (ZOL)"),
        ("first_name", "Émile", "first name (J)"),
        ("centre_number", "GBS04", "centre number (S03)"),
        ("module", "A", "module (G)"),
    ],
)
def test_a_part_that_is_not_the_records_is_named(part, value, said):
    found = disagreements(NUMBER, **RECORD | {part: value})

    assert found == [f"The TRF number's {said} is not that of the record."]


@pytest.mark.parametrize("part", list(RECORD))
def test_a_blank_value_disagrees_with_nothing(part):
    assert disagreements(NUMBER, **RECORD | {part: ""}) == []


def test_accents_and_short_names_do_not_disagree():
    assert disagreements("17GB000595ZOLES03G", **RECORD | {"first_name": "Émile"}) == []
    assert disagreements("17GB000595LIXJS03G", **RECORD | {"family_name": "Li"}) == []
    assert disagreements("17GB000595OBRJS03G", **RECORD | {"family_name": "O'Brien"}) == []


@given(numbers)
def test_a_number_of_another_length_is_not_judged(number):
    assume(len(number) != 18)

    assert disagreements(number, **RECORD) == []


@given(st.tuples(*[st.none() | st.integers(0, 18)] * 4), st.none() | st.integers(0, 18))
def test_the_overall_is_questioned_only_where_it_is_not_the_mean(four, overall):
    said = overall_disagrees(*four, overall)

    if None in {*four, overall}:
        assert said is None
    else:
        assert (said is None) == (int(sum(four) / 4 + 0.5) == overall)
