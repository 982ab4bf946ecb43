import pytest

from core.terms import Fate
from tests.bot.world import ANN, BO, OPEN, OTHER, SHARED, buttons, words, world
from tests.intake.shapes import number, record


@pytest.fixture
def desk(sqlite_url):
    with world(sqlite_url, "http") as made:
        yield made


@pytest.fixture
def ann(desk):
    desk.link(ANN)
    return desk


def test_a_number_is_verified_for_the_one_who_asks(ann):
    ann.arrive(record(1))

    card = ann.types(ANN, "/verify", number(1))

    assert card.only_for == ANN
    assert "Match found." in card.text
    assert "Zola" in words(card)
    assert {"Compare with a copy", "Watch", "Report a suspect form", "Share masked"} <= set(
        buttons(card)
    )
    assert not [one for one in ann.slack.workspace.calls if one.method == "chat.postMessage"]
