"""Files by mail: as they are, in a zip that only a passphrase opens, in parts, with photos."""

import io
import zipfile
from datetime import timedelta

import pytest
import pyzipper
from cryptography.fernet import Fernet
from sqlmodel import select

from core import attached as attachments
from core.actors import actor_by_id
from core.commands.run import run
from core.tables import Download, Organisation, Outgoing, Photo, Preference, Result, User
from core.terms import Frequency, Surface
from scheduler.jobs import Clockwork, send_digests
from tests.builders import a_result, deliver
from tests.mail.house import answer_to, body

WORDS = "correct horse battery staple"
NUMBER = "25GB000595ZOLJS03G"


@pytest.fixture
def house(make_house):
    return make_house(secret_key=Fernet.generate_key().decode())


@pytest.fixture
def as_console(house, database):
    """Type a line as a user at a terminal."""

    def type_line(line, user_id):
        with database.transaction() as session:
            actor = actor_by_id(session, user_id, Surface.CONSOLE)
            return run(session, actor, line, now=house.now, settings=house.settings)

    return type_line


@pytest.fixture
def bo(database, ann):
    """The administrator."""
    with database.reading() as session:
        return session.exec(select(User.id).where(User.first_name == "Bo")).one()


@pytest.fixture
def ask(house, ann):
    """Answer a mail of ours with a text; give everything that comes back."""
    ours = house.mail_to(ann)

    def ask(text):
        house.deliver(answer_to(ours, text), ours["Reply-To"])
        first = house.answers()
        while more := house.send():
            first += more
        return first

    return ask


@pytest.fixture
def digest(house, database, ann):
    """The letters of a daily digest that is due."""

    def digest(results=0):
        with database.transaction() as session:
            organisation = session.exec(select(Organisation)).one()
            row = session.get_one(Preference, ann)
            row.notifications_on, row.frequency = True, Frequency.DAILY.value
            row.next_due_at = house.now - timedelta(minutes=1)
            made = [a_result(session, f"25GB1{n:05}ZOLJS03G") for n in range(results)]
            arrived(session, organisation, made)
        send_digests(Clockwork(database, house.settings, house.clock))
        letters = house.send()
        while more := house.send():
            letters += more
        return letters

    return digest


def arrived(session, organisation, results):
    from core.tables import Arrival, Delivery
    from tests.builders import NOW

    arrival = Arrival(organisation_id=organisation.id, source="x", arrived_at=NOW)
    session.add(arrival)
    session.flush()
    deliver(session, organisation, *results)
    for one in session.exec(select(Delivery)):
        one.arrival_id = arrival.id
    session.flush()


def files(letter):
    return {one.get_filename(): one.get_payload(decode=True) for one in letter.iter_attachments()}


def opened(data, passphrase):
    with pyzipper.AESZipFile(io.BytesIO(data)) as archive:
        archive.setpassword(passphrase.encode())
        (name,) = archive.namelist()
        info = archive.getinfo(name)
        assert (info.wz_aes_strength, info.flag_bits & 1) == (3, 1)
        return name, archive.read(name)


def test_an_encrypted_zip_opens_with_the_passphrase_and_with_no_other(
    ask, as_console, ann, bo, database
):
    as_console("attachments zip", bo)
    as_console(f'passphrase "{WORDS}"', ann)

    (letter,) = [one for one in ask("csv please") if files(one)]

    ((name, data),) = files(letter).items()
    assert name == "ielts-results-1-20261125.csv.zip"
    inner, found = opened(data, WORDS)
    assert inner == "ielts-results-1-20261125.csv"
    assert NUMBER.encode() in found
    assert b"ZOLA" in found
    for wrong in ("correct horse battery stapl", WORDS.upper(), ""):
        with pytest.raises((RuntimeError, pyzipper.BadZipFile)):
            opened(data, wrong)
    with (
        zipfile.ZipFile(io.BytesIO(data)) as plain,
        pytest.raises((RuntimeError, NotImplementedError)),
    ):
        plain.read(inner, WORDS.encode())


def test_nothing_of_a_candidate_stands_outside_the_zip(digest, as_console, ann, bo, database):
    as_console("attachments zip", bo)
    as_console(f'passphrase "{WORDS}"', ann)
    with database.reading() as session:
        result = session.exec(select(Result)).one()
        secrets = [NUMBER, result.family_name, result.date_of_birth, result.candidate_email]

    (letter,) = [one for one in digest(2) if "new IELTS" in one["Subject"]]

    ((name, data),) = files(letter).items()
    _, found = opened(data, WORDS)
    assert NUMBER.encode() in found
    text, html = body(letter), letter.get_body(["html"]).get_content()
    for secret in secrets:
        assert secret.encode() not in data
        assert secret not in text + html + letter["Subject"] + name
    assert WORDS.encode() not in letter.as_bytes()
    assert "open it with your passphrase" in text


def test_without_a_passphrase_no_file_comes_and_the_letter_says_how_to_get_one(ask, as_console, bo):
    as_console("attachments zip", bo)

    (letter,) = ask("csv please")

    assert files(letter) == {}
    assert "you have set no passphrase" in " ".join(body(letter).split())


@pytest.fixture
def small(monkeypatch):
    """A limit that one result nearly fills."""
    monkeypatch.setattr(attachments, "MOST_BYTES", 900)
    monkeypatch.setattr(attachments, "GRAIN", 1)


