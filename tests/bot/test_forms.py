"""The Home tab, forms and shortcuts."""

import json

import pytest
from sqlmodel import select

from core.preferences import Switch, Wishes, set_notifications
from core.tables import Enquiry, EnquiryCopy, Preference, Template, User
from core.terms import StartPage
from tests.bot.world import ANN, BO, button, buttons, wait_for, words, world
from tests.intake.shapes import number, record

HOME = {"type": "app_home_opened", "tab": "home"}


@pytest.fixture
def ann(sqlite_url):
    with world(sqlite_url, "http") as made:
        made.link(ANN)
        yield made


def open_home(desk, user=ANN):
    before = desk.slack.workspace.homes.get(user, {}).get("hash", "")
    assert desk.slack.event(HOME | {"user": user})[0].acknowledged
    return desk.home(user, after=before)


def block(view, name):
    (found,) = [one for one in view["blocks"] if one.get("block_id", "").partition("#")[0] == name]
    return found


def text(value):
    return {"type": "plain_text_input", "value": value}


def chosen(value):
    return {"type": "static_select", "selected_option": {"value": value}}


def ticked(*values):
    return {"type": "checkboxes", "selected_options": [{"value": one} for one in values]}


def submitted(desk, view, user=ANN, **values):
    """The view that follows, or the errors."""
    answer = desk.slack.submit(user, view, values).document
    if answer.get("response_action") == "errors":
        return answer["errors"]
    wait_for(lambda: "One moment" not in json.dumps(desk.slack.workspace.views[view["id"]]))
    return desk.slack.workspace.views[view["id"]]


def test_the_home_tab_shows_what_is_new_the_last_downloads_and_the_set_up(ann):
    ann.arrive(record(1), record(2))
    home = open_home(ann)

    assert "2 new results can be downloaded." in words(home)
    assert "A channel hears of new results" in words(home)
    assert "As of Nov 25, 2026" in words(home) or "As of 25 Nov 2026" in words(home)
    assert {"Download now", "Create a user", "Notifications", "Refresh"} <= set(buttons(home))


def test_a_download_from_home_is_answered_in_a_modal_and_home_follows(ann):
    ann.arrive(record(1))
    home = open_home(ann)

    answer = ann.opens(ANN, home, "Download now")

    assert "1 record" in words(answer)
    after = ann.home(ANN, after=home["hash"])
    assert "There are no new results." in words(after)
    assert "Download again" in buttons(after)


def test_the_start_page_decides_what_comes_first(ann):
    view = ann.opens(ANN, open_home(ann), "Start page and language")
    answer = submitted(ann, view, start=chosen("verification"), language=chosen("en-US"))
    assert "English (US)" in words(answer)

    titles = [b["text"]["text"] for b in open_home(ann)["blocks"] if b["type"] == "header"]

    assert titles[:2] == ["Verification", "Results"]
    with ann.database.reading() as session:
        assert session.exec(select(Preference.start_page)).first() == StartPage.VERIFICATION


def test_home_tells_somebody_unlinked_how_and_a_guest_no(ann):
    assert "not linked" in words(open_home(ann, BO))
    assert "Send me a code" in buttons(open_home(ann, BO))
    assert "Guests" in words(open_home(ann, "U0GUEST"))


def test_a_shortcut_opens_the_form_and_a_slip_is_shown_in_place(ann):
    ann.arrive(record(1))
    assert ann.slack.shortcut(ANN, "verify-form").acknowledged
    view = ann.view(0)

    assert "numbers" in submitted(ann, view, numbers=text("1234567890123456789012"))
    card = submitted(
        ann,
        view,
        numbers=text(number(1)),
        name=text('Jane "Zola"'),
        overall=text("8"),
        dob={"type": "datepicker", "selected_date": "1982-05-02"},
        module=chosen("G"),
    )

    assert "Zola" in words(card)
    assert "Compared with what you gave" in words(card)
    assert "MISMATCH" not in words(card)


def test_a_band_that_is_none_is_shown_at_the_bands(ann):
    ann.slack.shortcut(ANN, "verify-form")

    errors = submitted(ann, ann.view(0), numbers=text(number(1)), overall=text("11"))

    assert set(errors) == {"overall"}


def test_numbers_in_a_message_are_verified_for_the_one_who_asks(ann):
    ann.arrive(record(1), record(2))
    message = f"Please check {number(1)}, and {number(2)}; call 0044123456789012345"

    assert ann.slack.message_shortcut(ANN, "verify-numbers", message).acknowledged

    (table,) = ann.seen(ANN)
    assert table.only_for == ANN
    assert number(2) in words(table)


