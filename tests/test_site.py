"""The documents as a site: whole, and without a word to any other host."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from console.site import lay_out
from tests.pages import ROOT, Page

FETCHED = re.compile(r'<(?:script|img|iframe|link)[^>]*\s(?:src|href)="((?:https?:)?//[^"]+)"')


def test_the_pages_of_the_root_stand_beside_the_others_and_every_link_is_mended(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(ROOT)
    folder = tmp_path / "pages"
    lay_out(folder)
    lay_out(folder)

    assert (folder / "SECURITY.md").is_file()
    for path in folder.rglob("*.md"):
        for link in Page(path).links:
            if "://" not in link:
                target = (path.parent / link.partition("#")[0]).resolve()
                assert target.exists(), (path.name, link)
                assert target.is_relative_to(folder), (path.name, link)


def test_it_is_built_without_a_warning_and_fetches_nothing_from_elsewhere(tmp_path, monkeypatch):
    pytest.importorskip("zensical", reason="`make docs` installs it")
    monkeypatch.chdir(ROOT)
    lay_out(tmp_path / "build/pages")
    shutil.copy("zensical.toml", tmp_path)

    subprocess.run(
        [Path(sys.executable).with_name("zensical"), "build", "--strict"], cwd=tmp_path, check=True
    )

    pages = list((tmp_path / "build/site").rglob("*.html"))
    assert len(pages) > 30
    assert [url for page in pages for url in FETCHED.findall(page.read_text("utf-8"))] == []
