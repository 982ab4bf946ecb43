"""What somebody sees who has neither a Slack token nor a mail domain."""

import csv
import io
import re

from playwright.sync_api import expect

GUIDES_OWN = "17GB000595ZOLJS03G"
NOT_THERE = "17GB000595ZOLJY03G"


def test_the_guides_number_is_verified_with_what_a_copy_claims(playground, picture):
    ann = playground("ann", "home")
    ann.presses("Verify a Test Report Form", ann.home)
    ann.fills("Test Report Form Number", GUIDES_OWN)
    ann.fills("Name", "Jane Zola")
    ann.fills("Overall", "8.5")
    picture(ann, "verify-form")
    ann.presses("Search", ann.modal)

    expect(ann.modal).to_contain_text("ZOLA")
    expect(ann.modal).to_contain_text(re.compile("Overall", re.IGNORECASE))
    picture(ann, "verify-match")


def test_a_number_that_there_is_not_is_an_answer(playground, picture):
    ann = playground("ann", "C0ADMISSIONS")
    answer = ann.types(f"/verify {NOT_THERE}")

    expect(answer).to_contain_text("Only visible to you")
    expect(answer).to_contain_text("no match")
    picture(ann, "verify-no-match")


def test_commands_are_completed_from_the_keyboard(playground, picture):
    ann = playground("ann", "messages")
    box = ann.page.get_by_role("combobox", name="Message or slash command")
    box.focus()
    ann.page.keyboard.type("/ver")
    expect(ann.page.get_by_role("option", name="/verify")).to_be_visible()
    picture(ann, "commands")
    ann.page.keyboard.press("ArrowDown")
    ann.page.keyboard.press("Enter")
    ann.page.keyboard.type(GUIDES_OWN)

    expect(box).to_have_value(f"/verify {GUIDES_OWN}")
    ann.page.keyboard.press("Enter")
    expect(ann.newest()).to_contain_text("ZOLA")


def test_a_wrong_form_says_so_in_place_and_keeps_what_was_typed(playground):
    ann = playground("ann", "home")
    ann.presses("Verify a Test Report Form", ann.home)
    ann.fills("Test Report Form Number", GUIDES_OWN)
    ann.fills("Overall", "11")
    ann.presses("Search", ann.modal)

    expect(ann.modal.get_by_role("alert")).to_be_visible()
    band = ann.modal.get_by_label("Overall")
    expect(band).to_have_attribute("aria-invalid", "true")
    expect(band).to_have_value("11")
    expect(ann.modal.get_by_label("Test Report Form Number")).to_have_value(GUIDES_OWN)
    ann.page.keyboard.press("Escape")
    expect(ann.modal).to_have_count(0)


def test_a_template_is_built_and_put_in_order(playground, picture):
    ann = playground("ann", "home")
    ann.presses("Create a template", ann.home)
    ann.fills("Template Name", "Scores")
    ann.chooses("Default Format", "CSV")
    ann.chooses("Date Format", "dd/mm/yyyy")
    for title in ("Family Name", "TRF Number", "Overall Band Score"):
        ann.chooses("Other Template Fields", title)
        expect(ann.modal.locator("pre")).to_be_visible()
        expect(ann.modal.locator(".section").filter(has_text=title)).to_have_count(1)
    row = ann.modal.locator(".section").filter(has_text="TRF Number")
    row.locator("summary").click()
    ann.presses("First", row)

    expect(ann.modal.locator("pre")).to_have_text("trfNumber,familyName,overallBandScore")
    expect(ann.modal.get_by_label("Template Name")).to_have_value("Scores")
    picture(ann, "template-builder")
    ann.presses("Create", ann.modal)
    expect(ann.modal).to_contain_text("Scores")
    ann.presses("Close", ann.modal.locator("footer"))
    expect(ann.home).to_contain_text("Scores")


def test_a_download_comes_as_a_file_that_opens(playground, context, picture):
    bo = playground("bo", "messages")
    bo.types('/download csv template="Admissions"')

    link = bo.messages.get_by_role("link", name=re.compile(r"\.csv$"))
    expect(link).to_be_visible()
    picture(bo, "download")
    with context.expect_page() as opened:
        link.click()
    rows = list(csv.reader(io.StringIO(opened.value.locator("pre").inner_text())))
    assert rows[0] == ["trfNumber", "familyName", "firstName", "testDate", "overallBandScore"]
    assert len(rows) > 2


def test_new_results_are_told_in_the_channel_and_by_mail_and_a_reply_gets_the_file(
    playground, picture
):
    bo = playground("bo", "C0ADMISSIONS")
    before = bo.count("A new IELTS result")
    bo.presses("New results arrive")
    expect(bo.page.get_by_role("status")).to_contain_text("3 new results arrived")
    expect(bo.newest()).to_contain_text("3 new results", timeout=40_000)
    letter = bo.gets("A new IELTS result was delivered", before)

    expect(
        letter.frame_locator("iframe")
        .get_by_role("heading")
        .or_(letter.frame_locator("iframe").get_by_role("table"))
        .first
    ).to_be_visible()
    picture(bo, "new-results")
    bo.answers("download csv")
    letter = bo.gets("Re: A new IELTS result was delivered")
    expect(letter.get_by_role("list", name="Attachments")).to_contain_text(".csv", timeout=40_000)


def test_a_corrected_score_is_told_to_whoever_relied_on_it(playground, picture):
    ann = playground("ann", "messages")
    before = ann.count("changed")
    ann.presses("A score is corrected")
    told = ann.page.get_by_role("status")
    expect(told).to_contain_text("was corrected from")
    number = re.search(r"score of (\S+) was", told.inner_text())[1]
    expect(ann.newest()).to_contain_text(number, timeout=40_000)
    ann.gets("changed", before)

    picture(ann, "corrected-score")


def test_tomorrow_the_digest_comes_with_its_file_and_is_answered(playground, picture):
    ann = playground("ann", "messages")
    ann.presses("New results arrive")
    expect(ann.page.get_by_role("status")).to_contain_text("3 new results arrived")
    ann.presses("Move the clock to tomorrow 09:00")
    expect(ann.page.get_by_role("status")).to_contain_text("09:00")
    letter = ann.gets("new IELTS results")

    expect(letter.get_by_role("list", name="Attachments")).to_contain_text(".csv")
    picture(ann, "digest")
    ann.answers("download csv")
    letter = ann.gets("Re: ")
    expect(letter.get_by_role("list", name="Attachments")).to_contain_text(".csv")


def test_a_guest_is_not_served(playground):
    cleo = playground("cleo", "C0ADMISSIONS")
    answer = cleo.types(f"/verify {GUIDES_OWN}")

    expect(answer).to_contain_text("Guests of this workspace are not served")


def test_nothing_is_answered_in_a_channel_that_is_shared(playground):
    ann = playground("ann", "C0PARTNERS")
    answer = ann.types(f"/verify {GUIDES_OWN}")

    expect(answer).to_contain_text("shared with another organisation")


def test_it_fits_a_narrow_screen(playground, picture):
    ann = playground("ann", "home")
    ann.page.set_viewport_size({"width": 390, "height": 844})

    width = ann.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    picture(ann, "narrow")


def test_it_is_dark_for_those_who_want_it_dark(playground, picture):
    ann = playground("ann", "home")
    ann.page.emulate_media(color_scheme="dark")

    background = ann.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(17, 19, 22)"
    picture(ann, "dark")
