"""One line of a mail as a line of the one grammar.

Whoever knows the grammar may write it. Whoever does not writes `csv please`, `resend 42`, `stop`,
`is 17GB000595ZOLJS03G genuine?`, or only numbers.
"""

from __future__ import annotations

import re
from itertools import pairwise

from core.commands.registry import TOPICS
from mail.courtesies import POLITE, closes, opened, thanks, without_bullet, words_of
from mail.number_lines import about_numbers, bare_words, is_trf_like, looked_up, reported
from mail.questions import question

FORMATS = frozenset({"csv", "xml", "json"})
_PHOTOS = frozenset({"photo", "photos", "picture", "pictures"})
_AGAIN = frozenset({"resend", "redownload", "repeat"})
_LAST = frozenset({"again", "last", "previous", "one", "it", "that", "them", "this", "these"})
_SWITCHES = {
    "weekly": "notifications weekly",
    "daily": "notifications daily",
    "immediate": "notifications immediate",
    "immediately": "notifications immediate",
    "instant": "notifications immediate",
    "instantly": "notifications immediate",
    "stop": "notifications off",
    "off": "notifications off",
    "unsubscribe": "notifications off",
    "pause": "notifications off",
    "start": "notifications on mail=on",
    "on": "notifications on mail=on",
    "resume": "notifications on mail=on",
    "subscribe": "notifications on mail=on",
    "commands": "help",
}
_OFTEN = re.compile(
    r"\b(?:((?:every|each|once a) day)|((?:every|each|once a) week)"
    r"|no more\b|no(?= (?:e-?mails?|mails?|messages?|notifications?)\b))",
    re.IGNORECASE,
)
_SWITCHED_WORDS = """
back change digest digests e-mail e-mails email emailing emails from mail mailing mailings mails
make me messages messaging more notification notifications notifying receiving sending set summary
switch turn updates
"""
_SWITCHED = frozenset(_SWITCHED_WORDS.split())
_MAILS = frozenset({"notification", "notifications", "e-mails", "emails", "mails", "messages"})
_LISTED_WORDS = """
applicant applicants attached attachment band below candidate candidates column csv date enclosed
excel find following list lists name names our overall score scores see spreadsheet student
students table
"""
LISTED = frozenset(_LISTED_WORDS.split())
_DOWNLOADS = frozenset({"send", "sending", "get", "give", "download"})
_TELLS = frozenset({"can", "could", "did", "do", "download", "get", "got", "have", "may", "now"})
_MAY = frozenset({"can", "could", "may", "might"})
_HELPED = frozenset({"about", "do", "does", "form", "forms", "how", "on", "use", "work", "works"})
_NEW_ADDRESS = re.compile(
    r"(?:change|set|switch|update) my (?:notification )?e?-?mail(?: address)? to:? "
    r"<?([^\s<>]+@[^\s<>]+)>?\Z",
    re.IGNORECASE,
)
_AT_TIME = re.compile(
    r"\b(daily|weekly)(?:\s+on)?(?:\s+(mon|tues|wednes|thurs|fri|satur|sun)days?)?"
    r"(?:\s+at)?(?:\s+([0-2]?\d)(?:[:.]([0-5]\d))?\s*([ap]m)?)?[\s.!]*\Z",
    re.IGNORECASE,
)


def wish_of(line: str) -> str | None:
    """The grammar's line for one line of a mail; None where it holds no command."""
    line = without_bullet(line).strip().lstrip("/")
    if line == "?":
        return "help"
    typed = opened(line)
    words = words_of(typed)
    if not words or thanks(words):
        return None
    return (
        reported(typed)
        or _verification(typed, is_question=line.endswith("?"))
        or question(typed)
        or _short_form(words, typed)
        or (closes(typed) if words[0] in TOPICS and not _is_about_reports(words) else None)
    )


def _is_about_reports(words: list[str]) -> bool:
    """`report the form to us`: whatever has no digit is no number of a form."""
    return words[:1] == ["report"] != words and not any(map(str.isdigit, words[1]))


