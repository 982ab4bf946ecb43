import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commands.grammar import parse
from core.commands.registry import every_command
from mail.short_forms import wish_of
from mail.wishes import MOST_COMMANDS, is_thanks, wishes_in

CREATE = 'templates create "Admissions" format=csv dates=dd/mm/yyyy'
A, B = "17GB000595ZOLJS03G", "18GB000596ANNJS03A"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("csv please", "download csv"),
        ("CSV", "download csv"),
        ("send as xml", "download xml"),
        ("Send it as XML, please.", "download xml"),
        ("Could you send me the new results as JSON, please?", "download json"),
        ("please send me the results", "download"),
        ("download", "download"),
        ("Download please", "download"),
        ("send as xml with photos", "download xml photos=yes"),
        ("download xml photos", "download xml photos=yes"),
        ("please send the results with pictures", "download photos=yes"),
        ("resend 42 with photos, please", "redownload 42 photos=yes"),
        ("download csv photos=no", "download csv photos=no"),
        ("resend 42", "redownload 42"),
        ("Resend #42", "redownload 42"),
        ("redownload 42 as xml please", "redownload 42 xml"),
        ("weekly", "notifications weekly"),
        ("Daily please!", "notifications daily"),
        ("immediately", "notifications immediate"),
        ("stop", "notifications off"),
        ("STOP.", "notifications off"),
        ("unsubscribe", "notifications off"),
        ("start", "notifications on mail=on"),
        ("Please switch to weekly", "notifications weekly"),
        ("weekly digest please", "notifications weekly"),
        ("Daily at 9:30", "notifications daily time=09:30"),
        ("stop sending me these mails", "notifications off"),
        ("turn off notifications", "notifications off"),
        ("help", "help"),
        ("Help me please!", "help"),
        ("Any new results?", "results"),
        ("show me the history", "history"),
        ("Resend no. 42", "redownload 42"),
        (f"{A}?", f"verify {A}"),
        (f"1. {A}", f"verify {A}"),
        (f"TRF number: {A}", f"verify {A}"),
        (f"Is {A} genuine?", f"verify {A}"),
        (f"Please could you verify {A}?", f"verify {A}"),
        (f"Hi, check {A} please", f"verify {A}"),
        (f"verify {A}, {B} and {A}.", f"verify {A} {B} {A}"),
        ("verify 17GB 000595 ZOLJ S03G", f"verify {A}"),
        (f'please verify {A} name="Jane Zola"', f'verify {A} name="Jane Zola"'),
        (f"I want to report {A}", f"report {A}"),
        ("verify ABC123", "verify ABC123"),
        ("?", "help"),
        ("results", "results"),
        ("results please", "results"),
        ("could I have a csv?", "download csv"),
        ("would you be so kind as to send us the new results as a csv file?", "download csv"),
        ("Would you mind sending the csv again? Thanks", "redownload last csv"),
        ("Can we get them, please?", "download"),
        ("Good morning, csv please", "download csv"),
        ("Hi! csv please, best wishes", "download csv"),
        ("results please. Thanks, Ann", "results"),
        ("send it again", "redownload last"),
        ("Please resend the last one as xml", "redownload last xml"),
        ("resend", "redownload last"),
        ("send 42 again, please", "redownload 42"),
        ("Please redownload 42 again", "redownload 42"),
        ("every day please", "notifications daily"),
        ("once a week", "notifications weekly"),
        ("no more emails please", "notifications off"),
        ("Please stop emailing me", "notifications off"),
        ("turn notifications back on", "notifications on mail=on"),
        ("daily at 9am", "notifications daily time=09:00"),
        ("daily at 12 am", "notifications daily time=00:00"),
        ("weekly on Fridays at 4:30pm please", "notifications weekly day=friday time=16:30"),
        ("What's new?", "results"),
        ("anything new?", "results"),
        ("Do you have any new results for us?", "results"),
        ("What can you do?", "help"),
        ("how does this work?", "help"),
        (f"#{A}", f"verify {A}"),
        (f"- 1) {A}", f"verify {A}"),
        (f"{A} / {B}", f"verify {A} {B}"),
        (f"\u201c{A}\u201d", f"verify {A}"),
        ("17GB-000595-ZOLJ-S03G", f"verify {A}"),
        (f"verify - {A}", f"verify {A}"),
        (f"can you check if {A} is real?", f"verify {A}"),
        (f"Who is {A}?", f"verify {A}"),
        (f"What are the scores of {A}?", f"verify {A}"),
        (f"results for {A}?", f"verify {A}"),
        (f"Is it right that Jane came with {A} last week?", f"verify {A}"),
        (f"Merci de v\u00e9rifier {A}", f"verify {A}"),
        ("notifications daily 9:00", "notifications daily time=09:00"),
        ("change my email to <ann2@uni.example>", "notifications email=ann2@uni.example"),
        ("help download", "help download"),
        ("Help! How do I verify a form?", "help verify"),
        ("how do I report a form?", "help report"),
        (f"is this one genuine: {A}", f"verify {A}"),
        (f"Can you verify {A} belongs to Jane Zola?", f'verify {A} name="Jane Zola"'),
        (f"verify {A} Jane O\u2019Brien", f'verify {A} name="Jane O\u2019Brien"'),
        (f"tell me when {A} arrives", f"watch {A}"),
        (f"please stop watching {A}", f"unwatch {A}"),
        (f"report {A} the photo looks edited", f'report {A} "the photo looks edited"'),
        (f"Please report {A}: it says \u201cband 9\u201d.", f"report {A} \"it says 'band 9'\""),
        (f"I want to report {A} - overall=9 is wrong", f'report {A} "overall=9 is wrong"'),
        ("report 17GB 000595 ZOLJ S03G looks fake", f'report {A} "looks fake"'),
        (f"verify {A} please", f"verify {A}"),
        (f"- verify {A}", f"verify {A}"),
        (f"1. verify {A}", f"verify {A}"),
        (f"/verify {A}", f"verify {A}"),
        ("notifications time=14:05", "notifications time=14:05"),
        ('download template="Thanks"', 'download template="Thanks"'),
        ("users add Ann Bell ann@uni.example", "users add Ann Bell ann@uni.example"),
    ],
)
def test_short_forms_mean_lines_of_the_grammar(written, meant):
    assert wish_of(written) == meant
    parse(meant)


