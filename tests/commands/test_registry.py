from importlib import import_module
from typing import get_args, get_type_hints

import pytest

from console.text.render import text
from core.commands import registry
from core.commands.converters import CONVERTERS, convert
from core.commands.grammar import usage_of
from core.commands.registry import HANDED_OVER, TOPICS, command, every_command, find_command
from core.phrases import Phrase
from core.refusals import Refusal

COMMANDS = list(every_command().values())
NAMES = [one.name for one in COMMANDS]


@pytest.fixture
def registry_put_back(monkeypatch):
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry._REGISTRY))


def test_a_name_is_registered_once(registry_put_back):
    find_command("verify")

    with pytest.raises(ValueError, match="verify"):
        command("verify")(find_command("help").call)


def test_session_and_actor_come_first(registry_put_back):
    with pytest.raises(TypeError, match="session and actor first"):
        command("verify twice")(len)


def test_a_signature_becomes_words_and_options(registry_put_back):
    @command("verify thing", administrator=True, examples=["verify thing 1"])
    def thing(session, actor, id: int, many: list[str] | None = None, *, on: bool = False, now):
        """Do a thing.

        Not shown.
        """

    made = find_command("verify thing")
    assert made.summary == "Do a thing."
    assert made.handed == {"now"}
    assert made.administrator
    assert [(w.name, w.annotation, w.required, w.many) for w in made.positionals] == [
        ("id", int, True, False),
        ("many", str, False, True),
    ]
    assert list(made.options) == ["on"]
    assert usage_of(made) == "verify thing ID [MANY…] [on=yes|no]"


def test_an_unknown_name_is_no_command():
    assert find_command("xyzzy") is None
    assert find_command("") is None
    assert find_command("users xyzzy") is None


def test_commands_come_in_the_order_of_help():
    first_words = list(dict.fromkeys(name.partition(" ")[0] for name in every_command()))

    assert first_words == list(TOPICS)


@pytest.mark.parametrize("one", COMMANDS, ids=NAMES)
def test_a_command_is_where_its_first_word_says(one):
    assert TOPICS[one.name.partition(" ")[0]] == one.topic


@pytest.mark.parametrize("one", COMMANDS, ids=NAMES)
def test_a_command_has_a_sentence_of_summary_and_a_usage(one):
    assert isinstance(one.summary, Phrase)
    assert one.summary.endswith(".")
    assert usage_of(one).startswith(one.name)
    assert one.handed <= HANDED_OVER


@pytest.mark.parametrize("one", COMMANDS, ids=NAMES)
def test_every_word_of_a_command_can_be_converted(one):
    for word in one.words:
        try:
            convert("x", word.annotation, word.name)
        except Refusal:
            continue
    assert all(isinstance(w.annotation, type) or w.annotation in CONVERTERS for w in one.words)


@pytest.mark.parametrize("one", COMMANDS, ids=NAMES)
def test_every_answer_has_a_text_under_its_topic_and_a_document(one):
    import_module(f"console.text.{one.topic}")
    returned = get_type_hints(one.call)["return"]

    for answer in get_args(returned) or (returned,):
        assert text.dispatch(answer) is not text.dispatch(object), answer
        assert callable(answer.document)
