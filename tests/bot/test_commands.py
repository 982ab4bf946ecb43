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


def test_no_match_gives_the_guides_words_and_help(ann):
    card = ann.types(ANN, "/verify", number(1))

    assert "paying particular attention to the digits and letters" in words(card)
    assert "Help" in buttons(card)


def test_an_old_result_is_shown_with_the_guides_warning(ann):
    ann.arrive(record(1, testDate="2024-11-01"))

    card = ann.types(ANN, "/verify", number(1))

    assert "does not recommend accepting scores over two years old" in words(card)


def test_what_is_no_number_is_explained_with_a_way_on(ann):
    card = ann.types(ANN, "/verify", "123456789012345678901")

    assert "Verify a Test Report Form" in buttons(card)


def test_several_numbers_are_a_table_and_many_are_a_file(ann):
    ann.arrive(*(record(n) for n in range(1, 131)))

    few = ann.types(ANN, "/verify", " ".join(number(n) for n in range(1, 4)))
    assert any(block["type"] == "table" for block in few.blocks)
    many = ann.types(ANN, "/verify", " ".join(number(n) for n in range(1, 131)))
    assert "130" in words(many)
    ann.send()
    (file,) = ann.slack.workspace.files.values()
    assert file.shared_in == ["D0ANN"]
    rows = file.data.decode().splitlines()
    assert len(rows) == 131
    assert rows[0].startswith("TRF Number,")


def test_new_results_are_counted_and_downloaded_as_a_file_in_direct_messages(ann):
    assert "There are no new results." in words(ann.types(ANN, "/results"))
    ann.arrive(record(1), record(2))
    summary = ann.types(ANN, "/results")
    assert "2 new results can be downloaded." in words(summary)

    ready = ann.clicks(ANN, summary, "Download now")

    assert "2 records" in words(ready)
    ann.send()
    (file,) = ann.slack.workspace.files.values()
    assert file.shared_in == ["D0ANN"]
    assert number(2) in file.data.decode()
    assert "There are no new results." in words(ann.types(ANN, "/ielts", "results"))
    history = ann.types(ANN, "/history")
    again = ann.clicks(ANN, history, "Download again")
    assert "Download 1: 2 records" in words(again)


def test_every_command_of_the_family_answers(ann):
    for line in ("help", "results", "templates", "users", "notifications", "settings", "account"):
        assert ann.types(ANN, "/ielts", line).only_for == ANN
    for command in ("/templates", "/users", "/notifications", "/history"):
        assert ann.types(ANN, command).only_for == ANN


def test_a_slip_is_met_with_a_button_for_what_was_meant(ann):
    slip = ann.types(ANN, "/ielts", "reslts")

    assert "Did you mean" in words(slip)
    assert "There are no new results." in words(ann.clicks(ANN, slip, "results"))


def test_help_shows_an_ordinary_user_nothing_of_administration(desk):
    desk.link(ANN)
    desk.link(BO)

    assert "/ielts links" in words(desk.types(ANN, "/ielts", "help"))
    assert "/ielts links" not in words(desk.types(BO, "/ielts", "help"))


def test_names_may_have_a_prefix(sqlite_url):
    with world(sqlite_url, "http", slack_command_prefix="exeter-") as desk:
        desk.link(ANN)
        card = desk.types(ANN, "/exeter-ielts")
        assert "/exeter-verify" in words(card)
        assert desk.types(ANN, "/exeter-verify", number(1)).text == "No match found."


def test_what_people_wrote_is_escaped(ann):
    made = ann.types(
        ANN,
        "/ielts",
        'templates create "A &lt;!channel&gt; <b>" format=csv dates=dd/mm/yyyy fields=trfNumber',
    )

    assert "<!channel>" not in words(made)
    assert "<b>" not in words(made)


def test_somebody_who_is_not_linked_is_told_how(desk):
    refused = desk.types(ANN, "/verify", number(1))
    assert "not linked" in words(refused)

    asked = desk.clicks(ANN, refused, "Send me a code")
    assert "a code is on its way" in words(asked)
    linked = desk.types(ANN, "/ielts", f"link {desk.code('ann@uni.example')}")
    assert "here you are Ann Bell now." in words(linked)
    assert desk.types(ANN, "/verify", number(1)).text == "No match found."
    assert "is linked" in words(desk.types(ANN, "/ielts", "link"))
    assert "no longer acts" in words(desk.types(ANN, "/ielts", "unlink"))
    assert "not linked" in words(desk.types(ANN, "/verify", number(1)))


def test_a_wrong_code_and_another_address_tell_nothing(desk):
    assert "not right" in words(desk.types(ANN, "/ielts", "link WRONGCOD"))
    typed = "link <mailto:nobody@uni.example|nobody@uni.example>"
    assert "If nobody@uni.example is a user here" in words(desk.types(ANN, "/ielts", typed))
    assert desk.code("nobody@uni.example") is None


@pytest.mark.parametrize(
    ("user", "why"),
    [
        ("U0GUEST", "Guests"),
        ("U0SINGLE", "Guests"),
        ("U0GONE", "deactivated"),
        ("U0ROBOT", "Bots"),
        ("U0LEEDS", "not served here"),
        ("U0NOBODY", "another one"),
    ],
)
def test_others_are_refused_in_plain_words(desk, user, why):
    desk.slack.slash(user, "/verify", number(1))

    (said,) = desk.seen(user)
    assert why in words(said)


def test_nothing_is_answered_in_a_channel_shared_with_others(ann):
    refused = ann.types(ANN, "/verify", number(1), SHARED)

    assert "shared with another organisation" in words(refused)


def test_a_masked_card_is_shared_after_asking_and_once(ann):
    ann.arrive(record(1))
    card = ann.types(ANN, "/verify", number(1))
    share = buttons(card)["Share masked"]
    assert "confirm" in share

    said = ann.clicks(ANN, card, "Share masked")
    assert said.text == "Shared, masked." or said.via == "chat.postMessage"
    ann.slack.click(ANN, card, share)
    ann.seen(BO)
    posted = [one for one in ann.slack.workspace.said if one.via == "chat.postMessage"]
    assert len(posted) == 1
    assert posted[0].channel == OPEN
    assert "Zola" not in words(posted[0])
    assert "•••• S03G" in words(posted[0])


def test_sharing_where_the_bot_is_not_says_to_invite_it(ann):
    ann.arrive(record(1))
    card = ann.types(ANN, "/verify", number(1), OTHER)

    assert "/invite" in words(ann.clicks(ANN, card, "Share masked"))


def test_an_administrator_chooses_the_channel_where_the_bot_is(ann):
    assert "/invite" in words(ann.types(ANN, "/ielts", "channel here", OTHER))
    assert "cannot see" in words(ann.types(ANN, "/ielts", f"channel <#{SHARED}|partners>"))
    chosen = ann.types(ANN, "/ielts", "channel here", OPEN)
    assert "announced in this channel now" in words(ann.seen(ANN)[-1]) or chosen

    ann.arrive(record(1), record(2))
    ann.send()
    (news,) = [one for one in ann.slack.workspace.said if "2 new results" in one.text]
    assert (news.channel, news.only_for) == (OPEN, None)
    assert [row.fate for row in ann.owed(kind="channel-news")] == [Fate.SENT]


def test_an_ordinary_user_chooses_no_channel_and_the_bot_says_nothing_there(desk):
    desk.link(BO)

    assert "administrator" in words(desk.types(BO, "/ielts", "channel here")).lower()
    assert not [one for one in desk.slack.workspace.said if one.only_for is None]