def test_a_message_without_numbers_says_so(ann):
    ann.slack.message_shortcut(ANN, "verify-numbers", "Hello there.")

    (said,) = ann.seen(ANN)
    assert "no Test Report Form number" in words(said)


def built(desk, view, value, action_id="builder:add"):
    """Add or move a row; the builder as it is then."""
    before = view["hash"]
    action = {"type": "static_select", "action_id": action_id}
    desk.slack.click(ANN, view, action | {"selected_option": {"value": value}})
    wait_for(lambda: desk.slack.workspace.views[view["id"]]["hash"] != before)
    return desk.slack.workspace.views[view["id"]]


def test_a_template_is_built_row_by_row_in_order(ann):
    view = ann.opens(ANN, ann.types(ANN, "/templates"), "Create a template")
    for heading in ("familyName", "trfNumber", "photo", "town"):
        view = built(ann, view, heading)
    view = built(ann, view, "up:trfNumber", "builder:move:trfNumber")
    view = built(ann, view, "remove:town", "builder:move:town")
    assert "```trfNumber,familyName,photo_data,photoMediaType```" in words(view)
    assert "Photo appears in the file as encrypted data." in words(view)

    card = submitted(
        ann,
        view,
        name=text("Admissions"),
        format=chosen("json"),
        dates=chosen("dd/mm/yyyy"),
        default=ticked("default"),
    )

    assert "Template created." in words(card)
    with ann.database.reading() as session:
        row = session.exec(select(Template)).one()
    assert (row.fields, row.format, row.is_default) == ("trfNumber,familyName,photo", "json", True)


def test_all_that_is_wrong_with_a_template_is_shown_in_place(ann):
    view = ann.opens(ANN, ann.types(ANN, "/templates"), "Create a template")
    for heading in ("postalAddress", "addressLine1"):
        view = built(ann, view, heading)

    errors = submitted(
        ann, view, name=text('Say "x"'), format=chosen("csv"), dates=chosen("yyyymmdd")
    )

    assert set(errors) == {"name", "add#2"}
    assert "quotation marks" in errors["name"]
    assert "NOT both" in errors["add#2"]


def test_a_template_is_edited_with_everything_filled_in(ann):
    ann.types(ANN, "/ielts", 'templates create "A" format=xml dates=yyyymmdd fields=town,region')
    card = ann.clicks(ANN, ann.types(ANN, "/templates"), "Show")

    view = ann.opens(ANN, card, "Edit")

    assert block(view, "name")["element"]["initial_value"] == "A"
    assert block(view, "format")["element"]["initial_option"]["value"] == "xml"
    view = built(ann, view, "first:region", "builder:move:region")
    submitted(ann, view, name=text("B"), format=chosen("csv"), dates=chosen("mm/dd/yy"))
    with ann.database.reading() as session:
        row = session.exec(select(Template)).one()
    assert (row.name, row.fields, row.format) == ("B", "region,town", "csv")


def test_a_user_is_created_and_what_is_wrong_is_shown_in_place(ann):
    view = ann.opens(ANN, ann.types(ANN, "/users"), "Create a user")
    assert [block(view, name)["optional"] for name in ("first", "family", "email")] == [False] * 3
    wrong = submitted(ann, view, first=text("Cy"), family=text("Day"), email=text("cy"))
    assert set(wrong) == {"email"}
    taken = submitted(ann, view, first=text("B"), family=text("L"), email=text("bo@uni.example"))
    assert set(taken) == {"email"}
    blank = submitted(ann, view, first=text("  "), family=text("Day"), email=text("c@uni.example"))
    assert set(blank) == {"first"}

    done = submitted(
        ann,
        view,
        role=ticked("administrator"),
        first=text("Cy Ann"),
        family=text("Day"),
        email=text("cy@uni.example"),
    )

    assert "Cy Ann Day is an Administrator now." in words(done)
    with ann.database.reading() as session:
        assert session.exec(select(User).where(User.email == "cy@uni.example")).one()


def test_notifications_are_set_in_a_form(ann):
    view = ann.opens(ANN, ann.types(ANN, "/notifications"), "Change")
    given = {
        "on": chosen("on"),
        "frequency": chosen("weekly"),
        "time": {"type": "timepicker", "selected_time": "14:05"},
        "day": chosen("friday"),
        "timezone": text("Europe/London"),
        "ways": ticked("slack"),
        "template": chosen("default"),
        "email": text(""),
    }
    assert set(submitted(ann, view, **given | {"timezone": text("Europe/Atlantis")})) == {
        "timezone"
    }

    card = submitted(ann, view, **given)

    assert "Friday 14:05 Europe/London" in words(card)
    with ann.database.reading() as session:
        row = session.exec(select(Preference)).first()
    assert (row.slack_on, row.mail_on, row.frequency) == (True, False, "weekly")


