"""Messages as the courier hands them to the mail transport."""

from datetime import UTC, date, datetime

from core.monthly_picture import Freshness, MonthlyPicture, Outcomes, WeekCount
from core.months import Month
from core.notices import (
    AttachedFile,
    ChangedResult,
    ConfirmAddress,
    Digest,
    FeedSilent,
    FeedWell,
    FieldChange,
    Invitation,
    LinkCode,
    MailPaused,
    ManyNewResults,
    NewResult,
    ResultsChanged,
    SettingsChanged,
    WatchHit,
    WebhookPaused,
)
from core.phrases import say
from core.records import Record
from core.small_numbers import Group
from core.terms import Frequency, Language, Module, Role
from core.transports import Message, Recipient

RECORD = Record(
    result_id=1,
    trf_number="25GB000595ZOLJS03G",
    family_name="ZOLA",
    first_name="JANE",
    date_of_birth="1982-05-02",
    gender="F",
    candidate_email="jane.zola@mail.example",
    module="G",
    candidate_number="000595",
    centre_number="GBS03",
    test_date="2025-07-08",
    listening=17,
    reading=16,
    writing=15,
    speaking=15,
    overall=16,
    status="RELEASED",
)
FILE = AttachedFile(
    "ielts-results-new-20261125.csv", "text/csv", b"trfNumber\r\n25GB000595ZOLJS03G\r\n"
)

PICTURE = MonthlyPicture(
    month=Month(2026, 10),
    upto=None,
    results=71,
    before=64,
    weeks=(
        WeekCount(date(2026, 10, 1), date(2026, 10, 4), 9),
        WeekCount(date(2026, 10, 5), date(2026, 10, 11), 31),
        WeekCount(date(2026, 10, 12), date(2026, 10, 18), 0),
        WeekCount(date(2026, 10, 19), date(2026, 10, 25), 20),
        WeekCount(date(2026, 10, 26), date(2026, 10, 31), 11),
    ),
    modules=((Module.ACADEMIC, 50), (Module.GENERAL_TRAINING, 21)),
    bands=(Group(9, 11, 12), Group(12, 12, 40), Group(13, 13, 19)),
    corrected=2,
    rejected=0,
    look_ups=Outcomes(match=48, no_match=9, differing=1),
    freshness=Freshness(12, datetime(2026, 10, 30, 6, 0, tzinfo=UTC), 4),
)

NOTICES = (
    Invitation(1, "ann@uni.example", "Ann", "University of Exeter", Role.USER, "Bo Li"),
    LinkCode(1, "ann@uni.example", "WXYZ6789"),
    ConfirmAddress(1, "office@uni.example", "ABCD2345"),
    SettingsChanged(1, "ann@uni.example", say("Template {name} is deleted.", name="A & B")),
    NewResult(RECORD),
    ManyNewResults(3, (RECORD,)),
    Digest(Frequency.DAILY, 1, (RECORD,), "Standard", FILE, None, 1),
    ResultsChanged(
        1,
        (ChangedResult(RECORD, (FieldChange("overallBandScore", "8", ""),), True, False, (4, 7)),),
    ),
    WatchHit(RECORD),
    MailPaused("Bo Li", "bo@uni.example", "550 5.1.1 No such user"),
    WebhookPaused(3, "crm.uni.example", "It answered 500", datetime(2026, 11, 22, 9, tzinfo=UTC)),
    PICTURE,
    FeedSilent(say("The official results API could not be read: {error}.", error="503")),
    FeedWell(say("Results are arriving again.")),
)


def recipient(address="ann@uni.example", language=Language.ENGLISH_UK, user_id=1, **changes):
    return Recipient(
        **{
            "user_id": user_id,
            "organisation_id": 1,
            "organisation": "University of Exeter",
            "name": "Ann Bell",
            "first_name": "Ann",
            "address": address,
            "language": language,
            "time_zone": "Europe/London",
        }
        | changes
    )


def message(notice, key="digest:1:2026-11-25:mail", **changes) -> Message:
    to = recipient(**changes)
    return Message(key, notice.KIND, "smtp", to.organisation_id, to, notice)