@pytest.mark.parametrize("written", ["Please verify the attached list.", "check the attached csv"])
def test_whoever_asks_for_the_attached_list_names_no_number(written):
    assert wish_of(written) == "verify"


@pytest.mark.parametrize(
    "prose",
    [
        "Dear colleagues,",
        "I wonder what this is",
        "The csv and the xml were both broken yesterday",
        "Do not stop anything without asking me first",
        "Ann Bell",
        "resend it to everybody in 2026",
        "stop photos",
        "Thank you for the photos",
        "Thanks for the csv",
        "Thanks, we get the results now",
        "We can download them now, thanks",
        "Please do not stop",
        f"She told us of {A} yesterday",
        "no",
        "yes please",
        "We have new results",
        "I have a csv",
        "report the form to us",
        "Great, thank you",
        "Got it, thanks!",
        "Thanks!",
        "",
        "...",
    ],
)
def test_prose_is_no_command(prose):
    assert wish_of(prose) is None


def test_every_command_can_be_written_in_full():
    for name in every_command():
        assert (wish_of(name) or "").split()[0] in {name.split()[0], "download"}


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{B}",
        f"{A}, {B}",
        f"{A};{B}",
        f"  {A}  \n\n\t{B}",
        f"Hello,\n\n{A}\n{B}\n\nThanks,\nAnn",
        f"<{A}>\n'{B}'",
        f"1. {A}\n2. {B}",
        f"Please verify the numbers below:\n{A}\n{B}",
        f"Verify:\n\n{A}\n{B}",
        f"17GB 000595 ZOLJ S03G\n{B}",
        f"* {A}\n* {B}",
        f"a) {A}\nb) {B}",
        f"{A}\tJane Zola\t8.0\n{B}\tAnn\t6.5",
        f"TRF number  Name  Overall\nJane Zola, {A}\nAnn O'Brien, {B}",
        f"{A}\n{B}\n\nPlease verify these.",
        f"Good morning,\n\n{A}, {B}\n\nBest wishes\nAnn",
    ],
)
def test_a_pasted_list_of_numbers_is_one_verification(text):
    found = wishes_in(text, "")

    assert found.lines == (f"verify {A} {B}",)
    assert found.not_understood == 0


