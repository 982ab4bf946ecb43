import time
from datetime import timedelta
from email.utils import format_datetime
from threading import Event, Thread

import pytest
from sqlmodel import select
from structlog.testing import capture_logs

from core import inbox, shunted
from core.inbox import Standing
from core.tables import (
    Arrival,
    AuditEvent,
    Download,
    Enquiry,
    EnquiryCopy,
    FilePolicy,
    Organisation,
    Outgoing,
    Passphrase,
    Preference,
    Verification,
    Watch,
)
from mail import serving
from mail.process import InboxWork
from tests.mail.house import a_mail, answer_to, body
from tests.mail.signing import RECORD, signed
from tests.servers.names import NameServer, text_record

NUMBER = "25GB000595ZOLJS03G"


@pytest.fixture
def ask(house, ann):
    """Answer a mail of ours with a text; give what comes back."""
    ours = house.mail_to(ann)

    def ask(text, **changes):
        house.deliver(answer_to(ours, text, **changes), ours["Reply-To"])
        return house.answers()

    return ask


def rows(database, table):
    with database.reading() as session:
        return session.exec(select(table)).all()


def test_a_download_comes_as_a_file(ask, database):
    (answer,) = ask("csv please")

    (attached,) = answer.iter_attachments()
    assert attached.get_filename().endswith(".csv")
    assert NUMBER in attached.get_content()
    assert f"The file {attached.get_filename()} is attached." in body(answer)
    (download,) = rows(database, Download)
    assert (download.records, download.user_name) == (1, "Ann Bell")


def test_an_answer_stands_in_the_thread_and_quotes_nothing(ask, house):
    (answer,) = ask(
        "results\n\nMy password is hunter2", subject="Re: secrets of 17GB000595ZOLJS03G"
    )

    (row,) = house.incoming()
    ours = house.outbox()[0].read_text()
    assert answer["Subject"].startswith("Re: You can now use")
    assert answer["In-Reply-To"]
    assert answer["References"].split()[0] in ours
    assert answer["References"].split()[-1] == answer["In-Reply-To"]
    assert "hunter2" not in answer.as_string()
    assert "secrets" not in answer.as_string()
    assert row.raw == b""


def test_the_conversation_can_go_on(ask, house):
    (first,) = ask("results")
    house.deliver(answer_to(first, "history"), first["Reply-To"])

    (second,) = house.answers()
    assert second["Subject"] == first["Subject"]
    assert first["Message-ID"] in second["References"]


def test_several_commands_are_done_in_order_and_each_is_answered(ask, database):
    (answer,) = ask(f"verify {NUMBER}\ndownload csv\nresend 99\nwatch {NUMBER}\nhistory\nresults")

    text = body(answer)
    said = [line for line in text.splitlines() if line.startswith("> ")]
    assert said == [
        f"> verify {NUMBER}",
        "> download csv",
        "> redownload 99",
        f"> watch {NUMBER}",
        "> history",
    ]
    assert "There is no download 99" in text
    assert "1 more was not done" in text
    assert len(rows(database, Watch)) == len(rows(database, Verification)) == 1


def test_a_command_that_is_refused_undoes_nothing_of_the_others(ask, database):
    (answer,) = ask("download csv\nusers add Cat Doe cat@uni.example\nstop")

    assert "Only an administrator" in body(answer)
    assert len(rows(database, Download)) == 1


def test_no_command_at_all_is_answered_with_how_to_write_one(ask):
    (answer,) = ask("I would like to know whether these results are official, and who signs them.")

    assert "We found no command in your mail" in body(answer)


@pytest.mark.parametrize(
    ("name", "kind", "data"),
    [
        ("numbers.csv", "text/csv", f"Name,TRF Number\nAnn,{NUMBER}\nBo,18GB000596ANNJS03A\n"),
        ("numbers.txt", "text/plain", f"{NUMBER}\n18GB000596ANNJS03A\n"),
        ("numbers.csv", "application/octet-stream", f"{NUMBER};x\r\n18GB000596ANNJS03A;y\r\n"),
        ("n.tsv", "text/tab-separated-values", f"a\tb\n1\t{NUMBER}\n2\t18GB000596ANNJS03A\n"),
    ],
)
def test_an_attached_list_of_numbers_is_verified(ask, database, name, kind, data):
    (answer,) = ask("", files=[(name, kind, data.encode())])

    assert [one.trf_number for one in rows(database, Verification)] == [
        NUMBER,
        "18GB000596ANNJS03A",
    ]
    assert "no match" in body(answer)


