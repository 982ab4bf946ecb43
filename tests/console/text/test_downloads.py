from datetime import UTC, date, datetime

import console.text.downloads as _  # noqa: F401
from console.text.render import text
from core.delivery import DownloadReady, ResultsSummary
from core.exports.columns import Contents
from core.history import DownloadLine, History
from core.layouts import STANDARD
from core.phrases import say
from core.terms import Language

UK = Language.ENGLISH_UK
LINE = DownloadLine(
    42, datetime(2026, 11, 25, 16, 50, 56, tzinfo=UTC), 233, "Ann Bell", "csv", "Standard"
)
TABLE = """\
No.  Download Date            Records  User      Format  Template
42   2026-11-25 16:50:56 UTC  233      Ann Bell  CSV     Standard"""


def test_new_results_are_counted_and_the_command_is_told():
    assert text(ResultsSummary(1, 0, ()), UK) == "1 new result can be downloaded: `download`."
    assert text(ResultsSummary(2, 0, (LINE,)), UK) == (
        f"2 new results can be downloaded: `download`.\n\nLast downloads\n{TABLE}"
    )


def test_nothing_new_is_said_once():
    assert text(ResultsSummary(0, 0, ()), UK) == "There are no new results."
    note = say("There are no new results to download.")
    assert text(ResultsSummary(0, 0, (), (note,)), UK) == note


def test_the_history_is_a_table_or_says_that_there_is_none():
    assert text(History((LINE,)), UK) == TABLE
    assert text(History(()), UK) == "Nothing has been downloaded yet."
    assert text(History((), (say("Verification only."),)), UK) == "Verification only."


def test_a_download_says_what_it_is_and_warns():
    contents = Contents(42, STANDARD, date(2026, 11, 25))
    answer = DownloadReady(contents, 1, (say("1 result is held back."),), again=False)

    assert text(answer, UK) == (
        "Download 42: 1 record, template Standard, CSV.\n! 1 result is held back."
    )
