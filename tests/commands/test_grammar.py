from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commands.grammar import LONGEST_LINE, Parsed, Token, parse, tokens_of, usage_of
from core.commands.registry import every_command, find_command
from core.refusals import Kind, Refusal
from core.terms import Format, Role

NUMBER = "17GB000595ZOLJS03G"
QUOTE_PAIRS = ['""', "\u201c\u201d", "\u201d\u201c", "\u201d\u201d", "\u201e\u201c", "\u201e\u201d"]
QUOTE_PAIRS += ["\u00ab\u00bb", '\u201c"', '"\u201d']
QUOTE_MARKS = set("".join(QUOTE_PAIRS))

COMMAND_WORDS = sorted({word for name in every_command() for word in name.split()})
OPTIONS = sorted({key for one in every_command().values() for key in one.options})


def refused(line):
    with pytest.raises(Refusal) as caught:
        parse(line)
    assert caught.value.kind is Kind.USAGE
    return caught.value


@given(st.text())
def test_any_text_is_parsed_or_refused(line):
    _parsed_or_refused(line)


@given(
    st.lists(
        st.sampled_from(
            [*COMMAND_WORDS, *(f"{key}=" for key in OPTIONS), NUMBER, '"', "\u201c", "="]
        )
        | st.text(max_size=5)
    ).map(" ".join)
)
def test_any_mixture_of_our_own_words_is_parsed_or_refused(line):
    _parsed_or_refused(line)


def _parsed_or_refused(line):
    """Whatever else is raised fails the test."""
    with suppress(Refusal):
        assert isinstance(parse(line), Parsed)


plain_words = st.text(
    st.characters(blacklist_categories=["Z", "C"], blacklist_characters={*QUOTE_MARKS, "="}),
    min_size=1,
)
quoted_words = st.text(st.characters(blacklist_characters=QUOTE_MARKS, blacklist_categories=["Cs"]))
keys = st.sampled_from(["", *OPTIONS])


def _word(text):
    """What `tokens_of` calls plain must not hold what it would take for a blank."""
    return not any(one.isspace() for one in text)


@given(
    st.lists(
        st.builds(Token, keys, plain_words.filter(_word), st.just(False))
        | st.builds(Token, keys, quoted_words, st.just(True)),
    ),
    st.sampled_from(QUOTE_PAIRS),
    st.sampled_from([" ", "  ", "\t", "\n", "\u00a0"]),
)
def test_words_are_read_back_from_a_line(tokens, quotes, blank):
    opening, closing = quotes
    line = blank.join(
        (f"{token.key}=" if token.key else "")
        + (f"{opening}{token.text}{closing}" if token.quoted else token.text)
        for token in tokens
    )

    assert tokens_of(line) == tokens


@pytest.mark.parametrize("quotes", QUOTE_PAIRS)
def test_straight_and_curly_quotes_are_the_same(quotes):
    opening, closing = quotes

    parsed = parse(f"verify {NUMBER} name={opening}Jane Zola{closing}")
    assert parsed.values == {"numbers": [NUMBER], "name": "Jane Zola"}


def test_apostrophes_are_no_quotes():
    assert parse(f"verify {NUMBER} name=O'Brien").values["name"] == "O'Brien"
    assert parse("users add Sinéad O\u2019Brien s@uni.example").values["family"] == "O\u2019Brien"


def test_names_keep_their_case_and_command_words_and_formats_mind_none():
    parsed = parse('TEMPLATES Create "My Own" FORMAT=XML Dates=DD/MM/YYYY fields=TRFNUMBER')

    assert parsed.command.name == "templates create"
    assert parsed.values["name"] == "My Own"
    assert parsed.values["format"] is Format.XML
    assert [field.heading for field in parsed.values["fields"]] == ["trfNumber"]


@pytest.mark.parametrize(
    "line",
    [
        "users add Ann Bell ann@uni.example role=administrator",
        "users add role=administrator Ann Bell ann@uni.example",
        "users add Ann role=administrator Bell ann@uni.example",
        "users role=administrator add Ann Bell ann@uni.example",
        "role=administrator users add Ann Bell ann@uni.example",
    ],
)
def test_options_may_stand_anywhere(line):
    parsed = parse(line)

    assert parsed.command.name == "users add"
    assert parsed.values == {
        "first": "Ann",
        "family": "Bell",
        "email": "ann@uni.example",
        "role": Role.ADMINISTRATOR,
    }


