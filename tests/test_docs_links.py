"""Nobody follows a link of ours into nothing."""

import pytest

from tests.pages import PAGES, ROOT, Page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere_and_anchors_to_a_heading(page):
    for link in page.links:
        if "://" in link or link.startswith("mailto:"):
            continue
        place, _, anchor = link.partition("#")
        target = (page.path.parent / place).resolve() if place else page.path
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchor in Page(target).anchors, link


def test_every_page_of_docs_is_reached_from_the_sites_navigation():
    navigation = (ROOT / "zensical.toml").read_text(encoding="utf-8")

    pages = {page.name.removeprefix("docs/") for page in PAGES} - {"README.md"}
    left_out = [name for name in sorted(pages) if f'"{name}"' not in navigation]
    assert left_out == [], "give them a place in zensical.toml"