def many(database, n):
    with database.transaction() as session:
        organisation = session.exec(select(Organisation)).one()
        made = [a_result(session, f"25GB1{k:05}ZOLJS03G") for k in range(n)]
        deliver(session, organisation, *made)


@pytest.mark.parametrize(
    ("asked", "records"),
    [("send as csv", "25GB"), ("xml please", "<trfNumber>"), ("send json", '"trfNumber"')],
)
def test_a_file_too_large_for_a_letter_comes_in_several_that_stand_in_one_conversation(
    ask, database, small, asked, records
):
    many(database, 8)

    letters = ask(asked)

    of = len(letters)
    assert of > 2
    first, *others = letters
    assert f"it comes in {of} parts" in " ".join(body(first).split())
    for place, one in enumerate(others, 2):
        assert one["Subject"] == f"{first['Subject']} (part {place} of {of})"
        assert one["In-Reply-To"] == first["Message-ID"]
        assert first["Message-ID"] in one["References"]
        assert one["To"] == first["To"]
        assert f"This is part {place} of {of}." in body(one)
        assert one["Reply-To"]
    names = [name for one in letters for name in files(one)]
    assert [f"-part-{n}-of-{of}." in name for n, name in enumerate(names, 1)] == [True] * of
    found = b"".join(data for one in letters for data in files(one).values())
    assert found.count(records.encode()) == 9
    with database.reading() as session:
        assert session.exec(select(Download.records)).one() == 9
        assert {one.fate for one in session.exec(select(Outgoing))} == {"sent"}


def test_a_first_letter_that_is_tried_again_owes_its_parts_once(
    house, ann, database, small, monkeypatch
):
    from core.transports import NotSent
    from mail.eml import EmlFolder

    many(database, 8)
    ours = house.mail_to(ann)
    house.deliver(answer_to(ours, "csv please"), ours["Reply-To"])
    house.process()
    carry = EmlFolder.carry

    def fails(*_):
        raise NotSent("450 later")

    monkeypatch.setattr(EmlFolder, "carry", fails)
    house.send()
    monkeypatch.setattr(EmlFolder, "carry", carry)
    house.now += timedelta(hours=1)
    letters = house.send()
    letters += house.send()

    names = [name for one in letters for name in files(one)]
    assert len(names) == len(set(names)) == len(letters) > 2


def test_a_digest_comes_in_parts_too(digest, small):
    letters = digest(8)

    assert len(letters) > 2
    assert "comes in" in body(letters[0])
    assert b"".join(d for one in letters for d in files(one).values()).count(b"25GB") == 9
    assert letters[0]["List-Unsubscribe"]
    assert letters[1]["In-Reply-To"] == letters[0]["Message-ID"]


def test_each_part_is_encrypted_where_the_organisation_wants_that(
    ask, as_console, ann, bo, database, small
):
    as_console("attachments zip", bo)
    as_console(f'passphrase "{WORDS}"', ann)
    many(database, 8)

    letters = [one for one in ask("csv please") if files(one)]

    assert len(letters) > 2
    inner = [opened(data, WORDS) for one in letters for data in files(one).values()]
    assert sum(data.count(b"25GB") for _, data in inner) == 9
    assert all(b"25GB1" not in one.as_bytes() for one in letters)


def test_what_not_even_ten_letters_can_carry_is_said_so_and_nothing_is_lost(
    ask, database, small, monkeypatch
):
    monkeypatch.setattr(attachments, "MOST_PARTS", 2)
    many(database, 8)

    (letter,) = ask("csv please")

    assert files(letter) == {}
    assert "Fetch it in Slack, by the REST interface" in " ".join(body(letter).split())
    with database.reading() as session:
        assert session.exec(select(Download.records)).one() == 9


@pytest.fixture
def with_photos(as_console, bo, database):
    """The organisation's template has photos, and the one result a photo."""
    as_console(
        'templates create "P" format=csv dates=dd/mm/yyyy fields=trfNumber,photo default=yes', bo
    )
    with database.transaction() as session:
        session.add(Photo(result_id=1, data=b"a picture", media_type="image/png"))


def test_photos_are_left_out_by_mail_unless_they_are_asked_for(ask, with_photos):
    (letter,) = ask("csv please")
    ((_, data),) = files(letter).items()
    assert data.splitlines()[0] == b"trfNumber"
    assert "`redownload 1 photos=yes` brings them" in " ".join(body(letter).split())

    for line in ("redownload 1 photos=yes", "resend 1 with photos please"):
        (letter,) = ask(line)
        ((_, data),) = files(letter).items()
        assert b"image/png" in data
        assert "left out" not in body(letter)


def test_photos_are_added_where_the_template_has_none_and_somebody_asks(ask, database):
    with database.transaction() as session:
        session.add(Photo(result_id=1, data=b"a picture", media_type="image/png"))
    (letter,) = ask("send as xml with photos")

    ((name, data),) = files(letter).items()
    assert name.endswith(".xml")
    assert b"image/png" in data


def test_a_digest_leaves_photos_out_and_says_how_to_get_them(digest, with_photos):
    (letter,) = digest(1)

    ((_, data),) = files(letter).items()
    assert data.splitlines()[0] == b"trfNumber"
    assert "`download photos=yes` brings them" in " ".join(body(letter).split())
