"""What people write to the bot, as they write it."""

import pytest

from tests.bot.world import ANN, BO, OPEN, OTHER, button, buttons, wait_for, words, world
from tests.intake.shapes import number, record


@pytest.fixture
def ann(sqlite_url):
    with world(sqlite_url, "http") as made:
        made.link(ANN)
        made.arrive(record(1))
        yield made


def writes(desk, text, user=ANN):
    before = len(desk.seen(user, more_than=-1))
    channel = desk.slack.workspace.direct(user).id
    event = {"type": "message", "channel_type": "im", "channel": channel, "user": user}
    desk.slack.event(event | {"text": text})
    return desk.seen(user, more_than=before)[-1]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "`{}`",
        "can you check {} please?",
        "Is <tel:{0}|{0}> genuine?",
        "verify {}",
        "`verify {}`",
        "*Verify {}*",
        "/verify {}",
        "/ielts verify {}",
        "verfy {}",
    ],
)
def test_a_number_in_a_direct_message_is_verified_however_it_is_written(ann, text):
    card = writes(ann, text.format(number(1)))

    assert card.text == "Match found."
    assert number(1) in words(card)


@pytest.mark.parametrize("text", ["hello", "thanks!", "ok", "thank you", "stop", "🙂", "x" * 3000])
def test_small_talk_is_met_with_what_can_be_done_and_no_guess(ann, text):
    answer = writes(ann, text)

    assert "I understand commands, and Test Report Form numbers" in words(answer)
    assert set(buttons(answer)) == {"Verify a Test Report Form", "New results", "Help"}


def test_whoever_is_not_linked_is_told_how_whatever_they_write(ann):
    assert "not linked" in words(writes(ann, "hello", BO))


def test_what_is_typed_does_not_stand_in_the_notification_of_the_refusal(ann):
    refused = writes(ann, f"watch {number(1)} {number(2)}")

    assert number(2) in words(refused)
    assert refused.text == "That could not be done. The message says why."


def test_the_copy_of_a_form_dropped_with_report_opens_an_enquiry(ann):
    ann.slack.drops(ANN, "form.pdf", b"%PDF-1.7 a copy", text=f"report {number(1)}")

    assert "Enquiry 1 about" in words(ann.seen(ANN)[-1])


def test_commands_in_sentences_are_written_as_they_are_typed_in_slack(ann):
    assert "`/ielts unlink` ends that" in words(ann.types(ANN, "/ielts", "link"))
    assert "Usage: `/verify NUMBER…" in words(ann.types(ANN, "/verify"))
    assert "Did you mean `/results`?" in words(ann.types(ANN, "/ielts", "reslts"))
    assert "`/ielts channel here`" in words(ann.types(ANN, "/ielts", "channel"))


def test_commands_in_sentences_have_the_prefix(sqlite_url):
    with world(sqlite_url, "http", slack_command_prefix="exeter-") as desk:
        refused = desk.types(ANN, "/exeter-verify", "x")
        assert "Type `/exeter-ielts link`" in words(refused)


@pytest.mark.parametrize("typed", ["help", "?", "HELP"])
def test_help_after_a_command_is_help_about_it(ann, typed):
    assert "Look up Test Report Form numbers" in words(ann.types(ANN, "/verify", typed))


@pytest.mark.parametrize(
    ("command", "text", "form"),
    [
        ("/verify", "", "Verify a Test Report Form"),
        ("/verify", "17GB000595ZOLJS03G overall=10", "Verify a Test Report Form"),
        ("/ielts", "report 17GB000595ZOLJS03G", "Report a suspect form"),
        ("/users", "add Cy", "Create a user"),
        ("/ielts", "templates create X", "Create a template"),
        ("/notifications", "sometimes", "Notifications"),
        ("/download", "pdf", "Choose template and format"),
        ("/ielts", "help me", "Help"),
    ],
)
def test_a_slip_has_a_button_for_the_form_that_does_the_same(ann, command, text, form):
    assert form in buttons(ann.types(ANN, command, text))


