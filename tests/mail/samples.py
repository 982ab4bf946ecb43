"""One mail of each kind of letter, as the house sends it: what docs/letters.md has pictures of.

Everybody in it is invented.
"""

from datetime import timedelta
from email.message import EmailMessage

from pydantic import SecretStr
from sqlmodel import Session

from core.feeds import READ_AGAIN
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
from core.tables import Outgoing, SlackInstallation, SlackLink
from core.terms import Channel, Fate, Frequency, Language, Role
from mail.parts import FilePart
from mail.transport import mail_transport
from tests.builders import NOW, a_result, a_user, an_organisation, deliver
from tests.mail.house import MailHouse, a_mail, answer_to, read
from tests.mail.letters import PICTURE, message
from tests.mail.test_trust import results_of

DOMAIN = "results.exeter.example"
RELAY = f"mx.{DOMAIN}"
FEEDER = "results@centre.example"
SETTINGS = {
    "mail_domain": DOMAIN,
    "trusted_authserv_id": RELAY,
    "mail_feeders": {FEEDER: "Exeter"},
    "secret_key": SecretStr("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="),
}
"""Of a house that can be asked for all of them."""

AMERICAN = {"language": Language.ENGLISH_US}

_BANDS = ("listening", "reading", "writing", "speaking", "overall")
_PEOPLE = (
    ("25GB000595ZOLJS03G", "ZOLA", "Jane", "1999-05-02", "2025-07-08", (17, 16, 15, 15, 16)),
    ("25VN021804NGUT704A", "NGUYEN", "Thi Anh", "2003-11-19", "2025-09-13", (15, 16, 14, 14, 15)),
    ("25IE004410OBRS022A", "O'BRIEN", "Sinéad", "2001-02-27", "2025-09-13", (18, 17, 16, 17, 17)),
    ("26DE007731MULJ276A", "MÜLLER", "Jördis", "2000-08-30", "2026-03-07", (14, 15, 12, 14, 14)),
    ("26NG010052ADEO566A", "ADEBAYO", "Amara", "2002-06-14", "2026-05-16", (15, 14, 14, 16, 15)),
    ("26IN018299SINH356A", "SINGH", "Harpreet", "2004-01-08", "2026-08-22", (16, 16, 15, 17, 16)),
    ("26BR003317GARM076G", "GARCÍA", "María", "1998-12-01", "2026-10-10", (13, 13, 12, 14, 13)),
    ("26CN015588WANX156A", "WANG", "Xiaoming", "2003-04-23", "2026-10-24", (14, 17, 12, 12, 14)),
)  # fmt: skip
NOT_THERE = "25GB000777DOEJS03A"


def _columns(person) -> dict:
    number, family, first, born, test_date, bands = person
    return {
        "family_name": family,
        "first_name": first,
        "gender": "F",
        "date_of_birth": born,
        "test_date": test_date,
        "module": number[-1],
        "candidate_number": number[4:10],
        "centre_number": f"{number[2:4]}{number[-4:-1]}",
        "candidate_email": f"{first.split()[0].lower()}@mail.example",
    } | dict(zip(_BANDS, bands, strict=True))


_RECORDS = tuple(
    Record(result_id=place, trf_number=one[0], status="RELEASED", **_columns(one))
    for place, one in enumerate(_PEOPLE, start=1)
)
_CHANGED = ChangedResult(
    _RECORDS[1],
    (FieldChange("writingScore", "6.5", "7"), FieldChange("overallBandScore", "7", "7.5")),
    verified=True,
    watched=False,
    downloads=(4, 7),
)
_FILE = AttachedFile("ielts-results-new-20261125.csv", "text/csv", b"trfNumber\r\n" * 9)

_PART = AttachedFile("ielts-results-7-20261125-part-2-of-3.csv", "text/csv", b"trfNumber\r\n" * 9)

_SILENCE = say(
    "The official results API could not be read since {since} UTC. It said: {error} It is tried "
    "again every few minutes. Nothing is lost: what is missing is taken in as soon as it answers.",
    since="2026-11-25 07:10",
    error="The API answered 503. [t-2]",
)

_NOTICES = (
    (
        Invitation(
            1, "ann@uni.example", "Ann", "University of Exeter", Role.USER, "Bo Li", "7KXN2QRT"
        ),
        {},
    ),
    (LinkCode(1, "ann@uni.example", "WXYZ6789"), {}),
    (
        ConfirmAddress(1, "admissions@uni.example", "ABCD2345"),
        {"address": "admissions@uni.example"},
    ),
    (
        SettingsChanged(
            1, "ann@uni.example", say("Template {name} is deleted.", name="Admissions")
        ),
        {},
    ),
    (NewResult(_RECORDS[7]), {}),
    (ManyNewResults(8, _RECORDS), AMERICAN),
    (Digest(Frequency.DAILY, 8, _RECORDS, "Admissions", _FILE, None, 8), {}),
    (FilePart("48000 new IELTS results", 2, 3, _PART, f"<digest@{DOMAIN}>"), {}),
    (ResultsChanged(1, (_CHANGED,)), {}),
    (WatchHit(_RECORDS[5]), AMERICAN),
    (PICTURE, {}),
    (MailPaused("Bo Li", "bo@uni.example", "550 5.1.1 No such user here"), {}),
    (WebhookPaused(3, "crm.uni.example", "It answered 500", NOW - timedelta(days=3)), {}),
    (FeedSilent(_SILENCE), {}),
    (FeedWell(READ_AGAIN), {}),
)

