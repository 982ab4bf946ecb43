"""What letters say where the organisation keeps candidates' data out of mail, or in zips only."""

import io

import pytest
import pyzipper
from cryptography.fernet import Fernet
from sqlmodel import select

from core.actors import actor_by_id
from core.commands.run import run
from core.intake.ingested import Ingested
from core.notices import ChangedResult, FieldChange, ManyNewResults, ResultsChanged, WatchHit
from core.phrases import say
from core.tables import FilePolicy, Organisation, Result
from core.terms import AttachmentPolicy, Surface
from mail.writing import NOTIFICATIONS, Terms, written
from tests.builders import a_result, deliver
from tests.mail.house import answer_to, body
from tests.mail.letters import NOTICES, RECORD, message, recipient

NUMBER, OTHER = "25GB000595ZOLJS03G", "18GB000596ANNJS03A"
WORDS = "correct horse battery staple"
SECRETS = (NUMBER, OTHER, "Zola", "1977", "GBS03", "secret-name")
COPY = ("secret-name.pdf", "application/pdf", b"%PDF-1.7 ...")
LINES = (
    f"verify {NUMBER}",
    f'verify {NUMBER} name="Jane Zola" dob=1982-05-02 overall=8',
    f"verify {NUMBER} {OTHER}",
    f"{NUMBER}\n{OTHER}",
    f"verify {NUMBER} name=Zola dob=1977-99-99",
    f"verify {NUMBER} Jane Zola",
    f"verify {NUMBER} overall=1977",
    f"watch {NUMBER}",
    f"watch {OTHER}\nunwatch {NUMBER}",
    f"report {NUMBER}",
    "download csv",
    "results\nhistory",
)


@pytest.fixture
def house(make_house):
    return make_house(secret_key=Fernet.generate_key().decode())


@pytest.fixture
def under(house, database, ann):
    """Have the organisation's policy, and for zip files a passphrase."""

    def under(policy, *, passphrase=False):
        with database.transaction() as session:
            organisation = session.exec(select(Organisation)).one()
            session.add(FilePolicy(organisation_id=organisation.id, policy=policy))
            if passphrase:
                ann_ = actor_by_id(session, ann, Surface.CONSOLE)
                line = f'passphrase "{WORDS}"'
                run(session, ann_, line, now=house.now, settings=house.settings)
        return house.send()

    return under


@pytest.fixture
def ask(house, ann):
    ours = house.mail_to(ann)

    def ask(text, files=(COPY,)):
        house.deliver(answer_to(ours, text, files=files), ours["Reply-To"])
        return house.answers()[-1]

    return ask


def said(mail):
    """Everything that can be read of a letter by whoever sees it."""
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    names = [part.get_filename() or "" for part in mail.walk()]
    return "\n".join([*map(str, mail.values()), *names, *texts]).lower()


def opened(mail):
    """What the passphrase brings out of the zip files, by name."""
    found = {}
    for part in mail.iter_attachments():
        with pyzipper.AESZipFile(io.BytesIO(part.get_content())) as archive:
            archive.setpassword(WORDS.encode())
            found |= {name: archive.read(name).decode() for name in archive.namelist()}
    return found


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(("policy", "passphrase"), [("notice", False), ("zip", False)])
def test_no_answer_names_a_candidate(ask, under, line, policy, passphrase):
    under(policy, passphrase=passphrase)

    answer = ask(line)

    assert [one for one in SECRETS if one.lower() in said(answer)] == []
    assert list(answer.iter_attachments()) == []
    if "results" not in line:
        assert "Slack" in body(answer)


@pytest.mark.parametrize("line", [line for line in LINES if "results" not in line])
def test_under_zip_an_answer_is_whole_in_the_zip_and_nowhere_else(ask, under, line):
    under("zip", passphrase=True)

    answer = ask(line)

    assert [one for one in SECRETS if one.lower() in said(answer)] == []
    inside = "\n".join(opened(answer).values())
    assert NUMBER in inside
    assert "open it with your passphrase" in " ".join(body(answer).split())


def test_a_closed_answer_says_what_was_understood_and_how_many_matched(ask, under):
    under("notice")

    text = body(ask(f"verify {NUMBER} {OTHER}"))

    assert "> verify …" in text
    assert "2 numbers were checked." in text
    assert "no match: 1" in text


