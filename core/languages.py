"""The language catalogues: every sentence of the code extracted, American spelling proposed.

`make format` runs this. A translation that stands in the catalogue is kept; a new sentence with a
British spelling gets the American one, which a person may improve.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from core.commands import run as _registered  # noqa: F401  fills the registry
from core.commands.registry import REGISTRY
from core.phrases import LOCALES
from core.terms import Language

ROOT = Path(__file__).parent.parent
FOLDERS = ("core", "console")
KEYWORDS = {
    "say": None,
    "counted": (2, 3),
    **dict.fromkeys(("usage", "forbidden", "missing", "conflict", "limit", "unavailable"), (2,)),
}
AMERICAN = {
    "centre": "center",
    "organisation": "organization",
    "recognis": "recogniz",
    "neutralis": "neutraliz",
    "catalogue": "catalog",
    "enrol ": "enroll ",
    "colour": "color",
    "behaviour": "behavior",
    "licence": "license",
    "programme": "program",
    "cancelled": "canceled",
}
"""British beginnings and the American ones, in lower case."""

Message = str | tuple[str, str]


def catalogue_path(language: Language) -> Path:
    """Where the language's catalogue is; the compiled one stands beside it as .mo."""
    return LOCALES / language.locale / "LC_MESSAGES" / "results.po"


def updated(language: Language) -> Catalog:
    """The catalogue with every sentence of the code, old translations kept, dead ones dropped."""
    path = catalogue_path(language)
    before = read_po(io.BytesIO(path.read_bytes())) if path.exists() else Catalog()
    catalogue = Catalog(locale=language.locale, project="results-bot", fuzzy=False)
    for message in sorted(_messages(), key=str):
        known = before.get(message if isinstance(message, str) else message[0])
        kept = known.string if known is not None else ""
        catalogue.add(message, kept if _is_given(kept) else _american(message))
    return catalogue


def po_bytes(catalogue: Catalog) -> bytes:
    """The catalogue as its .po file, the same for the same sentences."""
    stream = io.BytesIO()
    write_po(stream, catalogue, omit_header=True, no_location=True, sort_output=True, width=0)
    header = f'msgid ""\nmsgstr ""\n"Language: {catalogue.locale}\\n"\n'
    header += '"Content-Type: text/plain; charset=utf-8\\n"\n'
    header += f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    return header.encode() + stream.getvalue()


def mo_bytes(po: bytes) -> bytes:
    """The compiled catalogue of a .po file."""
    stream = io.BytesIO()
    write_mo(stream, read_po(io.BytesIO(po)))
    return stream.getvalue()


def _messages() -> set[Message]:
    found: set[Message] = {str(one.summary.msgid) for one in REGISTRY.values()}
    for folder in FOLDERS:
        for _, _, message, _, _ in extract_from_dir(str(ROOT / folder), keywords=KEYWORDS):
            found.add(message if isinstance(message, str) else (message[0], message[1]))
    return {message for message in found if message}


def _is_given(translation: str | tuple[str, ...] | list[str] | None) -> bool:
    return any(translation or ())


def _american(message: Message) -> str | tuple[str, ...]:
    if isinstance(message, tuple):
        both = tuple(_respelt(one) for one in message)
        return both if both != message else ("", "")
    respelt = _respelt(message)
    return respelt if respelt != message else ""


def _respelt(text: str) -> str:
    for british, american in AMERICAN.items():
        text = re.sub(british, american, text)
        text = re.sub(british.capitalize(), american.capitalize(), text)
    return text


def main() -> None:
    """Rewrite the catalogue of every language but the one we write in."""
    for language in Language:
        if language is Language.ENGLISH_UK:
            continue
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(po_bytes(updated(language)))
        path.with_suffix(".mo").write_bytes(mo_bytes(path.read_bytes()))


if __name__ == "__main__":
    main()