def test_a_list_in_utf_16_from_a_spreadsheet_is_read(ask, database):
    data = f"TRF\r\n{NUMBER}\r\n".encode("utf-16")
    ask("verify", files=[("numbers.csv", "text/csv", data)])

    assert [one.trf_number for one in rows(database, Verification)] == [NUMBER]


def test_a_list_that_is_too_long_is_refused_whole(ask, database):
    data = "\n".join(f"17GB{n:06}ZOLJS03G" for n in range(5001)).encode()
    (answer,) = ask("", files=[("numbers.csv", "text/csv", data)])

    assert "5001 numbers" in body(answer)
    assert rows(database, Verification) == []


def test_a_copy_of_a_form_opens_an_enquiry(ask, database):
    copy = ("form.pdf", "application/pdf", b"%PDF-1.7 ...")
    (answer,) = ask(f"report {NUMBER}", files=[copy])

    assert f"Enquiry 1 about {NUMBER} is open" in body(answer)
    assert len(rows(database, Enquiry)) == 1


def test_what_is_written_about_a_form_is_kept_with_its_copy(ask, database):
    copy = ("form.pdf", "application/pdf", b"%PDF-1.7 ...")
    (answer,) = ask(f"Please report {NUMBER}. The photo looks edited.", files=[copy])

    assert "What you wrote about it is kept with it." in body(answer)
    kept = {one.filename: one.data for one in rows(database, EnquiryCopy)}
    assert kept == {"form.pdf": copy[2], "comment.txt": b"The photo looks edited"}


def test_the_signature_of_a_signed_mail_is_no_copy_of_a_form(ask, database):
    files = [
        ("form.pdf", "application/pdf", b"%PDF-1.7 ..."),
        ("smime.p7s", "application/pkcs7-signature", b"x"),
        ("ann.vcf", "text/vcard", b"BEGIN:VCARD"),
    ]
    ask(f"report {NUMBER}", files=files)

    assert [one.filename for one in rows(database, EnquiryCopy)] == ["form.pdf"]


