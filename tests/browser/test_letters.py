"""Every letter as mail programs show it; PICTURES keeps what docs/letters.md shows."""

import io
import shutil
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.database import Database
from tests.browser.conftest import PICTURES
from tests.mail.house import MailHouse
from tests.mail.samples import SETTINGS, samples

WIDE, NARROW = 720, 360
LEGIBLE = 4.5
"""The least contrast of text (WCAG 2.2, level AA)."""

ONCE_MORE = (
    ("digest", "digest-dark", WIDE, "dark"),
    ("verification", "verification-dark", WIDE, "dark"),
    ("digest", "digest-telephone", NARROW, "light"),
)
"""What is drawn a second time: letter, picture, width, light or dark."""

COLOURS = 64
SCRIPT = (Path(__file__).parent / "mail_program.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def letters(migrated_sqlite, tmp_path_factory):
    folder = tmp_path_factory.mktemp("letters")
    database = Database(f"sqlite:///{shutil.copy(migrated_sqlite, folder)}")
    with MailHouse(database, folder, **SETTINGS) as house:
        yield samples(house)
    database.close()


@pytest.fixture
def mail_program(browser):
    program = MailProgram(browser)
    yield program
    program.page.close()


class MailProgram:
    """Shows one mail after the other."""

    def __init__(self, browser):
        self.page = browser.new_page(device_scale_factor=1.5)
        self.page.goto((Path(__file__).parent / "mail_program.html").as_uri())
        self.page.evaluate(SCRIPT)

    def shows(self, mail, width, scheme):
        self.page.set_viewport_size({"width": width, "height": 100})
        self.page.emulate_media(color_scheme=scheme)
        self.page.evaluate("mail => show(mail)", as_shown(mail))

    def illegible(self):
        """Texts whose contrast is too low, each with what it is."""
        return [one for one in self.page.evaluate("contrasts()") if one[1] < LEGIBLE]

    def overflow(self):
        """By how many pixels it is wider than its window."""
        return self.page.evaluate("overflow()")


def as_shown(mail):
    """What of a mail can be seen."""
    return {
        "title": mail["Subject"],
        "parties": f"{mail['From']} to {mail['To'].addresses[0].addr_spec}",
        "files": [one.get_filename() for one in mail.iter_attachments()],
        "letter": with_images(mail),
    }


def with_images(mail):
    """Its HTML, with the images that came with it where it names them."""
    html = mail.get_body(["html"]).get_content()
    for part in mail.walk():
        if name := part["Content-ID"]:
            data = b64encode(part.get_payload(decode=True)).decode()
            uri = f"data:{part.get_content_type()};base64,{data}"
            html = html.replace(f"cid:{name.strip('<>')}", uri)
    return html


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_every_letter_stands_out_from_its_ground(letters, mail_program, scheme):
    found = {}
    for name, mail in letters.items():
        mail_program.shows(mail, WIDE, scheme)
        found[name] = mail_program.illegible()

    assert {name: texts for name, texts in found.items() if texts} == {}


def test_every_letter_fits_a_telephone(letters, mail_program):
    found = {}
    for name, mail in letters.items():
        mail_program.shows(mail, NARROW, "light")
        found[name] = mail_program.overflow()

    assert {name: pixels for name, pixels in found.items() if pixels > 0} == {}


@pytest.mark.skipif(not PICTURES, reason="No pictures are wanted.")
def test_pictures(letters, mail_program):
    folder = Path(PICTURES, "letters")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(name, name, WIDE, "light") for name in letters]
    for letter, name, width, scheme in (*wanted, *ONCE_MORE):
        path, mark = folder / f"{name}.png", marked(letters[letter], width, scheme)
        if not is_of(path, mark):
            mail_program.shows(letters[letter], width, scheme)
            keep(mail_program.page.screenshot(full_page=True), path, mark)


def marked(mail, width, scheme):
    """What a picture is known by: it is drawn again only when it would show something else."""
    page = (Path(__file__).parent / "mail_program.html").read_text(encoding="utf-8")
    return sha256(f"{as_shown(mail)}{page}{width}{scheme}".encode()).hexdigest()


def is_of(path, mark):
    if not path.exists():
        return False
    with Image.open(path) as picture:
        return picture.info.get("letter") == mark


def keep(png, path, mark):
    """With few colours, as there are few in a letter."""
    notes = PngInfo()
    notes.add_text("letter", mark)
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    few = picture.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(path, optimize=True, pnginfo=notes)