def test_the_form_of_a_report_has_the_number_that_was_typed(ann):
    refused = ann.types(ANN, "/ielts", f"report {number(1)}")

    view = ann.opens(ANN, refused, "Report a suspect form")

    assert number(1) in str(view["blocks"])


def test_a_slip_is_run_with_the_rest_of_its_line(ann):
    slip = ann.types(ANN, "/ielts", f"verfy {number(1)}")

    assert "Match found." in words(ann.clicks(ANN, slip, f"verify {number(1)}"))


def test_a_list_may_be_pasted_with_commas_and_a_number_with_blanks(ann):
    listed = ann.types(ANN, "/verify", f"{number(1)},{number(2)};{number(3)}")
    assert "*1* match · *2* no match" in words(listed)
    one = number(1)
    spaced = " ".join((one[:4], one[4:10], one[10:14], one[14:]))
    assert ann.types(ANN, "/verify", spaced).text == "Match found."


def test_nothing_is_offered_to_share_where_nobody_else_is(ann):
    assert "Share masked" in buttons(ann.types(ANN, "/verify", number(1)))
    assert "Share masked" not in buttons(writes(ann, f"verify {number(1)}"))


def test_a_card_that_could_not_be_shared_can_be_shared_when_the_bot_was_invited(ann):
    card = ann.types(ANN, "/verify", number(1), OTHER)
    assert "`/invite` me first" in words(ann.clicks(ANN, card, "Share masked"))
    ann.slack.workspace.conversations[OTHER].members.add("U0BOT")

    ann.clicks(ANN, card, "Share masked")

    wait_for(lambda: shared_in(ann) == [OTHER])


def test_a_card_is_shared_once_its_channel_takes_it(ann):
    """Slack takes one post a second in a channel."""
    ann.types(ANN, "/ielts", "channel here")
    card = ann.types(ANN, "/verify", number(1))

    ann.clicks(ANN, card, "Share masked")

    wait_for(lambda: shared_in(ann) == [OPEN])


def shared_in(desk):
    said = desk.slack.workspace.said
    return [one.channel for one in said if one.text == "A verification was shared."]


def test_a_user_is_made_an_administrator_from_the_list_and_from_home(ann):
    ann.slack.event({"type": "app_home_opened", "tab": "home", "user": ANN})
    listed = ann.opens(ANN, ann.home(ANN), "Users")
    (choice,) = [one["accessory"] for one in listed["blocks"] if "static_select" in str(one)]
    assert choice["confirm"]
    (bo,) = [one for one in choice["options"] if "Bo Li" in one["text"]["text"]]
    before = ann.modals()

    ann.slack.click(ANN, listed, choice | {"selected_option": bo})

    assert "Bo Li is an Administrator now." in words(ann.view(before))


def test_a_channel_is_told_in_the_language_of_whoever_chose_it(ann):
    ann.types(ANN, "/ielts", "settings language=en-US")
    ann.types(ANN, "/ielts", "channel here")
    with ann.database.reading() as session:
        from core.installations import channel_language

        assert channel_language(session, 1).value == "en-US"


def test_a_message_without_a_number_is_no_way_in_for_guests(ann):
    ann.slack.message_shortcut("U0GUEST", "verify-numbers", "nothing here")

    assert "Guests" in words(ann.seen("U0GUEST")[-1])


def test_an_unlinking_is_asked_about_first(ann):
    assert button(ann.types(ANN, "/ielts", "links"), "Unlink")["confirm"]


def test_the_step_that_is_done_tells_nobody_to_do_it(ann):
    ann.types(ANN, "/ielts", "channel here")
    ann.slack.event({"type": "app_home_opened", "tab": "home", "user": ANN})

    home = words(ann.home(ANN))

    assert ":white_check_mark: A channel hears of new results." in home
    assert "channel here" not in home
    wait_for(lambda: OPEN in {one.channel for one in ann.slack.workspace.said})