def test_thanks_are_not_answered(ask, house):
    assert ask("Great, thank you!\n\nAnn") == []
    assert (house.incoming()[-1].fate, house.incoming()[-1].last_error) == ("ignored", "thanks")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("numbers.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("numbers.xls", "application/octet-stream"),
        ("numbers", "application/vnd.ms-excel"),
        ("numbers.ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ],
)
@pytest.mark.parametrize("text", ["", "Please verify the attached list"])
def test_a_spreadsheet_is_told_how_to_become_a_csv_every_time(ask, name, kind, text):
    for _ in range(2):
        (answer,) = ask(text, files=[(name, kind, b"PK\x03\x04")])

        assert f"{name} is a spreadsheet, which is not read here." in body(answer)
        assert "CSV UTF-8 (comma delimited)" in body(answer)


def test_a_csv_that_windows_calls_excels_is_read(ask, database):
    ask("", files=[("n.csv", "application/vnd.ms-excel", f"{NUMBER}\n".encode())])

    assert [one.trf_number for one in rows(database, Verification)] == [NUMBER]


def test_a_list_without_numbers_is_named(ask):
    (answer,) = ask("please verify", files=[("names.csv", "text/csv", b"Jane\nAnn\n")])

    assert "No Test Report Form number was found in names.csv." in body(answer)


def test_a_report_without_a_copy_says_to_attach_one(ask, database):
    (answer,) = ask(f"report {NUMBER}")

    assert "with the copy attached" in body(answer)
    assert rows(database, Enquiry) == []


def test_stop_ends_notifications(ask, database, ann):
    with database.transaction() as session:
        session.get_one(Preference, ann).notifications_on = True
    ask("stop")

    with database.reading() as session:
        assert session.get_one(Preference, ann).notifications_on is False


def test_start_undoes_stop_and_a_click_on_unsubscribe(ask, database, ann):
    ask("stop")
    with database.transaction() as session:
        session.get_one(Preference, ann).mail_on = False
    ask("start")

    with database.reading() as session:
        row = session.get_one(Preference, ann)
        assert (row.notifications_on, row.mail_on) == (True, True)


def test_flowed_text_is_read_as_it_was_typed(house, ann):
    ours = house.mail_to(ann)
    text = f'verify {NUMBER} name="Jane \nZola" \noverall=8\nhistory\n-- \nAnn \nstop\n'
    mail = answer_to(ours, text)
    mail.set_param("format", "flowed")
    house.deliver(mail, ours["Reply-To"])

    (answer,) = house.answers()
    said = [line for line in body(answer).splitlines() if line.startswith("> ")]
    assert said == [f'> verify {NUMBER} name="Jane Zola" overall=8', "> history"]


def test_html_alone_is_understood(ask):
    (answer,) = ask("", html="<p>results</p><blockquote><p>download csv</p></blockquote>")

    assert "> results" in body(answer)
    assert "> download" not in body(answer)


def test_the_same_mail_again_is_not_done_again(house, ann, database):
    ours = house.mail_to(ann)
    mail = answer_to(ours, "download csv")
    house.deliver(mail, ours["Reply-To"])
    assert len(house.answers()) == 1
    house.deliver(mail, ours["Reply-To"])

    assert house.answers() == []
    assert len(rows(database, Download)) == 1


def test_a_crash_between_two_commands_repeats_neither(house, ann, database, monkeypatch):
    ours = house.mail_to(ann)
    house.deliver(answer_to(ours, f"watch {NUMBER}\ndownload csv\nhistory"), ours["Reply-To"])
    run_for, calls = serving.run_for, []

    def dies_at_the_third(*arguments, **options):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return run_for(*arguments, **options)

    monkeypatch.setattr(serving, "run_for", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        house.process()
    monkeypatch.undo()

    (answer,) = house.answers()
    assert len(rows(database, Download)) == 1
    assert body(answer).count("> download csv") == 1
    assert "> history" in body(answer)
    assert len(list(answer.iter_attachments())) == 1


def test_two_workers_at_one_mail_do_it_once(house, ann, database):
    ours = house.mail_to(ann)
    for n in range(6):
        house.deliver(answer_to(ours, f"watch 17GB{n:06}ZOLJS03G\nhistory"), ours["Reply-To"])
    ids = [row.id for row in house.incoming()]
    works = [InboxWork(house.settings, database, house.clock, Event()) for _ in range(3)]
    threads = [Thread(target=one.take_up, args=[ids]) for one in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(house.send()) == 6
    assert {row.fate for row in house.incoming()} == {"done"}


def test_a_bug_puts_a_mail_aside_and_it_can_be_tried_again(house, ann, database, monkeypatch):
    ours = house.mail_to(ann)
    house.deliver(answer_to(ours, "results"), ours["Reply-To"])
    monkeypatch.setattr(serving, "wishes_in", lambda *_: 1 / 0)
    house.process()
    monkeypatch.undo()

    with database.transaction() as session:
        (mail,) = shunted.list_shunted(session)
        assert (mail.desk, mail.sender) == ("reply", "ann@uni.example")
        assert "could not be worked on" in mail.reason
        inbox.retry(session, mail.id, now=house.now)
    assert len(house.answers()) == 1


def test_a_bug_is_logged_with_its_places_and_without_the_mail(house, ann, monkeypatch):
    def fails(text, *_):
        raise ValueError(text)

    ours = house.mail_to(ann)
    house.deliver(answer_to(ours, "my secret is hunter2"), ours["Reply-To"])
    monkeypatch.setattr(serving, "wishes_in", fails)
    with capture_logs() as logged:
        house.process()

    (line,) = [one for one in logged if one["event"] == "mail-shunted"]
    assert (line["error"], line["at"][-1].endswith(" fails")) == ("ValueError", True)
    assert "hunter2" not in repr(logged)


def test_a_shunted_mail_can_be_dropped_and_is_then_forgotten(house, ann, database, monkeypatch):
    house.deliver(a_mail("results"))
    monkeypatch.setattr("mail.process.why_automatic", lambda *_: 1 / 0)
    house.process()
    with database.transaction() as session:
        (mail,) = shunted.list_shunted(session)
        assert (mail.desk, mail.sender) == ("results", "uni.example")
        inbox.drop(session, mail.id, now=house.now)

    (row,) = house.incoming()
    assert (row.fate, row.raw) == ("dropped", b"")
    assert house.answers() == []


def test_what_is_done_is_forgotten_after_a_while(house, database):
    house.deliver(a_mail("results", "stranger@x.example"))
    house.process()
    with database.transaction() as session:
        assert inbox.purge(session, now=house.now) == 0
        assert inbox.purge(session, now=house.now + inbox.KEPT * 2) == 1


def test_work_stops_when_it_is_told_to_while_the_database_is_away(house, database, monkeypatch):
    from sqlalchemy.exc import OperationalError

    house.deliver(a_mail("results"))

    def away(*_):
        raise OperationalError("x", {}, Exception("away"))

    monkeypatch.setattr(house.work, "_work_on", away)
    thread = Thread(target=house.process)
    thread.start()
    time.sleep(0.3)
    house.stopping.set()
    thread.join(5)

    assert not thread.is_alive()
    assert [row.fate for row in house.incoming()] == ["ready"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (failure)"},
        {"Precedence": "bulk"},
        {"Precedence": "LIST"},
        {"List_Id": "<x.y>"},
        {"List_Unsubscribe": "<mailto:x@y>"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "vacation"},
        {"subject": "Automatic reply: Re: 3 new IELTS results"},
        {"subject": "Out of office"},
        {"subject": "Abwesenheitsnotiz: AW: 3 new IELTS results"},
        {"subject": "R\u00e9ponse automatique : 3 new IELTS results"},
        {"subject": "Read: 3 new IELTS results"},
    ],
)
def test_mail_that_a_program_wrote_is_neither_obeyed_nor_answered(ask, database, headers):
    assert ask("download csv", **headers) == []
    assert rows(database, Download) == []


def test_a_receipt_that_a_letter_was_read_is_no_mail_of_a_person(house, ann):
    ours = house.mail_to(ann)
    mail = answer_to(ours, "results")
    mail.make_mixed()
    mail.replace_header("Content-Type", "multipart/report; report-type=disposition-notification")
    house.deliver(mail, ours["Reply-To"])

    assert house.answers() == []


def test_auto_submitted_no_is_a_person(ask):
    assert len(ask("results", Auto_Submitted="no")) == 1


def test_our_own_mail_coming_back_starts_no_loop(house, ann):
    ours = house.mail_to(ann)
    raw = (
        house.outbox()[0].read_bytes().replace(b"results@results.localhost", b"ann@uni.example", 1)
    )
    house.deliver(raw, ours["Reply-To"])

    assert house.answers() == []


DSN = """From: MAILER-DAEMON@mx.uni.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-1@mx.uni.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.uni.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {status} mailbox {address} unavailable

--b--
"""


def bounce(house, ann, address="ann@uni.example", action="failed", status="5.1.1"):
    to = house.mail_to_again(ann)
    raw = DSN.format(to=to, address=address, action=action, status=status)
    house.deliver(raw.replace("\n", "\r\n").encode(), to, sender="")
    return house.answers()


def test_a_hard_bounce_pauses_mail_and_tells_the_administrators(house, ann, database):
    (told,) = bounce(house, ann)

    assert told["To"].addresses[0].addr_spec == "bo@uni.example"
    assert "5.1.1 mailbox ann@uni.example unavailable" in body(told)
    with database.reading() as session:
        assert session.get_one(Preference, ann).mail_on is False
        actions = [one.action for one in session.exec(select(AuditEvent))]
    assert "mail:paused" in actions
    assert bounce(house, ann) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"address": "somebody@else.example"},
        {"address": "bo@uni.example"},
    ],
)
def test_other_bounces_pause_nothing(house, ann, database, changes):
    assert bounce(house, ann, **changes) == []
    assert {one.mail_on for one in rows(database, Preference)} == {True}


