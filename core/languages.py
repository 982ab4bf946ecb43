"""The language catalogues: every sentence of the code extracted, American spelling proposed.

`make format` runs this. A translation that stands in the catalogue is kept; a new sentence with a
British spelling gets the American one, which a person may improve.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from core.commands.registry import every_command
from core.phrases import LOCALES
from core.terms import Language

ROOT = Path(__file__).parent.parent
FOLDERS = sorted(
    path.parent.name
    for path in ROOT.glob("*/__init__.py")
    if path.parent.name not in {"bench", "tests"}
)
KEYWORDS = {
    "say": None,
    "counted": (2, 3),
    **dict.fromkeys(("usage", "forbidden", "missing", "conflict", "limit", "unavailable"), (2,)),
}
METHODS = [
    ("**.py", "python"),
    ("letters/**.txt", "jinja2"),
    ("letters/**.html", "jinja2"),
]
"""Sentences stand in the code and in the letters."""

AMERICAN = {
    r"analys(?=e[ds]?\b|ing\b)": "analyz",
    r"behaviour": "behavior",
    r"cancell(?=ed|ing)": "cancel",
    r"catalogue": "catalog",
    r"centre": "center",
    r"colour": "color",
    r"dialogue": "dialog",
    r"e-mail": "email",
    r"enrol(?=s?\b|ment)": "enroll",
    r"favour": "favor",
    r"fulfil(?=s?\b|ment)": "fulfill",
    r"grey": "gray",
    r"judgement": "judgment",
    r"labell(?=ed|ing)": "label",
    r"licence": "license",
    r"neighbour": "neighbor",
    r"programme": "program",
    r"spelt": "spelled",
    r"(?<=author)is(?=e|ing|ation)": "iz",
    r"(?<=custom)is(?=e|ing|ation)": "iz",
    r"(?<=neutral)is(?=e|ing|ation)": "iz",
    r"(?<=normal)is(?=e|ing|ation)": "iz",
    r"(?<=organ)is(?=e|ing|ation)": "iz",
    r"(?<=recogn)is(?=e|ing)": "iz",
    r"(?<=summar)is(?=e|ing)": "iz",
    r"(?<=synchron)is(?=e|ing|ation)": "iz",
}
"""British spellings, as patterns in lower case, and the American ones."""

TYPED = re.compile(r"({\w*}|`[^`]*`)")
"""What no translation touches: the names of parts, and what is typed as it stands."""

UNDATED = datetime(2026, 1, 1, tzinfo=UTC)

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
    """The compiled catalogue of a .po file, the same on every day for the same file."""
    catalogue = read_po(io.BytesIO(po))
    catalogue.creation_date = catalogue.revision_date = UNDATED  # Babel writes today's otherwise
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def _messages() -> set[Message]:
    found: set[Message] = {str(one.summary.msgid) for one in every_command().values()}
    for folder in FOLDERS:
        found_in = extract_from_dir(str(ROOT / folder), METHODS, keywords=KEYWORDS)
        for _, _, message, _, _ in found_in:
            found.add(message if isinstance(message, str) else (message[0], message[1]))
    return {message for message in found if message}


def _is_given(translation: str | tuple[str, ...] | list[str] | None) -> bool:
    return any(translation or ())


def british_in(text: str) -> list[str]:
    """The British spellings in a sentence."""
    prose = TYPED.sub(" ", text)
    return [word for word in AMERICAN if re.search(word, prose, re.IGNORECASE)]


def _american(message: Message) -> str | tuple[str, ...]:
    if isinstance(message, tuple):
        both = tuple(_respelt(one) for one in message)
        return both if both != message else ("", "")
    respelt = _respelt(message)
    return respelt if respelt != message else ""


def _respelt(text: str) -> str:
    pieces = TYPED.split(text)
    pieces[::2] = [_american_words(piece) for piece in pieces[::2]]
    return "".join(pieces)


def _american_words(text: str) -> str:
    for british, american in AMERICAN.items():
        text = re.sub(british, partial(_in_case, american), text, flags=re.IGNORECASE)
    return text


def _in_case(american: str, found: re.Match[str]) -> str:
    return american.capitalize() if found[0][:1].isupper() else american


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