def test_a_file_name_of_the_reader_is_not_repeated_in_a_refusal(ask, under):
    under("notice")
    word = ("secret-name.docx", "application/msword", b"PK..")

    answer = ask(f"report {NUMBER}", files=[word])

    assert "is not a copy of a form" in body(answer)
    assert "secret-name" not in said(answer)


def test_a_download_that_was_not_sent_is_fetched_by_its_number(ask, under):
    under("notice")

    assert "`redownload 1` gives you the file" in " ".join(body(ask("csv please")).split())


@pytest.mark.parametrize(("policy", "inside"), [("notice", False), ("zip", True)])
def test_a_download_fetched_again_does_not_name_what_has_changed(
    ask, under, database, policy, inside
):
    under(policy, passphrase=inside)
    ask("csv please")
    with database.transaction() as session:
        session.exec(select(Result)).one().status = "WITHHELD"

    answer = ask("send it again")

    assert "1 result is no longer RELEASED" in " ".join(body(answer).split())
    assert NUMBER not in said(answer).upper()
    assert (NUMBER in opened(answer).get("letter.html", "")) is inside


@pytest.mark.parametrize("kind", sorted(NOTIFICATIONS))
def test_under_zip_a_notification_is_whole_in_the_zip(kind):
    (notice,) = [one for one in NOTICES if kind == one.KIND]
    made = written(message(notice), recipient(), Terms(AttachmentPolicy.ZIP, WORDS))

    assert RECORD.trf_number not in made.letter.text + made.letter.html
    (file,) = made.files
    with pyzipper.AESZipFile(io.BytesIO(file.data)) as archive:
        archive.setpassword(WORDS.encode())
        (name,) = archive.namelist()
        assert RECORD.trf_number in archive.read(name).decode()
    assert name in made.letter.text


@pytest.mark.parametrize("notice", [ManyNewResults(3, (RECORD,)), WatchHit(RECORD)])
def test_under_notice_nobody_is_sent_in_a_circle(notice):
    made = written(message(notice), recipient(), Terms(AttachmentPolicy.NOTICE, None))

    assert "Slack" in made.letter.text
    assert "Answer `download`" not in made.letter.text


def test_a_change_names_the_downloads_to_fetch_again():
    changed = ChangedResult(RECORD, (FieldChange("overallBandScore", "8", "7"),), True, False, (7,))
    notice = ResultsChanged(1, (changed,))
    made = written(message(notice), recipient(), Terms(AttachmentPolicy.NOTICE, None))

    assert "Your downloads with old values: 7." in made.letter.text


def test_a_long_list_is_a_file_and_the_letter_has_what_needs_a_look(ask, database):
    with database.transaction() as session:
        organisation = session.exec(select(Organisation)).one()
        made = [
            a_result(
                session, f"25GB{n:06}ZOLJS03G", candidate_number=f"{n:06}", test_date="2025-07-08"
            )
            for n in range(700, 900)
        ]
        deliver(session, organisation, *made)
    listed = "\n".join([*(f"25GB{n:06}ZOLJS03G" for n in range(700, 900)), OTHER])

    answer = ask(f"verify\n{listed}", files=())

    text = " ".join(body(answer).split())
    (file,) = answer.iter_attachments()
    assert file.get_filename() == "verifications.csv"
    assert len(file.get_content().splitlines()) == 202
    assert "201 numbers were checked." in text
    assert "match: 200" in text
    assert OTHER in text
    assert "25GB000700ZOLJS03G" not in text.partition("checked")[2]
    assert len(answer.as_bytes()) < 60_000


def test_a_long_list_without_exceptions_has_none(ask, database):
    answer = ask("\n".join(f"18GB{n:06}ANNJS03A" for n in range(60)), files=())

    assert "These are the first 50; the file has them all." in body(answer)


def test_a_load_is_told_without_its_rows():
    from mail.feed_summaries import A_FILE
    from mail.sections import section

    told = Ingested(1, "zola.csv", new=2, rejected=1)
    told.problems[say("{word} is not a band", word="ZOLA")] = 1
    told.first_problems.append((4, say("x")))
    closed = section(A_FILE, told, recipient().language)["closed"]

    assert "zola" not in (closed["text"] + closed["html"]).lower()
    assert "lines of the file: 4." in closed["text"]