def test_an_old_fashioned_bounce_is_understood(house, ann, database):
    to = house.mail_to_again(ann)
    raw = (
        f"From: MAILER-DAEMON@old.example\r\nTo: {to}\r\nSubject: failure notice\r\n\r\n"
        "Hi. This is the qmail-send program at old.example.\r\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\r\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n"
        "<ann@uni.example>:\r\nSorry, no mailbox here by that name.\r\n\r\n"
        "--- Below this line is a copy of the message.\r\n\r\nReturn-Path: <x@y>\r\n"
    )
    house.deliver(raw.encode(), to, sender="")
    house.process()

    with database.reading() as session:
        assert session.get_one(Preference, ann).mail_on is False


@pytest.fixture
def feeding(make_house, database):
    with NameServer() as dns:
        dns.records["s1._domainkey.centre.example", "TXT"] = text_record(RECORD)
        yield make_house(
            verify_dkim=True,
            dns_resolver=dns.address,
            mail_feeders={"feed@centre.example": "Exeter"},
        )


FILE = (
    "trfNumber,familyName,firstName,dateOfBirth,centreNumber,candidateNumber,testDate,"
    "listeningScore,readingScore,writingScore,speakingScore,overallBandScore,Module\n"
    "26GB000777DOEJS03A,DOE,JOHN,1990-01-02,GBS03,000777,2026-10-08,8,8,8,8,8,Academic\n"
)


