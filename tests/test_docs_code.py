"""What our documents show as code is code, and what they say to type can be typed."""

import ast
import fnmatch
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
import yaml
from defusedxml.ElementTree import fromstring

from console.main import app
from core.commands.grammar import parse
from tests.pages import PAGES, ROOT, Code, Page
from tests.servers.demo import Demo
from tests.shell import type_all

READERS = {
    "json": json.loads,
    "python": ast.parse,
    "toml": tomllib.loads,
    "xml": lambda text: fromstring(text.encode()),
    "yaml": yaml.safe_load,
}
SHOWN = {"", "console", "ini", "text"}
BLOCKS = [(page, code) for page in PAGES for code in page.codes]
TYPED = re.compile(r"^(?:\$ )?(?:desk|results-bot) (?!.*\[OPTIONS\])(.+?)(?: +(?:#|>|\||&&).*)?$")


@pytest.mark.parametrize(
    ("page", "code"), BLOCKS, ids=[f"{page.name}-{n}" for n, (page, _) in enumerate(BLOCKS)]
)
def test_a_block_is_what_it_says_it_is(page, code):
    if code.language in READERS:
        READERS[code.language](code.text)
    elif code.language == "sh":
        subprocess.run(["bash", "-n", "-c", code.text], check=True)
    else:
        assert code.language in SHOWN


def test_blocks_in_a_list_are_far_enough_in_for_the_site():
    """Three columns are enough for a forge, and end the list on the site."""
    near = re.compile(r"^ {1,3}```", re.MULTILINE)

    assert [page.name for page in PAGES if near.search(page.path.read_text("utf-8"))] == []


def test_every_command_that_is_shown_can_be_read_by_the_grammar():
    shown = [line for _, code in BLOCKS if code.commands for line in code.text.splitlines()]

    for line in shown:
        parse(line)
    assert len(shown) > 30


def test_every_line_for_the_command_line_can_be_read_by_it():
    shown = [words for _, code in BLOCKS for words in _typed(code)]

    for words in shown:
        _read_by_the_program(words)
        if words[0] == "run":
            parse(next(word for word in words[1:] if " " in word or word.isalpha()))
    assert len(shown) > 40


def test_the_tour_of_the_readme_works_in_a_clean_folder_and_says_what_it_shows(tmp_path):
    follow(Page(ROOT / "README.md"), tmp_path)


def test_the_tutorial_works_beside_the_demo_and_says_what_it_shows(tmp_path):
    demo = Demo(tmp_path / "var/demo")
    try:
        demo.explains()
        follow(Page(ROOT / "docs/tutorial.md"), tmp_path)
    finally:
        demo.end()


def follow(page: Page, folder: Path) -> None:
    """Type what is marked to be run, in this folder with the clone's environment."""
    (folder / ".venv").symlink_to(sys.prefix)
    steps = [step for code in page.codes if code.runs for step in _steps(code)]
    assert steps

    said = type_all([command for command, _ in steps], folder)

    for (command, shown), output in zip(steps, said, strict=True):
        wanted = "*".join(["", *(line.replace("…", "*") for line in shown), ""])
        assert fnmatch.fnmatchcase(output, wanted), (command, output)


def _steps(code: Code) -> list[tuple[str, list[str]]]:
    """Each `$ command` with the lines that are shown below it."""
    steps: list[tuple[str, list[str]]] = []
    for line in code.text.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        elif line:
            steps[-1][1].append(line.replace("[", "[[]"))
    return steps


def _typed(code: Code) -> Iterator[list[str]]:
    for line in code.text.splitlines():
        if found := TYPED.match(line.strip()):
            yield shlex.split(found[1])


def _read_by_the_program(words: list[str]) -> None:
    """Raise what Typer raises for words that it does not know; run nothing."""
    command, name = typer.main.get_command(app), "results-bot"
    while hasattr(command, "commands"):
        name, *words = words
        assert name in command.commands, name
        command = command.commands[name]
    command.make_context(name, list(words))
