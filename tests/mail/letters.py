"""Messages as the courier hands them to the mail transport."""

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
)
from core.phrases import say
from core.records import Record
from core.terms import Frequency, Language, Role
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