def a_feed(data=FILE, **changes):
    files = [("results.csv", "text/csv", data.encode())]
    return a_mail("Here you are.", "feed@centre.example", files=files, **changes)


def test_a_results_file_from_a_feeder_is_loaded_and_summed_up(feeding, ann, database):
    feeding.deliver(signed(a_feed(), "centre.example"))

    answers = [one for one in feeding.answers() if one["To"].addresses[0].domain != "uni.example"]
    (answer,) = answers
    assert answer["To"].addresses[0].addr_spec == "feed@centre.example"
    assert answer["Reply-To"] is None
    assert "results.csv is loaded." in body(answer)
    assert "DOE" not in answer.as_string()
    (arrival,) = rows(database, Arrival)
    assert (arrival.new, arrival.delivered) == (1, 1)


def test_an_old_results_file_that_comes_again_waits_for_somebody(feeding, ann, database):
    sent = format_datetime(feeding.now - timedelta(days=40))
    feeding.deliver(signed(a_feed(Date=sent), "centre.example"))

    assert feeding.answers() == []
    assert rows(database, Arrival) == []
    (row,) = feeding.incoming()
    assert (row.fate, "have it sent anew" in row.last_error) == (Standing.SHUNTED, True)


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"}, {"List_Id": "<x.y>"}]
)
def test_a_feeder_that_is_a_program_is_loaded_from_and_not_answered(
    feeding, ann, database, headers
):
    feeding.deliver(signed(a_feed(**headers), "centre.example"))

    answers = feeding.answers()
    assert [one for one in answers if one["To"].addresses[0].domain == "centre.example"] == []
    assert [one.new for one in rows(database, Arrival)] == [1]
    assert [row.fate for row in feeding.incoming()] == ["done"]


def test_a_file_of_a_program_that_cannot_be_read_waits_for_somebody(feeding, ann, database):
    feeding.deliver(signed(a_feed("x,y\n1,2\n", Precedence="bulk"), "centre.example"))

    assert feeding.answers() == []
    (row,) = feeding.incoming()
    assert (row.fate, "could not be read" in row.last_error) == (Standing.SHUNTED, True)


def test_an_automatic_answer_of_a_feeder_is_ignored(feeding, ann):
    mail = a_mail("I am away.", "feed@centre.example", Auto_Submitted="auto-replied")
    feeding.deliver(signed(mail, "centre.example"))

    assert feeding.answers() == []
    assert [row.fate for row in feeding.incoming()] == ["ignored"]


BAD = "26GB000778ROEJS03A,ROE,JANE,1991-02-03,GBS03,000778,2026-10-08,99,7,7,7,7,Academic\n"


def test_rejected_rows_go_back_to_their_feeder_who_mends_them(feeding, ann, database):
    feeding.deliver(signed(a_feed(FILE + BAD), "centre.example"))

    (answer,) = [one for one in feeding.answers() if one["To"].addresses[0].domain != "uni.example"]
    text = " ".join(body(answer).split())
    (file,) = answer.iter_attachments()
    assert file.get_filename() == "rejected-results.csv"
    assert file.get_content_type() == "text/csv"
    assert "ROE" in file.get_content()
    assert "DOE" not in file.get_content()
    assert "attached as rejected-results.csv" in text
    mended = file.get_content().replace(",99,", ",7,")
    feeding.deliver(signed(a_feed(mended), "centre.example"))
    feeding.answers()
    assert [one.new for one in rows(database, Arrival)] == [1, 1]


