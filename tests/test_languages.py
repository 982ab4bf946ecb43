import gettext
import io
import re
from datetime import date

import pytest

from console.text import verification  # noqa: F401  registers the texts
from console.text.render import text
from core.languages import AMERICAN, catalogue_path, mo_bytes, po_bytes, updated
from core.phrases import counted, in_language, say
from core.settings import Settings
from core.terms import Language
from core.trf_numbers import TrfNumber
from core.verification import verify
from tests.builders import NOW, a_result, a_user, an_actor, an_organisation

US = Language.ENGLISH_US


def test_the_catalogue_holds_every_sentence_of_the_code():
    """Run `make format` when this fails."""
    assert catalogue_path(US).read_bytes() == po_bytes(updated(US))


def test_the_compiled_catalogue_is_the_written_one():
    path = catalogue_path(US)

    assert path.with_suffix(".mo").read_bytes() == mo_bytes(path.read_bytes())


def test_no_american_sentence_has_a_british_spelling():
    for message in updated(US):
        shown = message.string or message.id
        for one in [shown] if isinstance(shown, str) else shown:
            assert not [word for word in AMERICAN if word in one.lower()], one


def test_a_translation_names_the_same_parts_as_its_sentence():
    for message in updated(US):
        ids = [message.id] if isinstance(message.id, str) else message.id
        strings = [message.string] if isinstance(message.string, str) else message.string
        for one, other in zip(ids, strings, strict=True):
            if other:
                assert set(re.findall(r"{\w+}", one)) == set(re.findall(r"{\w+}", other))


def test_a_phrase_is_said_again_in_another_language_with_its_dates():
    phrase = say("Centre")
    dated = say("The test was taken on {day}.", day=date(1982, 5, 2))

    assert (phrase, phrase.into(US)) == ("Centre", "Center")
    assert dated == "The test was taken on 2 May 1982."
    assert dated.into(US) == "The test was taken on May 2, 1982."
    assert in_language("Centre, as a person wrote it", US) == "Centre, as a person wrote it"


@pytest.mark.parametrize(("n", "said"), [(1, "1 record"), (0, "0 records"), (2, "2 records")])
def test_a_counted_phrase_takes_the_plural_that_it_needs(n, said):
    phrase = counted(n, "{n} record", "{n} records")

    assert phrase == phrase.into(US) == said


def test_the_verification_card_is_spelt_as_the_user_chose(database):
    with database.transaction() as session:
        actor = an_actor(session, a_user(session, an_organisation(session)))
        a_result(session)
        card = verify(session, actor, TrfNumber("25GB000595ZOLJS03G"), now=NOW, settings=Settings())

    british, american = text(card, Language.ENGLISH_UK), text(card, US)
    assert "Centre            GBS03" in british
    assert "2 May 1982" in british
    assert "Center            GBS03" in american
    assert "May 2, 1982" in american


def test_the_catalogue_is_one_that_gettext_reads():
    loaded = gettext.GNUTranslations(io.BytesIO(catalogue_path(US).with_suffix(".mo").read_bytes()))

    assert loaded.gettext("Centre") == "Center"
