"""The monthly picture in the mail: an image that the letter shows, and the same in words."""

import io
from datetime import timedelta

import pytest
from lxml import html
from PIL import Image
from sqlmodel import select

from core import pictures
from core.actors import actor_by_id
from core.picture_words import Panel
from core.preferences import Switch, Wishes, set_notifications
from core.tables import Organisation, User
from core.terms import AttachmentPolicy, Language, Role, Surface
from mail.drawing import WIDTH, drawn
from mail.writing import Terms, written
from tests.builders import NOW
from tests.intake.shapes import as_csv, load, record
from tests.mail.house import answer_to
from tests.mail.letters import PICTURE, message, recipient

OPEN = Terms(AttachmentPolicy.ATTACH, None)
DECEMBER = NOW + timedelta(days=7)
"""November is over."""
BARS = (("1-4 Oct", 9), ("5-11 Oct", 31), ("12-18 Oct", 0), ("26-31 Oct", 1000))

MANY = tuple((f"{n}.0-{n}.5", n) for n in range(19))


@pytest.fixture
def bo(database, ann):
    """The administrator of Exeter, to which nine results came in November."""
    with database.transaction() as session:
        exeter = session.exec(select(Organisation)).one()
        load(session, exeter, as_csv(*(record(n) for n in range(9))), now=NOW)
        bo = session.exec(select(User).where(User.role == Role.ADMINISTRATOR.value)).one()
        actor = actor_by_id(session, bo.id, Surface.CONSOLE)
        set_notifications(session, actor, Switch.WEEKLY, Wishes(), now=NOW)
        return bo.id


def shown_image(mail):
    """The image, found as a mail program finds it: by the name that the HTML says."""
    (image,) = html.document_fromstring(mail.get_body(["html"]).get_content()).iter("img")
    (part,) = [
        one
        for one in mail.walk()
        if f"cid:{one['Content-ID'] or ''}".replace("<", "").rstrip(">") == image.get("src")
    ]
    return image, part


def test_a_month_that_is_over_comes_with_an_image_and_the_numbers_in_words(house, bo):
    pictures.send_due(house.database, now=DECEMBER)
    house.now = DECEMBER

    (mail,) = [one for one in house.send() if one["Subject"] == "November 2026 in figures"]

    image, part = shown_image(mail)
    assert "Results by module: Academic 0, General Training 9" in image.get("alt")
    assert part.get_content_disposition() == "inline"
    drawing = Image.open(io.BytesIO(part.get_payload(decode=True)))
    assert (drawing.format, drawing.width) == ("PNG", WIDTH)
    assert mail.get_content_type() == "multipart/alternative"
    assert list(mail.iter_attachments()) == []
    text = mail.get_body(["plain"]).get_content()
    assert "9 results came in November 2026." in text
    assert "General Training  9  ████" in text
    assert "subject=stop" in mail["List-Unsubscribe"]


def test_a_month_is_asked_for_by_mail(house, bo):
    ours = house.mail_to(bo)
    asked = answer_to(ours, "month\nmonth 2026-11\nmonth 2026-09", sender="bo@uni.example")
    house.deliver(asked, ours["Reply-To"])

    (mail,) = house.answers()

    images = [one for one in mail.walk() if one.get_content_type() == "image/png"]
    assert len(images) == 1, "the same image twice is there once, and an empty month has none"
    assert "This month is not over" in mail.get_body(["plain"]).get_content()


def test_who_is_no_administrator_is_told_so(house, ann):
    ours = house.mail_to(ann)
    house.deliver(answer_to(ours, "month"), ours["Reply-To"])

    (mail,) = house.answers()

    assert "Only an administrator" in mail.get_body(["plain"]).get_content()


@pytest.mark.parametrize(
    "bars", [BARS, BARS[:2], BARS[3:], tuple((f"{n}.0-{n}.5", n) for n in range(19))]
)
def test_whatever_there_is_to_draw_is_drawn_in_its_own_height(bars):
    panel = Panel("Results by week", ("Week", "Results"), bars)

    one = Image.open(io.BytesIO(drawn("October", (panel,))))
    two = Image.open(io.BytesIO(drawn("October", (panel, Panel("Other", ("a", "b"), BARS)))))

    assert one.width == two.width == WIDTH
    assert two.height > one.height
    assert len(one.convert("RGB").getcolors(100_000)) > 3, "something is on the paper"


def test_the_tables_have_every_number_that_the_image_has():
    made = written(message(PICTURE), recipient(), OPEN).letter
    document = html.document_fromstring(made.html)
    cells = {cell.text for cell in document.iter("th", "td")}

    assert {"4.5–5.5", "12", "6.0", "40", "Academic", "50", "1–4 Oct", "9"} <= cells
    assert [image.filename for image in made.images] == ["month-2026-10.png"]


def test_american_readers_get_their_dates():
    made = written(
        message(PICTURE, language=Language.ENGLISH_US),
        recipient(language=Language.ENGLISH_US),
        OPEN,
    ).letter

    assert "Oct 5–11" in made.text
    assert "Oct 30, 2026 at 06:00" in made.text