@pytest.mark.parametrize("policy", ["notice", "zip"])
def test_where_data_stays_out_of_mail_a_feeder_gets_counts_and_lines(
    feeding, ann, database, policy
):
    with database.transaction() as session:
        organisation = session.exec(select(Organisation)).one()
        session.add(FilePolicy(organisation_id=organisation.id, policy=policy))
    mail = a_feed(FILE + BAD.replace("99,7", "zola,7"))
    mail.add_attachment(
        b"Zola,Jane,17GB000595ZOLJS03G\n", maintype="text", subtype="csv", filename="zola.csv"
    )
    feeding.deliver(signed(mail, "centre.example"))

    (answer,) = [one for one in feeding.answers() if one["To"].addresses[0].domain != "uni.example"]
    text = " ".join(body(answer).split())
    assert list(answer.iter_attachments()) == []
    assert "Rejected: 1" in text
    assert "lines of the file: 3." in text
    assert [one for one in ("zola", "roe", "results.csv", "17GB") if one in text.lower()] == []


def test_a_file_that_cannot_be_read_is_refused_in_the_summary(feeding, ann, database):
    feeding.deliver(
        signed(
            a_feed("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;"), "centre.example"
        )
    )

    (answer,) = feeding.answers()
    assert "root:" not in answer.as_string()
    assert rows(database, Arrival) == []


def test_a_feeder_that_sends_a_spreadsheet_is_told_what_to_send(feeding, ann, database):
    mail = a_mail("Here", "feed@centre.example", files=[("r.xlsx", "application/x", b"PK\x03\x04")])
    mail.add_attachment(b"x", maintype="image", subtype="png", filename="logo.png")
    feeding.deliver(signed(mail, "centre.example"))

    (answer,) = feeding.answers()
    assert "r.xlsx is a spreadsheet" in body(answer)
    assert "logo.png" not in body(answer)


def test_a_feeder_without_a_file_is_told_so_and_nothing_is_repeated(feeding, ann):
    feeding.deliver(signed(a_mail("Here you are.", "feed@centre.example"), "centre.example"))

    (answer,) = feeding.answers()
    assert "Your mail brought no file." in body(answer)
    assert ">" not in body(answer)


def test_a_forged_feeder_loads_nothing_and_its_file_waits_for_somebody(feeding, ann, database):
    feeding.deliver(a_feed())

    assert feeding.answers() == []
    assert rows(database, Arrival) == []
    (row,) = feeding.incoming()
    assert (row.fate, "proven" in row.last_error) == (Standing.SHUNTED, True)
    assert row.raw


def interrupted(*_, **__):
    raise KeyboardInterrupt


def test_a_crash_loads_a_file_once(feeding, ann, database, monkeypatch):
    feeding.deliver(signed(a_feed(), "centre.example"))
    monkeypatch.setattr(
        feeding.work._feeds, "_answer", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        feeding.process()
    monkeypatch.undo()
    feeding.process()

    assert len(rows(database, Arrival)) == 1


def test_a_policy_of_notices_answers_a_download_without_its_file(house, ann, database, ask):
    with database.transaction() as session:
        organisation = session.exec(select(Organisation)).one()
        session.add(FilePolicy(organisation_id=organisation.id, policy="notice"))
    (answer,) = ask("download csv")

    assert list(answer.iter_attachments()) == []
    assert "you find it in Slack" in body(answer)
    assert len(rows(database, Outgoing)) == 2


@pytest.mark.parametrize("typed", ['passphrase "hunter2 horse battery"', "Passphrase hunter2"])
def test_a_passphrase_by_mail_is_refused_and_not_written_into_another_mailbox(
    ask, database, house, typed
):
    (answer,) = ask(f"{typed}\nresults")

    text = " ".join(body(answer).split())
    assert "> passphrase …" in text
    assert "is not taken by mail" in text
    assert "> results" in text
    assert "hunter2" not in answer.as_string()
    assert rows(database, Passphrase) == []
    assert all("hunter2" not in repr(one) for one in rows(database, AuditEvent))
    (row,) = house.incoming()
    assert row.raw == b""


def test_reply_addresses_can_be_ended_by_mail_and_the_answer_brings_a_new_one(house, ann):
    ours = house.mail_to(ann)
    house.deliver(answer_to(ours, "revoke"), ours["Reply-To"])
    (answer,) = house.answers()
    assert "1 reply address" in body(answer)

    house.deliver(answer_to(ours, "results"), ours["Reply-To"])
    (refused,) = house.answers()
    assert "> results" not in body(refused)
    house.deliver(answer_to(answer, "results"), answer["Reply-To"])
    (second,) = house.answers()
    assert "> results" in body(second)
