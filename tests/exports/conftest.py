import re
from pathlib import Path

import pytest

from core.fields import BY_HEADING
from core.layouts import Layout
from core.terms import DateFormat, Format

PAGE = Path(__file__).parents[2] / "docs/formats-written.md"


@pytest.fixture
def documented():
    """A layout, the columns of its one record, and the files that the page shows, by language."""
    fields = (BY_HEADING["trfNumber"], BY_HEADING["overallBandScore"])
    layout = Layout("Ours", Format.CSV, DateFormat.ISO, fields)
    blocks = dict(
        re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    )
    return layout, [["25GB000595ZOLJS03G"], ["6.5"]], blocks