def wants_nothing(line: str) -> bool:
    """`Hello,`, `Thanks for the file!`, or a name alone: nothing that would want an answer."""
    words = words_of(line)
    if any(map(is_trf_like, bare_words(line))):
        return False
    if thanks(words):
        return not {"please", "send", "stop"} & set(words)
    if _means_something(words):
        return False
    if all(word in POLITE | LISTED or about_numbers(word) for word in words):
        return True
    return len(words) <= 3  # noqa: PLR2004


def _means_something(words: list[str]) -> bool:
    known = FORMATS | _PHOTOS | _AGAIN | set(_SWITCHES) - {"on", "off"}
    known |= _SWITCHED - {"from", "back", "me", "more"}
    return bool((known | set(TOPICS) - {"results", "download"}) & set(words))


def _verification(typed: str, *, is_question: bool) -> str | None:
    """`verify A and B`, `TRF number: A`, `is A genuine?`, `check the attached list`."""
    words = bare_words(typed)
    if "=" in typed or not words or words[0].lower() in TOPICS.keys() - {"verify", "results"}:
        return None
    if words[0].lower() == "results" and not any(map(is_trf_like, words)):
        return None
    return looked_up(typed, words, POLITE | LISTED, is_question=is_question)


def _short_form(words: list[str], typed: str) -> str | None:
    asked = [word for word in words if word not in POLITE]
    meant = [word for word in asked if word not in _PHOTOS]
    photos = ["photos=yes"] if len(meant) < len(asked) else []
    formats = [word for word in meant if word in FORMATS]
    if words[0] == "help" and all(word in POLITE | _HELPED | TOPICS.keys() for word in words):
        return " ".join(["help", *[word for word in words[1:] if word in TOPICS][:1]])
    if to := _NEW_ADDRESS.match(typed):
        return f"notifications email={to[1]}"
    if again := _again(words, formats, photos):
        return again
    if formats and len(meant) == 1 and not _tells(words):
        return " ".join(["download", formats[0], *photos])
    if not meant and words[0] != "results" and _DOWNLOADS & set(words) and not _tells(words):
        return " ".join(["download", *photos])
    return _switch(words, typed)


def _tells(words: list[str]) -> bool:
    """`we can download them now` asks for nothing; `can we get them` does."""
    return any(
        who in {"i", "we"} and does in _TELLS and before not in _MAY
        for before, (who, does) in zip(["", *words], pairwise(words), strict=False)
    )


def _switch(words: list[str], typed: str) -> str | None:
    """`weekly`, `stop sending me these mails`, `daily at 9:30`, `no more emails`."""
    if at := _AT_TIME.search(typed):
        head = words_of(typed[: at.start()])
        if all(word in POLITE | _SWITCHED for word in head):
            return _timed(at)
    if words[0] == "notifications":
        return None
    plain = words_of(_OFTEN.sub(_plainly, typed))
    meant = [word for word in plain if word not in POLITE | _SWITCHED]
    if len(meant) != 1 or (meant[0] in {"on", "off"} and not _MAILS & set(words)):
        return None
    return _SWITCHES.get(meant[0])


def _plainly(often: re.Match[str]) -> str:
    return "daily" if often[1] else "weekly" if often[2] else "stop"


def _timed(at: re.Match[str]) -> str:
    hour, minute, half = int(at[3] or 0), at[4] or "00", (at[5] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    day = [f"day={at[2].lower()}day"] if at[2] and at[1].lower() == "weekly" else []
    time = [f"time={hour:02}:{minute}"] if at[3] else []
    return " ".join(["notifications", at[1].lower(), *day, *time])


def _again(words: list[str], formats: list[str], photos: list[str]) -> str | None:
    """`resend 42`, `redownload no. 42 as xml with photos`, `send it again`."""
    rest = [word.lstrip("#") for word in words if word not in FORMATS | _PHOTOS | _AGAIN]
    is_again = bool(_AGAIN & set(words))
    if not is_again and not ("again" in words and {"send", "sending"} & set(words)):
        return None
    named = [word for word in rest if word.isdigit()]
    other = [word for word in rest if word not in POLITE | _LAST | {"no", "nr", "number"}]
    if len(formats) > 1 or other != named or len(named) > 1 or words[0] in TOPICS.keys() - _AGAIN:
        return None
    return " ".join(["redownload", named[0] if named else "last", *formats, *photos])