def test_a_suspect_form_is_reported_with_its_copy(ann):
    card = ann.types(ANN, "/verify", number(1))
    view = ann.opens(ANN, card, "Report a suspect form")
    assert block(view, "number")["element"]["initial_value"] == number(1)
    word = ann.slack.uploads(ANN, "form.doc", b"a letter")
    refused = submitted(
        ann, view, number=text(number(1)), copies={"type": "file_input", "files": [word]}
    )
    assert "not a copy of a form" in json.dumps(refused)

    copy = ann.slack.uploads(ANN, "form.pdf", b"%PDF-1.7 a copy")
    copies = {"type": "file_input", "files": [copy]}
    noticed = text("The seal, and the photo: both are off.")
    done = submitted(ann, view, number=text(number(1)), copies=copies, comment=noticed)

    assert "Enquiry 1 about" in words(done)
    with ann.database.reading() as session:
        assert session.exec(select(Enquiry)).one().trf_number == number(1)
        kept = {one.data for one in session.exec(select(EnquiryCopy))}
    assert kept == {b"%PDF-1.7 a copy", b"The seal, and the photo: both are off."}


def test_template_and_format_are_chosen_before_a_download(ann):
    ann.arrive(record(1))
    view = ann.opens(ANN, ann.types(ANN, "/results"), "Choose template and format")

    done = submitted(ann, view, template=chosen("Standard"), format=chosen("xml"))

    assert "template Standard, XML" in words(done)
    ann.send()
    (file,) = ann.slack.workspace.files.values()
    assert file.name.endswith(".xml")


def test_a_csv_dropped_on_the_bot_comes_back_checked(ann):
    ann.arrive(record(1))
    data = f"name,trfNumber\r\nZola,{number(1)}\r\nLi,{number(2)}\r\n".encode()

    assert ann.slack.drops(ANN, "list.csv", data)[0].acknowledged

    (said,) = ann.seen(ANN)
    assert "1* match" in words(said)
    ann.send()
    file = list(ann.slack.workspace.files.values())[-1]
    assert file.shared_in == ["D0ANN"]
    assert file.data.decode().count("\r\n") == 3


def test_a_file_without_numbers_is_refused_and_a_line_is_answered(ann):
    ann.slack.drops(ANN, "list.csv", b"nothing here")
    assert "no Test Report Form number" in words(ann.seen(ANN)[-1])
    ann.slack.workspace.skew += 2
    message = {"type": "message", "channel_type": "im", "channel": "D0ANN", "user": ANN}
    ann.slack.event(message | {"text": f"verify {number(1)}"})
    assert "No match found." in ann.seen(ANN, more_than=1)[-1].text


def test_an_event_that_comes_four_times_acts_once(ann):
    message = {"type": "message", "channel_type": "im", "channel": "D0ANN", "user": ANN}
    for _ in range(4):
        ann.slack.event(message | {"text": "results"}, event_id="Ev1")
    ann.slack.event(HOME | {"user": ANN}, event_id="Ev2")
    ann.home(ANN)

    assert len(ann.seen(ANN)) == 1


def test_what_cannot_be_fetched_is_said(ann):
    stolen = ann.slack.uploads(ANN, "list.csv", b"x")
    stolen["url_private_download"] = "http://127.0.0.1:1/elsewhere"
    event = {"type": "message", "subtype": "file_share", "channel_type": "im", "user": ANN}
    ann.slack.event(event | {"channel": "D0ANN", "files": [stolen]})

    assert "could not be fetched from Slack" in words(ann.seen(ANN)[-1])


def test_a_watch_is_set_and_ended_by_buttons(ann):
    card = ann.types(ANN, "/verify", number(1))
    watching = ann.clicks(ANN, card, "Watch")
    assert "You will hear" in words(watching)

    assert "no more about" in words(ann.clicks(ANN, watching, "Stop watching"))


def test_a_digest_time_in_the_summary_is_the_users(ann):
    with ann.database.transaction() as session:
        from core.actors import actor_for
        from core.terms import Surface

        actor = actor_for(session, "ann@uni.example", Surface.CONSOLE)
        wishes = Wishes(time="14:05", timezone="Europe/London")
        set_notifications(session, actor, Switch.DAILY, wishes, now=ann.clock())

    assert "Daily · 14:05 Europe/London · Slack · E-mail" in words(open_home(ann))
    assert button(open_home(ann), "Notifications")
