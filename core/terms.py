"""The words of the trade as types: how each is written, read and shown.

Bands are kept as whole half-bands (13 for 6.5), dates as ISO text, modules and genders as the
guide's letters, so that every database, file and surface agrees on them.
"""

from __future__ import annotations

from enum import StrEnum

RELEASED = "RELEASED"
"""The one status whose scores are valid; any other is shown as it came."""

TRF_LENGTH = 20
HALF_BANDS = 18


class Module(StrEnum):
    """The kind of test; its value is the letter that ends a TRF number."""

    ACADEMIC = "A"
    GENERAL_TRAINING = "G"

    @property
    def written_out(self) -> str:
        """As files and cards have it (guide, appendix)."""
        return "Academic" if self is Module.ACADEMIC else "General Training"


class Gender(StrEnum):
    """As the appendix has it; U is neither given."""

    UNSPECIFIED = "U"
    MALE = "M"
    FEMALE = "F"


class Format(StrEnum):
    """A download's file format."""

    CSV = "csv"
    XML = "xml"
    JSON = "json"


class DateFormat(StrEnum):
    """The guide's six, its two misprints mended."""

    DAY_FIRST = "dd/mm/yyyy"
    MONTH_FIRST = "mm/dd/yyyy"
    COMPACT = "yyyymmdd"
    ISO = "yyyy-mm-dd"
    MONTH_FIRST_SHORT = "mm/dd/yy"
    MONTH_FIRST_COMPACT = "mmddyyyy"

    @property
    def strftime(self) -> str:
        """The pattern for strftime and strptime."""
        return (
            self.value.replace("yyyy", "%Y")
            .replace("yy", "%y")
            .replace("mm", "%m")
            .replace("dd", "%d")
        )

    def write(self, iso: str) -> str:
        """An ISO date in this format; blank stays blank."""
        if not iso or self is DateFormat.ISO:
            return iso
        year, month, day = iso[:4], iso[5:7], iso[8:10]
        return (
            self.value.replace("yyyy", year)
            .replace("yy", year[2:])
            .replace("mm", month)
            .replace("dd", day)
        )


class Frequency(StrEnum):
    """How often new results are announced to a user."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"


class Weekday(StrEnum):
    """Monday first, as `date.weekday()` counts."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """0 for Monday to 6 for Sunday."""
        return list(Weekday).index(self)


class Role(StrEnum):
    """What a user may do in the organisation."""

    ADMINISTRATOR = "administrator"
    USER = "user"


class Service(StrEnum):
    """What the organisation is registered for (the guide's three services)."""

    VERIFICATION = "verification"
    E_DELIVERY = "e-delivery"
    API = "api"


class StartPage(StrEnum):
    """The first screen: downloads, or the verification form."""

    HOME = "home"
    VERIFICATION = "verification"


class AttachmentPolicy(StrEnum):
    """How files go by mail: as they are, in an encrypted zip, or with a notice without data."""

    ATTACH = "attach"
    ZIP = "zip"
    NOTICE = "notice"


class Language(StrEnum):
    """The guide's two; another is one catalogue more."""

    ENGLISH_UK = "en-GB"
    ENGLISH_US = "en-US"

    @property
    def locale(self) -> str:
        """The name under which gettext and Babel know it."""
        return self.value.replace("-", "_")


class Skill(StrEnum):
    """What a test tests; named as a result's bands are."""

    LISTENING = "listening"
    READING = "reading"
    WRITING = "writing"
    SPEAKING = "speaking"


class Outcome(StrEnum):
    """What a look-up found. No match is an answer; unavailable means it could not be asked."""

    MATCH = "match"
    NO_MATCH = "no_match"
    UNAVAILABLE = "unavailable"


class Surface(StrEnum):
    """Where somebody acted; kept in the audit trail."""

    CONSOLE = "console"
    SLACK = "slack"
    MAIL = "mail"
    API = "api"
    SCHEDULER = "scheduler"


class Channel(StrEnum):
    """How something reaches its recipient."""

    MAIL = "mail"
    SLACK = "slack"
    WEBHOOK = "webhook"


class Fate(StrEnum):
    """What became of one thing owed (ENGINE.md's ledger).

    `sending` is in doubt if its worker is gone; `held` waits for an administrator's word,
    `dead` was refused or given up, `dropped` is not wanted any more.
    """

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    DEAD = "dead"
    DROPPED = "dropped"


def half_bands(text: str) -> int:
    """Read a band from `6`, `6.5`, `6.0` or `6.50`; raise ValueError outside 0 to 9 by halves."""
    whole, _, fraction = text.partition(".")
    if fraction.rstrip("0") not in {"", "5"} or not (whole.isascii() and whole.isdigit()):
        raise ValueError(text)
    bands = int(whole) * 2 + (fraction[:1] == "5")
    if bands > HALF_BANDS or len(whole) > 1:
        raise ValueError(text)
    return bands


def band_in_file(bands: int | None) -> str:
    """`6` and `6.5`, the appendix's way; blank where there is none."""
    if bands is None:
        return ""
    return f"{bands // 2}.5" if bands % 2 else str(bands // 2)


def band_on_card(bands: int | None) -> str:
    """`6.0` and `6.5`, as the guide's verification screen shows them."""
    return "" if bands is None else f"{bands // 2}.{5 * (bands % 2)}"


def overall_of(listening: int, reading: int, writing: int, speaking: int) -> int:
    """The mean of the four in half-bands, .25 and .75 rounding up."""
    return (listening + reading + writing + speaking + 2) // 4