_LINES = {
    "account": "account",
    "verification": f'verify {_PEOPLE[0][0]} name="Jane Zola" dob=1999-05-02 overall=8.5',
    "bulk-verification": "\n".join([_PEOPLE[0][0], _PEOPLE[2][0], NOT_THERE, _PEOPLE[5][0]]),
    "watch": f"watch {NOT_THERE}",
    "results": "results",
    "download-ready": "csv please",
    "history": "history",
    "templates": "templates",
    "template": 'templates show "Admissions"',
    "template-deleted": 'templates delete "Graduate school"',
    "users": "users",
    "notifications": "notifications",
    "settings": "settings language=en-US",
    "slack-link": "link",
    "slack-links": "links",
    "channel": "channel",
    "queue": "queue",
    "queue-changed": "queue drop 1",
    "enquiry-opened": f"report {_PEOPLE[3][0]}",
    "help": "help verify",
    "refusal": "Could you tell me whether the results of last Saturday are out, please?",
    "attachments": "attachments zip",
    "passphrase": "passphrase",
    "addresses-revoked": "revoke",
}
"""What is asked for by mail; `settings` makes what comes after it American, `revoke` ends it."""

_COPY = ("form.pdf", "application/pdf", b"%PDF-1.4\n")
_RESULTS = (
    "results-2026-11.csv",
    "text/csv",
    (
        b"trfNumber,familyName,firstName,dateOfBirth,centreNumber,candidateNumber,testDate,"
        b"listeningScore,readingScore,writingScore,speakingScore,overallBandScore,Module\r\n"
        b"26GB000777DOEJS03A,DOE,JOHN,1990-01-02,GBS03,000777,2026-10-08,8,8,8,8,8,Academic\r\n"
        b"26GB000778ROEJS03A,ROE,JANE,1991-02-03,GBS03,000778,2026-10-08,7,7,7,7,7,Academic\r\n"
        b"26GB000779POEJS03A,POE,JIM,1992-03-04,GBS03,000779,2026-10-08,99,7,7,7,7,Academic\r\n"
    ),
)

_BEFORE = (
    (
        'templates create "Admissions" format=csv dates=dd/mm/yyyy default=yes '
        "fields=trfNumber,familyName,firstName,dateOfBirth,testDate,Module,overallBandScore"
    ),
    'templates create "Graduate school" format=xml dates=yyyy-mm-dd fields=trfNumber,familyName',
    "notifications weekly",
    "redownload 1 xml",
)


def samples(house: MailHouse) -> dict[str, EmailMessage]:
    """A mail for each letter's name; the house has SETTINGS and an empty database."""
    with house.database.transaction() as session:
        ann = _cast(session)
    transport = mail_transport(house.settings, house.database, house.clock)
    mails = {}
    for notice, changes in _NOTICES:
        transport.send(message(notice, f"sample:{notice.KIND}", user_id=ann, **changes))
        mails[notice.KIND] = read(house.outbox()[-1])
    ours = mails["digest"]
    for line in _BEFORE:
        _answered(house, ours, line)
    mails["file-loaded"] = _fed(house)
    for name, line in _LINES.items():
        mails[name] = _answered(house, ours, line)
    return mails


def _cast(session: Session) -> int:
    """The people, their results and what is amiss; Ann, who asks."""
    exeter = an_organisation(session)
    ann = a_user(session, exeter, role=Role.ADMINISTRATOR, is_primary=True)
    bo = a_user(session, exeter, "bo@uni.example", first_name="Bo", family_name="Li")
    a_user(session, exeter, "cat@uni.example", first_name="Cat", family_name="Doe")
    deliver(session, exeter, *(a_result(session, one[0], **_columns(one)) for one in _PEOPLE))
    workspace = SlackInstallation(
        team_id="T0EXETER", organisation_id=exeter.id, installed_at=NOW, team_name="Exeter"
    )
    session.add(workspace)
    session.flush()
    link = SlackLink(
        user_id=bo.id, installation_id=workspace.id, slack_user_id="U0BOLI", linked_at=NOW
    )
    owed = Outgoing(
        organisation_id=exeter.id,
        user_id=bo.id,
        channel=Channel.MAIL.value,
        lane="smtp",
        dedupe_key="sample",
        kind="digest",
        fate=Fate.DEAD.value,
        due_at=NOW,
        created_at=NOW,
        attempts=1,
        last_error="550 5.1.1 No such user here",
    )
    session.add_all([link, owed])
    return ann.id


def _answered(house: MailHouse, ours: EmailMessage, line: str) -> EmailMessage:
    files = [_COPY] if line.startswith("report") else []
    proof = f"{RELAY}; dmarc=pass header.from=uni.example"
    mail = answer_to(ours, line, To=ours["Reply-To"], files=files)
    return _answer(house, results_of(proof, mail=mail), ours["Reply-To"])


def _fed(house: MailHouse) -> EmailMessage:
    proof = f"{RELAY}; dmarc=pass header.from=centre.example"
    mail = results_of(proof, mail=a_mail("Here you are.", FEEDER, files=[_RESULTS]))
    return _answer(house, mail, f"results@{DOMAIN}")


def _answer(house: MailHouse, mail: bytes, to: str) -> EmailMessage:
    house.deliver(mail, to)
    (answer,) = [one for one in house.answers() if one["Auto-Submitted"] == "auto-replied"]
    return answer
