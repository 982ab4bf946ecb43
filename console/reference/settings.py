"""docs/settings.md: every setting."""

from __future__ import annotations

from pydantic.fields import FieldInfo

from core.settings import Settings

HEAD = """# Settings

Read from the environment, or from a file `.env` in the folder where the program is started.
A setting that cannot be read stops the program and is named.

This page is made from `core/settings.py` by `make docs`.

| variable | default | meaning |
| --- | --- | --- |
"""


def settings_page() -> str:
    """One row for each."""
    rows = (
        f"| `RESULTS_{name.upper()}` | {_default(field)} | {_cell(field.description or '')} |\n"
        for name, field in Settings.model_fields.items()
    )
    return HEAD + "".join(rows)


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value == {}:
        return "none"
    return f"`{value}`" if str(value) else "empty"


def _cell(words: str) -> str:
    """A bar would end the table's cell, even between backticks."""
    return words.replace("|", "\\|")
