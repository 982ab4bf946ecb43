from types import UnionType
from typing import get_args, get_type_hints

import pytest
from lxml import html

from core.commands.registry import every_command
from core.commands.run import run
from core.intake.ingested import Ingested
from core.phrases import say
from core.refusals import Refusal
from core.settings import Settings
from core.terms import Language, Role, Surface
from mail.render import LETTERS as FOLDER
from mail.sections import LETTERS, note_section, refused_section, section
from tests.builders import (
    NOW,
    a_result,
    a_user,
    an_actor,
    an_organisation,
    deliver,
)

WITHOUT_BARS = dict.fromkeys(range(0x2588, 0x2590))
US = Language.ENGLISH_US
LINES = (
    'verify 25GB000595ZOLJS03G name="Jane Zola" overall=7',
    "verify 25GB000595ZOLJS03G 18GB000596ANNJS03A",
    "results",
    "download",
    "history",
    "redownload 1 xml",
    "templates",
    'templates create "Mine" format=csv dates=dd/mm/yyyy fields=trfNumber,familyName',
    'templates show "Mine"',
    'templates delete "Mine"',
    "users",
    "users add Cat Doe cat@uni.example",
    "notifications weekly",
    "notifications",
    "settings",
    "watch 25GB000595ZOLJS03G",
    "unwatch 25GB000595ZOLJS03G",
    "account",
    "help",
    "help verify",
    "links",
    "channel",
    "queue",
    "attachments",
    "attachments notice",
    "passphrase",
    "revoke",
    "month",
    "month 2026-10",
)


def test_every_answer_of_every_command_has_a_letter():
    answers = set()
    for command in every_command().values():
        given = get_type_hints(command.call)["return"]
        answers |= set(get_args(given)) if isinstance(given, UnionType) else {given}

    assert {one.__name__ for one in answers - LETTERS.keys()} == set()
    for kind in {*LETTERS.values(), "refusal"}:
        for part in ("subject.txt", "body.txt", "body.html"):
            assert (FOLDER / kind / part).is_file(), kind


@pytest.fixture
def actor(database):
    with database.transaction() as session:
        organisation = an_organisation(session)
        ann = a_user(session, organisation, role=Role.ADMINISTRATOR, is_primary=True)
        deliver(session, organisation, a_result(session))
        return an_actor(session, ann, Surface.MAIL)


def test_every_command_is_answered_as_a_mail_in_both_languages(database, actor):
    settings = Settings(_env_file=None)
    for line in LINES:
        with database.transaction() as session:
            answer = run(session, actor, line, now=NOW, settings=settings)
        for language in Language:
            part = section(line, answer, language)
            assert part["text"].startswith(f"> {line}")
            assert part["title"]
            assert "{" not in part["text"]
            assert "None" not in part["text"]
            document = html.fragment_fromstring(part["html"], create_parent=True)
            for table in document.iter("table"):
                assert table.findtext("caption")


def test_text_and_html_say_the_same(database, actor):
    settings = Settings(_env_file=None)
    for line in LINES:
        with database.transaction() as session:
            answer = run(session, actor, line, now=NOW, settings=settings)
        part = section(line, answer, Language.ENGLISH_UK)
        shown = html.fragment_fromstring(part["html"], create_parent=True)
        in_html = set("".join(shown.itertext(with_tail=True)).replace("\xa0", " ").split())
        said = part["text"].translate(WITHOUT_BARS)
        words = {word.strip("`.,:;!") for word in said.split()} - {">", "!"}
        plain = {word.strip("`.,:;!") for word in in_html}
        glued = "".join(shown.itertext())
        assert {word for word in words - plain if word not in glued} == set(), line


def test_a_verification_is_spelt_as_its_reader_chose(database, actor):
    with database.transaction() as session:
        line = "verify 25GB000595ZOLJS03G"
        answer = run(session, actor, line, now=NOW, settings=Settings(_env_file=None))

    assert "Centre:" in section(line, answer, Language.ENGLISH_UK)["text"]
    assert "Center:" in section(line, answer, US)["text"]


def test_a_result_that_is_not_released_shows_its_status_and_no_band(database, actor):
    with database.transaction() as session:
        a_result(session, "25GB000596ZOLJS03G", status="WITHHELD")
        line = "verify 25GB000596ZOLJS03G"
        answer = run(session, actor, line, now=NOW, settings=Settings(_env_file=None))

    text = section(line, answer, Language.ENGLISH_UK)["text"]
    assert "WITHHELD" in text
    assert "Overall" not in text


def test_a_long_line_is_shortened_where_it_is_repeated(database, actor):
    part = refused_section("verify " + "x" * 1000, say("No."), Language.ENGLISH_UK)

    assert len(part["text"]) < 200
    assert "…" in part["text"]


def test_what_a_person_named_is_never_markup(database, actor):
    line = 'templates create "<b>x</b>" format=csv dates=dd/mm/yyyy fields=trfNumber'
    with database.transaction() as session:
        try:
            answer = run(session, actor, line, now=NOW, settings=Settings(_env_file=None))
        except Refusal as no:
            part = refused_section(line, no.message, Language.ENGLISH_UK)
        else:
            part = section(line, answer, Language.ENGLISH_UK)

    assert "<b>" not in part["html"]
    assert "&lt;b&gt;" in part["html"]


def test_a_load_says_what_was_wrong_and_how_often():
    told = Ingested(1, "results.csv", new=2, rejected=3, unknown_columns=["shoeSize"])
    told.problems[say("The centre number is missing")] = 3

    text = section("results.csv", told, Language.ENGLISH_UK)["text"]
    assert "3 rows: The centre number is missing." in text
    assert "shoeSize" in text


def test_a_remark_stands_alone():
    assert note_section(say("Nothing."), US)["text"] == "Nothing.\n"