def test_the_longest_command_name_wins_and_the_shorter_one_still_works():
    assert parse("templates show x").command.name == "templates show"
    assert parse("templates").command.name == "templates"


def test_a_quoted_word_is_no_command():
    assert '"verify"' in refused(f'"verify" {NUMBER}').message
    assert refused('templates "show"').code == "too_many_words"


def test_a_quoted_word_is_no_option():
    assert refused('verify "name=Jane"').code == "trf_number_characters"


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("verfy 17GB", "verify"),
        ("dowload csv", "download"),
        ("templates craete x", "templates create"),
        ("users ad Ann", "users add"),
        ("VERIFI x", "verify"),
    ],
)
def test_an_unknown_word_gets_the_nearest_command(line, near):
    refusal = refused(line)

    if refusal.code == "unknown_command":
        assert f"Did you mean `{near}`?" in refusal.message
    else:
        assert refusal.code == "too_many_words"
        assert near.split()[0] in refusal.message


def test_a_word_like_no_command_is_sent_to_help():
    assert "`help` lists them" in refused("xyzzy").message


@pytest.mark.parametrize("line", ["", "   ", "\n", "name=x"])
def test_a_line_without_words_is_sent_to_help(line):
    assert refused(line).message == "No command was given. Try `help`."


def test_a_word_too_many_is_named_with_the_usage():
    refusal = refused(f"watch {NUMBER} again")

    assert refusal.message == "again was not expected. Usage: `watch NUMBER`"


def test_a_missing_word_is_named_with_the_usage():
    assert refused("watch").message == "NUMBER is missing. Usage: `watch NUMBER`"
    assert "NUMBER is missing. Usage: `verify NUMBER…" in refused("verify").message
    assert "format= is missing" in refused("templates create x").message


def test_an_unknown_option_is_named_with_the_nearest_or_the_usage():
    assert "no option modul. Did you mean module?" in refused(f"verify {NUMBER} modul=A").message
    assert (
        "no option colour. Usage: `watch NUMBER`" in refused(f"watch {NUMBER} colour=red").message
    )


def test_an_option_given_twice_is_refused():
    assert refused(f"verify {NUMBER} name=a NAME=b").message == "name was given twice."


def test_an_open_quote_is_shown():
    assert '"Jane' in refused(f'verify {NUMBER} name="Jane').message


def test_an_option_without_a_value_is_refused():
    assert refused(f"verify {NUMBER} name= Jane").message == "name must not be blank."


def test_a_very_long_line_is_refused_and_hundreds_of_numbers_are_not():
    assert refused("verify " + "A" * LONGEST_LINE).code == "line_too_long"
    numbers = [f"{n:018}" for n in range(2000)]
    assert parse(f"verify {' '.join(numbers)}").values["numbers"] == numbers


def test_the_usage_is_made_from_the_signature():
    assert (
        usage_of(find_command("redownload"))
        == 'redownload ID [csv|xml|json] [template="…"] [photos=yes|no]'
    )
    assert usage_of(find_command("templates move")) == (
        "templates move NAME HEADING up|down|first|last"
    )
    assert usage_of(find_command("users add")).endswith("[role=administrator|user]")


@pytest.mark.parametrize("name", list(every_command()))
def test_every_example_of_every_command_parses_to_it(name):
    command = find_command(name)

    assert command.examples
    for example in command.examples:
        assert parse(example).command is command


def test_a_comment_keeps_its_commas():
    values = parse(f"report {NUMBER} the photo, and the seal; both").values

    assert values["comment"] == ["the", "photo,", "and", "the", "seal;", "both"]


@pytest.mark.parametrize("between", [",", ";", ", ", ",,", "\n"])
def test_numbers_may_have_commas_between_them(between):
    assert parse(f"verify {NUMBER}{between}18GB000596ANNJS03A").values["numbers"] == [
        NUMBER,
        "18GB000596ANNJS03A",
    ]


def test_a_number_may_have_blanks_in_it_and_several_short_ones_stay_several():
    assert parse("verify 17GB 000595 ZOLJ S03G").values["numbers"] == ["17GB000595ZOLJS03G"]
    assert len(parse("verify 17GB 000595 ZOLJ").values["numbers"]) == 3