def test_the_subject_is_used_where_the_text_has_no_command():
    assert wishes_in("", "csv please").lines == ("download csv",)
    assert wishes_in("Kind regards, Ann", "help").lines == ("help",)
    assert wishes_in("xml", "csv").lines == ("download xml",)


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        (
            f'verify {A} name="Jane Alexandra\nZola" dob=1982-05-02\noverall=8',
            f'verify {A} name="Jane Alexandra Zola" dob=1982-05-02 overall=8',
        ),
        (
            f"{CREATE}\nfields=trfNumber,familyName,\nfirstName,overallBandScore",
            f"{CREATE} fields=trfNumber,familyName,firstName,overallBandScore",
        ),
        (
            f'Please verify {A} name="Jane Zola"\n  overall=8',
            f'verify {A} name="Jane Zola" overall=8',
        ),
    ],
)
def test_a_command_that_the_mail_program_broke_is_one_line_again(broken, whole):
    found = wishes_in(f"Hello,\n\n{broken}\n\nThanks\nAnn", "")

    assert (found.lines, found.not_understood) == ((whole,), 0)


def test_commands_one_below_the_other_stay_apart():
    text = f'verify {A} name="Jane Zola" overall=8\nverify {B} name="Ann Bell" overall=7'

    assert wishes_in(text, "").lines == tuple(text.splitlines())


def test_the_number_in_the_subject_is_meant_by_please_verify():
    assert wishes_in("Please verify.\nThanks", A).lines == (f"verify {A}",)
    assert wishes_in("Please verify the attached list", "csv please").lines == ("verify",)


def test_what_is_asked_for_within_prose_is_done_and_the_rest_counted():
    found = wishes_in("The file did not come through. Could you resend 42, please? Thanks, Ann", "")
    assert (found.lines, found.not_understood) == (("redownload 42",), 1)

    found = wishes_in("I did not get the file, please send it again", "")
    assert (found.lines, found.not_understood) == (("redownload last",), 1)

    found = wishes_in("csv please. Also stop watching it", "")
    assert found.lines == ("download csv",)


def test_prose_below_a_report_is_its_comment():
    found = wishes_in(f"report {A}\nThe photo looks edited.\nIt came from an agent.\n\nThanks", "")

    said = "The photo looks edited. It came from an agent."
    assert (found.lines, found.not_understood) == ((f'report {A} "{said}"',), 0)


@pytest.mark.parametrize(
    "text", ["Thanks!", "Great, thank you\n\nAnn", "Hi,\nmany thanks\nAnn Bell"]
)
def test_thanks_alone_are_known_for_what_they_are(text):
    assert wishes_in(text, "").lines == ()
    assert is_thanks(text, "Ann Bell <ann")


@pytest.mark.parametrize("text", ["", "Ann", "Thanks!\nWhere is the file?", "Hello", "yes"])
def test_other_mails_without_a_command_are_more_than_thanks(text):
    assert not is_thanks(text, "Ann Bell <ann")


@pytest.mark.parametrize("prefix", ["Re:", "RE: ", "AW:", "Fwd:", "FW:", "WG: ", "Sv:", "Re[2]:"])
def test_the_subject_of_an_answer_is_nobodys_command(prefix):
    assert wishes_in("", f"{prefix} download csv").lines == ()


def test_no_more_than_five_commands_are_taken_and_the_rest_is_counted():
    found = wishes_in("\n".join(f"history {n}" for n in range(1, 9)), "")

    assert found.lines == tuple(f"history {n}" for n in range(1, 6))
    assert (len(found.lines), found.too_many) == (MOST_COMMANDS, 3)


@pytest.mark.parametrize("line", [f"{A} was withdrawn", "monthly csv", "photos", "my templates"])
def test_a_short_line_that_wants_something_is_not_passed_over(line):
    assert wishes_in(f"results\n{line}", "").not_understood == 1


def test_what_stands_below_the_writers_name_is_a_signature():
    written = "csv please\n\nAnn\nAdmissions Officer, University of Exeter, Room 12\nTel. 01392 1"

    assert wishes_in(written, "", "Ann Bell <ann").not_understood == 0
    assert wishes_in(f"{written}\nweekly", "", "Ann Bell <ann").lines[1:] == (
        "notifications weekly",
    )


@pytest.mark.parametrize(
    "line", ["Von meinem iPhone gesendet", "Envoyé depuis mon Galaxy S24 plus"]
)
def test_what_a_telephone_adds_is_a_signature(line):
    assert wishes_in(f"csv please\n\n{line}", "").not_understood == 0


def test_greetings_are_no_lines_that_were_not_understood():
    found = wishes_in("Hi there,\ncsv please\nMany thanks\nAnn", "")

    assert (found.lines, found.not_understood) == (("download csv",), 0)


@given(st.text(max_size=300), st.text(max_size=80))
def test_any_text_gives_few_lines_that_are_one_line_each(text, subject):
    found = wishes_in(text, subject)

    assert len(found.lines) <= MOST_COMMANDS
    assert all(len(line.splitlines()) == 1 for line in found.lines)
    assert found.not_understood >= 0
