"""What cannot be built where tests run is at least held to what it names."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from console.main import app
from tests.pages import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


def test_the_same_uv_is_installed_everywhere():
    pinned = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]

    for page in (DEPLOY / "Dockerfile", ROOT / "docs/deploying.md"):
        assert re.findall(r"uv==(\S+)", page.read_text("utf-8")) == [pinned], page


def test_the_image_has_the_python_that_the_project_wants():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    images = re.findall(r"FROM python:(\S+?)-slim", (DEPLOY / "Dockerfile").read_text("utf-8"))
    assert {f">={image}" for image in images} == {wanted["requires-python"]}


def test_units_call_commands_that_exist():
    known = {one.name or one.callback.__name__ for one in app.registered_commands}

    called = [
        command
        for unit in UNITS
        for command in re.findall(r"bin/results-bot ([a-z]+)", unit.read_text("utf-8"))
    ]
    assert called
    assert set(called) <= known


def test_the_compose_file_runs_the_image_on_its_database_without_rights():
    compose = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))

    results = compose["services"]["results"]
    assert (DEPLOY / results["build"]["context"] / results["build"]["dockerfile"]).is_file()
    assert results["depends_on"].keys() <= compose["services"].keys()
    assert results["read_only"]
    assert results["cap_drop"] == ["ALL"]
    volumes = {one.split(":")[0] for one in results["volumes"]}
    assert volumes <= compose["volumes"].keys()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path):
    for unit in UNITS:
        text = unit.read_text("utf-8")
        text = re.sub(r"/opt/results-bot/\S*/results-bot", "/bin/true", text)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", *(tmp_path / unit.name for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "results-bot" in line] == []
