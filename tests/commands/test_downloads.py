import pytest

from core.commands import run
from core.refusals import Kind, Refusal
from core.settings import Settings
from tests.builders import NOW, a_result, a_user, an_actor, an_organisation, deliver


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def actor(session):
    organisation = an_organisation(session)
    deliver(session, organisation, a_result(session, "A1"), a_result(session, "A2"))
    return an_actor(session, a_user(session, organisation))


def type_as(session, actor, line):
    return run.run(session, actor, line, now=NOW, settings=Settings()).document()


def test_downloading_is_typed_as_the_contract_has_it(session, actor):
    assert type_as(session, actor, "results")["new"] == 2
    type_as(session, actor, "templates create Law format=xml dates=dd/mm/yyyy fields=trfNumber")

    made = type_as(session, actor, 'download CSV template="law"')["download"]
    download_id = made["id"]
    assert made == {
        "id": download_id,
        "records": 2,
        "format": "csv",
        "template": "Law",
        "filename": f"ielts-results-{download_id}-20261125.csv",
        "again": False,
    }
    assert type_as(session, actor, "results")["new"] == 0
    (line,) = type_as(session, actor, "history 3")["downloads"]
    assert (line["id"], line["records"], line["template"]) == (download_id, 2, "Law")

    again = type_as(session, actor, f"redownload {download_id} json template=Standard")["download"]
    assert (again["records"], again["format"], again["template"], again["again"]) == (
        2,
        "json",
        "Standard",
        True,
    )


def test_nothing_new_is_an_answer_without_a_download(session, actor):
    type_as(session, actor, "download")

    answer = type_as(session, actor, "download")
    assert "download" not in answer
    assert answer["new"] == 0
    assert len(answer["downloads"]) == 1
    assert answer["warnings"] == ["There are no new results to download."]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("download pdf", Kind.USAGE),
        ("download template=Nowhere", Kind.MISSING),
        ("redownload", Kind.USAGE),
        ("redownload one", Kind.USAGE),
        ("redownload 4711", Kind.MISSING),
        ("history 0", Kind.USAGE),
    ],
)
def test_what_cannot_be_is_refused(session, actor, line, kind):
    with pytest.raises(Refusal) as refused:
        type_as(session, actor, line)
    assert refused.value.kind is kind
