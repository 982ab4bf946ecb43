"""The house rules that no linter knows, held to the code."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = sorted(
    path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"
)
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
MODULES = [path.relative_to(ROOT).as_posix() for path in SOURCES]

LONGEST_FILE = 300
LONGER: dict[str, int] = {}
"""Files to split: they may shrink, and leave this list, but not grow."""

LONGEST_FUNCTION = 45
FORBIDDEN_NAMES = {"base", "common", "helpers", "manager", "managers", "utils"}

BROAD_CATCHES = {
    "bot/failures.py": 1,
    "bot/gathering.py": 1,
    "core/courier.py": 1,
    "core/together.py": 3,
    "scheduler/runs.py": 2,
    "mail/process.py": 1,
    "mail/storing.py": 1,
}
"""Bolt's error handler, one inbox item, one piece of queued work, one scheduled job; and lines that
share a transaction, or mails a commit, each of which is answered by itself: no others."""

OWNERS = {
    "aiosmtpd": "mail",
    "apscheduler": "scheduler",
    "dbos": "core/engine_dbos.py",
    "imapclient": "mail",
    "jinja2": "mail",
    "slack_bolt": "bot",
    "slack_sdk": "bot",
}
"""The only places that know a library."""
ALSO = {"jinja2": ("playground/",)}
"""The playground's pages are no letters; bench/ measures every library as a floor."""


def test_files_are_short():
    lengths = {module: len((ROOT / module).read_text().splitlines()) for module in MODULES}

    assert {m: n for m, n in lengths.items() if n > LONGER.get(m, LONGEST_FILE)} == {}
    assert {m for m in LONGER if lengths[m] <= LONGEST_FILE} == set(), "take these off the list"


def test_functions_are_short():
    too_long = [
        (module, node.name)
        for module in MODULES
        for node in _nodes(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]

    assert too_long == []


def test_no_module_has_a_name_that_says_nothing():
    assert [module for module in MODULES if Path(module).stem in FORBIDDEN_NAMES] == []


def test_only_the_named_places_catch_everything():
    found = {module: sum(map(_catches_everything, _nodes(module))) for module in MODULES}

    assert {module: count for module, count in found.items() if count} == BROAD_CATCHES


def test_a_library_is_imported_by_its_owner_only():
    strangers = [
        (module, library)
        for module in MODULES
        for library in _imported(module) & OWNERS.keys()
        if not f"{module}/".startswith((f"{OWNERS[library]}/", *ALSO.get(library, ()), "bench/"))
    ]

    assert strangers == []


def test_only_the_settings_read_the_environment():
    reading = {
        module
        for module in MODULES
        for node in _nodes(module)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }

    assert reading <= {"core/settings.py"}


def test_every_package_is_typed_covered_and_under_the_import_contracts():
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]

    assert sorted(tools["importlinter"]["root_packages"]) == PACKAGES
    assert sorted(tools["mypy"]["packages"]) == PACKAGES
    assert sorted(tools["coverage"]["run"]["source"]) == [p for p in PACKAGES if p != "bench"]


def _nodes(module: str) -> Iterator[ast.AST]:
    return ast.walk(ast.parse((ROOT / module).read_text()))


def _imported(module: str) -> set[str]:
    names = set()
    for node in _nodes(module):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def _catches_everything(node: ast.AST) -> bool:
    match node:
        case ast.ExceptHandler(type=None):
            return True
        case ast.ExceptHandler(type=ast.expr() as caught):
            return _is_everything(caught)
        case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=caught):
            return any(map(_is_everything, caught))
    return False


def _is_everything(caught: ast.expr) -> bool:
    names = {node.id for node in ast.walk(caught) if isinstance(node, ast.Name)}
    return bool(names & {"Exception", "BaseException"})
