import base64
import csv
import io
import json
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from sqlmodel import col, select

from core.database import Database
from core.intake.rejects import Rejects
from core.refusals import Refusal
from core.tables import Arrival, AuditEvent, Change, Delivery, Photo, Result
from core.terms import DateFormat
from tests.builders import NOW, an_organisation
from tests.intake.shapes import GOOD, STORED, as_csv, as_json, as_xml, load, number, record

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture"


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def exeter(session):
    return an_organisation(session)


def stored(session, trf_number=GOOD["trfNumber"]):
    session.expire_all()
    return session.exec(select(Result).where(Result.trf_number == trf_number)).one()


def changes(session):
    found = session.exec(select(Change).order_by(col(Change.id)))
    return [(one.field, one.old, one.new) for one in found]


def assert_good(result):
    assert {name: getattr(result, name) for name in STORED} == STORED


@pytest.mark.parametrize("write", [as_csv, as_json, as_xml])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_format_is_read_in_every_unicode_encoding(session, exeter, write, encoding):
    if write is as_xml and encoding in {"utf-8-sig", "utf-16-le", "utf-16-be"}:
        pytest.skip("XML says its encoding itself")
    told = load(session, exeter, write(record(), encoding=encoding))

    assert (told.new, told.delivered, told.rejected) == (1, 1, 0)
    assert_good(stored(session))


@pytest.mark.parametrize("write", [as_csv, as_xml])
def test_windows_1252_is_read(session, exeter, write):
    load(session, exeter, write(record(), encoding="cp1252"))

    assert_good(stored(session))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_may_be_parted_by_commas_semicolons_or_tabs(session, exeter, delimiter):
    load(session, exeter, as_csv(record(), delimiter=delimiter))

    assert_good(stored(session))


def test_headings_come_in_any_order_case_and_as_titles(session, exeter):
    renamed = {
        "TRFNUMBER": "trfNumber",
        "Test Centre Number": "centreNumber",
        "candidate number": "candidateNumber",
        "Post Code": "postcode",
        "MODULE": "Module",
        "Last Name": "familyName",
    }
    row = dict(reversed(record().items()))
    for new, old in renamed.items():
        row[new] = row.pop(old)

    load(session, exeter, as_csv(row))

    assert_good(stored(session))


def test_a_record_of_the_official_api_is_read(session, exeter):
    api = record(
        testDate="20250728",
        dateOfBirth="19820502",
        overallBandScore="8.00",
        listeningScore="8.50",
        lastModifiedDate="2025-08-10T09:08:57",
        status="RELEASED",
        roName="University of Exeter",
        roId="1",
        idType="P",
        candidateId="X1",
        photoMediaType="JPEG",
    )
    api["postCode"] = api.pop("postcode")
    api["photo"] = {"data": base64.b64encode(PNG).decode()}
    body = {"messageMetadata": {"QueryResultSet": []}, "results": [api], "resultSummary": {}}

    told = load(session, exeter, json.dumps(body).encode())

    assert told.unknown_columns == []
    assert_good(stored(session))
    assert stored(session).last_modified == "2025-08-10T09:08:57"
    photo = session.exec(select(Photo)).one()
    assert (photo.media_type, photo.data) == ("image/png", PNG)


def test_an_e_download_file_is_read(session, exeter):
    xml = """<?xml version="1.0"?><Download DownloadID="1" PartNo="1" OrganisationID="9">
    <Candidate><CentreNumber>GBS03</CentreNumber><CandidateNumber>000595</CandidateNumber>
    <TestDate>2025-07-28</TestDate><Module>G</Module><FamilyName>Zola</FamilyName>
    <FirstName>Jané</FirstName><DateOfBirth>1982-05-02</DateOfBirth><Sex>F</Sex>
    <Score><ListeningTest>8.5</ListeningTest><ReadingTest>8</ReadingTest>
    <WritingTest>7.5</WritingTest><SpeakingTest>7.5</SpeakingTest><Overall>8</Overall></Score>
    <TRFNumber>25GB000595ZOLJS03G</TRFNumber></Candidate></Download>"""

    load(session, exeter, xml.encode())

    found = stored(session)
    assert (found.listening, found.overall, found.module, found.gender) == (17, 16, "G", "F")


@pytest.mark.parametrize(
    "data",
    [
        json.dumps([record()]).encode(),
        json.dumps(record()).encode() + b"\n" + json.dumps(record(596)).encode(),
        json.dumps({"count": 1, "results": [record() | {"overallBandScore": 8}]}).encode(),
    ],
)
def test_json_may_be_an_array_or_lines_or_hold_numbers(session, exeter, data):
    assert load(session, exeter, data).rejected == 0
    assert_good(stored(session))


def test_the_same_file_twice_changes_nothing(session, exeter):
    data = as_csv(*(record(n) for n in range(50)))
    load(session, exeter, data)
    told = load(session, exeter, data)

    assert (told.new, told.changed, told.unchanged, told.delivered) == (0, 0, 50, 0)
    assert changes(session) == []


def test_other_values_change_the_one_record_and_keep_what_it_was(session, exeter):
    load(session, exeter, as_csv(record(), record(596)))
    corrected = record(overallBandScore="8.5", Module="Academic", town="Bath")
    later = NOW + timedelta(days=1)
    told = load(session, exeter, as_csv(corrected, record(596)), now=later, source="again.csv")

    assert (told.new, told.changed, told.unchanged, told.delivered) == (0, 1, 1, 0)
    assert sorted(changes(session)) == [
        ("Module", "General Training", "Academic"),
        ("overallBandScore", "8", "8.5"),
        ("town", "Exeter", "Bath"),
    ]
    change = session.exec(select(Change)).first()
    assert (change.changed_at, change.source, change.arrival_id) == (
        later,
        "again.csv",
        told.arrival_id,
    )
    assert stored(session).overall == 17


def test_an_older_record_never_overwrites_a_newer_one(session, exeter):
    newer = record(lastModifiedDate="2025-09-01T00:00:00", town="Bath")
    load(session, exeter, as_csv(newer))
    for stamp, town, expected in [
        ("2025-08-31T23:59:59", "Leeds", "Bath"),
        ("2025-09-01T01:00:00+02:00", "Leeds", "Bath"),
        ("2025-09-01T00:00:00", "York", "York"),
        ("", "Hull", "Hull"),
    ]:
        load(session, exeter, as_csv(record(lastModifiedDate=stamp, town=town)))
        assert stored(session).town == expected, stamp


def test_a_column_that_the_file_has_not_leaves_what_is_recorded(session, exeter):
    load(session, exeter, as_csv(record()))
    told = load(session, exeter, as_csv({"trfNumber": number(595), "testDate": "2025-07-28"}))

    assert told.unchanged == 1
    assert_good(stored(session))


def test_a_result_goes_to_a_second_organisation_without_being_stored_twice(session, exeter):
    leeds = an_organisation(session, "Leeds")
    load(session, exeter, as_csv(record()))
    told = load(session, leeds, as_csv(record(), record(596)))

    assert (told.new, told.unchanged, told.delivered) == (1, 1, 2)
    assert len(session.exec(select(Delivery)).all()) == 3


def test_a_number_twice_in_one_file_is_new_and_then_changed(session, exeter):
    told = load(session, exeter, as_csv(record(), record(596), record(town="Bath")))

    assert (told.new, told.changed, told.delivered) == (2, 1, 2)
    assert stored(session).town == "Bath"


def test_a_status_that_is_not_released_is_kept_as_it_came_and_held(session, exeter):
    blank = dict.fromkeys(
        ["listeningScore", "readingScore", "writingScore", "speakingScore", "overallBandScore"], ""
    )
    told = load(session, exeter, as_csv(record(status="Under Review", **blank)))

    assert (told.new, told.held, told.rejected) == (1, 1, 0)
    assert (stored(session).status, stored(session).overall) == ("Under Review", None)

    load(session, exeter, as_csv(record(status="released")))
    assert ("status", "Under Review", "RELEASED") in changes(session)


def test_photos_are_kept_apart_and_a_changed_one_is_noted_without_its_data(session, exeter):
    for data in (PNG, PNG, PNG + b"!"):
        photo = base64.b64encode(data).decode()
        load(session, exeter, as_csv(record(photo_data=photo, photoMediaType="PNG")))

    assert session.exec(select(Photo)).one().data == PNG + b"!"
    assert changes(session) == [("photo", "", "")]


def test_odd_looking_records_are_loaded_and_counted(session, exeter):
    told = load(
        session,
        exeter,
        as_csv(record(), record(596, overallBandScore="9"), record(597, candidateNumber="1")),
    )

    assert told.new == 3
    assert sum(told.warnings.values()) == 2


def test_unknown_columns_are_ignored_and_named(session, exeter):
    told = load(session, exeter, as_csv(record() | {"Shoe size": "9"}))

    assert (told.new, told.unknown_columns) == (1, ["Shoe size"])


def test_a_joined_address_fills_the_lines_where_there_are_none(session, exeter):
    row = {name: value for name, value in record().items() if "addressLine" not in name}
    long = "word " * 50
    load(session, exeter, as_csv(row | {"postalAddress": long.strip()}))

    found = stored(session)
    lines = [getattr(found, f"address_line_{n}") for n in range(1, 5)]
    assert " ".join(filter(None, lines)) == long.strip()
    assert max(map(len, lines)) <= 100


def test_an_arrival_is_kept_and_audited_in_numbers_only(session, exeter):
    load(session, exeter, as_csv(record(), record(596, gender="X")))

    arrival = session.exec(select(Arrival)).one()
    assert (arrival.new, arrival.rejected, arrival.delivered) == (1, 1, 1)
    event = session.exec(select(AuditEvent)).one()
    assert event.action == "arrival:ingested"
    assert "Zola" not in event.details


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \r\n ", "is empty"),
        (as_csv({"trfNumber": "A1"}), "no column testDate"),
        (b"a,b\r\n1,2\r\n", "no column trfNumber, testDate"),
        (b"trfNumber,testDate,TRF Number\r\nA1,2025-07-28,A1\r\n", "is there twice"),
        (b"<results><result><trfNumber>A1</trfNumber>", "cannot be read"),
        (b"<results><result><trfNumber>A1</result></results>", "cannot be read"),
        (b'{"results": [{"trfNumber": "A1"', "cannot be read"),
        (b'{"results": [{"trfNumber": ["A1"]}]}', "neither text nor a number"),
        (b'{"results": [7]}', "not an object"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><results>&a;</results>', "not accepted"),
        (
            b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><results>&a;</results>',
            "not accepted",
        ),
        (b"<results>" + b"<a>" * 50 + b"</a>" * 50 + b"</results>", "too deep"),
        (b"trfNumber,testDate\r\n" + b"A" * (5 << 20) + b",2025-07-28\r\n", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_its_reason(session, exeter, data, words):
    with pytest.raises(Refusal, match=words):
        load(session, exeter, data)


def test_a_broken_end_takes_the_good_beginning_back(database):
    with database.transaction() as session:
        exeter = an_organisation(session)
    rows = as_csv(*(record(n) for n in range(6000)))
    with pytest.raises(Refusal, match="cannot be read"), database.transaction() as session:
        load(session, exeter, rows + b"\xff" + b"x" * (5 << 20))

    with database.reading() as session:
        assert session.exec(select(Result)).all() == []
        assert session.exec(select(Arrival)).all() == []


def test_dates_that_could_be_read_two_ways_are_asked_for_and_then_read(session, exeter):
    data = as_csv(record(testDate="07/08/2025", dateOfBirth="02/05/1982"))
    with pytest.raises(Refusal, match=r"--date-format: dd/mm/yyyy or mm/dd/yyyy"):
        load(session, exeter, data)

    load(session, exeter, data, date_format=DateFormat.MONTH_FIRST)
    assert (stored(session).test_date, stored(session).date_of_birth) == (
        "2025-07-08",
        "1982-02-05",
    )


@pytest.mark.parametrize("date_format", list(DateFormat))
def test_one_telling_date_settles_the_format_of_the_file(session, exeter, date_format):
    rows = [
        record(
            n,
            testDate=date_format.write(f"2025-07-{day}"),
            dateOfBirth=date_format.write("1982-05-02"),
        )
        for n, day in [(1, "08"), (2, "28")]
    ]
    load(session, exeter, as_csv(*rows))

    assert stored(session, number(1)).test_date == "2025-07-08"
    assert stored(session, number(1)).date_of_birth == "1982-05-02"


BAD = [
    ("trfNumber", "", "trfNumber is blank"),
    ("trfNumber", "A" * 21, "longer than 20"),
    ("trfNumber", "25GB-000595", "other characters"),
    ("trfNumber", "25GBÉ", "other characters"),
    ("centreNumber", "", "centreNumber is blank"),
    ("centreNumber", "GBS003", "longer than 5"),
    ("centreNumber", "G B1", "other characters"),
    ("candidateNumber", "", "candidateNumber is blank"),
    ("candidateNumber", "0005951", "longer than 6"),
    ("candidateNumber", "00059A", "other characters than digits"),
    ("candidateNumber", "٠٠٠٥", "other characters than digits"),
    ("testDate", "", "testDate is blank"),
    ("testDate", "2025-02-30", "not a date"),
    ("testDate", "28/07/2025", "not a date"),
    ("testDate", "2026-11-28", "no plausible date"),
    ("testDate", "1988-12-31", "no plausible date"),
    ("Module", "", "Module is blank"),
    ("Module", "Life Skills", "neither Academic nor General"),
    ("familyName", "", "familyName is blank"),
    ("familyName", "x" * 51, "longer than 50"),
    ("familyName", "Zo\tla", "control characters"),
    ("familyName", "Zo\nla", "control characters"),
    ("familyName", "Zo\x7fla", "control characters"),
    ("firstName", "x" * 51, "longer than 50"),
    ("firstName", "\ufffe", "control characters"),
    ("dateOfBirth", "", "dateOfBirth is blank"),
    ("dateOfBirth", "1899-12-31", "not a date"),
    ("dateOfBirth", "2024-01-01", "5 years before"),
    ("dateOfBirth", "2025-07-28", "5 years before"),
    ("gender", "", "gender is blank"),
    ("gender", "X", "not U, M or F"),
    ("listeningScore", "", "listeningScore is blank"),
    ("readingScore", "9.5", "not a band"),
    ("writingScore", "6.25", "not a band"),
    ("speakingScore", "-1", "not a band"),
    ("overallBandScore", "six", "not a band"),
    ("Telephone", "1" * 21, "longer than 20"),
    ("addressLine1", "x" * 101, "longer than 100"),
    ("addressLine4", "a\x85b", "control characters"),
    ("town", "x" * 101, "longer than 100"),
    ("region", "x" * 101, "longer than 100"),
    ("postcode", "x" * 21, "longer than 20"),
    ("country", "x" * 201, "longer than 200"),
    ("countryCode", "8266", "longer than 3"),
    ("countryCode", "8-6", "other characters"),
    ("candidateEmail", "jane", "not an e-mail address"),
    ("candidateEmail", "jane@mail", "not an e-mail address"),
    ("candidateEmail", "j" * 60 + "@mail.example", "longer than 60"),
    ("status", "x" * 41, "longer than 40"),
    ("lastModifiedDate", "yesterday", "not an instant"),
    ("photo_data", "*", "not base64"),
    ("photo_data", base64.b64encode(b"GIF89a").decode(), "neither a JPEG nor a PNG"),
]


@pytest.mark.parametrize(("heading", "value", "words"), BAD)
def test_a_bad_value_is_rejected_by_its_rule_and_its_neighbours_land(
    session, exeter, tmp_path, heading, value, words
):
    rows = [record(n) | {"status": "", "lastModifiedDate": "", "photo_data": ""} for n in (1, 2, 3)]
    rows[1] |= {heading: value}
    with Rejects(tmp_path / "rejects.csv") as rejects:
        told = load(session, exeter, as_csv(*rows), rejects=rejects)

    assert (told.new, told.rejected) == (2, 1)
    assert words in next(iter(told.problems))
    kept = session.exec(select(Result.trf_number).order_by(col(Result.id))).all()
    assert kept == [number(1), number(3)]
    with (tmp_path / "rejects.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert words in row["problem"]
    assert row["candidateNumber"] == rows[1]["candidateNumber"]


def test_a_row_with_too_many_or_too_few_cells_is_rejected_by_its_line(session, exeter, tmp_path):
    good = as_csv(record(1), record(2))
    with Rejects(tmp_path / "rejects.csv") as rejects:
        told = load(session, exeter, good + b"a,b\r\n\r\n" + b"," * 30 + b"\r\n", rejects=rejects)

    assert (told.new, told.rejected) == (2, 2)
    assert [line for line, _ in told.first_problems] == [4, 6]


@pytest.mark.parametrize("write", [as_csv, as_json, as_xml])
def test_rejects_are_written_in_the_files_own_format_and_can_be_loaded_once_mended(
    session, exeter, tmp_path, write
):
    path = tmp_path / "rejects"
    with Rejects(path) as rejects:
        load(session, exeter, write(record(1), record(2, gender="X")), rejects=rejects)

    text = path.read_text(encoding="utf-8")
    assert "gender is not U, M or F" in text
    mended = text.replace("<gender>X<", "<gender>F<").replace('"X"', '"F"').replace(",X,", ",F,")
    told = load(session, exeter, mended.encode())
    assert (told.new, told.rejected, told.unknown_columns) == (1, 0, [])


def test_no_rejects_file_is_left_without_bad_rows_or_after_a_failure(session, exeter, tmp_path):
    folder = tmp_path / "incoming"
    folder.mkdir()
    path = folder / "rejects.csv"
    with Rejects(path) as rejects:
        load(session, exeter, as_csv(record()), rejects=rejects)
    assert list(folder.iterdir()) == []

    with pytest.raises(Refusal, match="1 row is bad"), Rejects(path) as rejects:
        load(session, exeter, as_csv(record(gender="X")), rejects=rejects, strict=True)
    assert list(folder.iterdir()) == []


def test_cells_made_safe_for_spreadsheets_get_their_value_back_from_csv_only(session, exeter):
    load(session, exeter, as_csv(record(1, town="'=1+1", Telephone="'+44")))
    load(session, exeter, as_json(record(2, town="'=1+1")))

    assert stored(session, number(1)).town == "=1+1"
    assert stored(session, number(1)).telephone == "+44"
    assert stored(session, number(2)).town == "'=1+1"


def test_a_load_that_is_killed_half_way_leaves_nothing(database_url, tmp_path):
    database = Database(database_url)
    with database.transaction() as session:
        an_organisation(session)
    path = tmp_path / "many.csv"
    path.write_bytes(as_csv(*(record(n) for n in range(60_000))))
    script = (
        "import io, sys\nfrom pathlib import Path\nfrom core.database import Database\n"
        "from core.intake.load import ingest\nfrom core.intake.rejects import Rejects\n"
        "from tests.builders import NOW\n"
        f"database, path = Database({database_url!r}), {str(path)!r}\n"
        "with database.transaction() as session, open(path, 'rb') as s:\n"
        "    ingest(session, 1, s, source='x', now=NOW, rejects=Rejects(Path('none')),\n"
        "           progress=lambda done: print(done, flush=True))\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL

    deadline = time.monotonic() + 20
    with database.transaction() as session:
        assert session.exec(select(Result)).first() is None
        assert session.exec(select(Arrival)).first() is None
        assert load(session, an_organisation(session, "Leeds"), as_csv(record())).new == 1
    assert time.monotonic() < deadline
    database.close()


def test_two_loads_at_once_are_both_right(database):
    with database.transaction() as session:
        organisations = [an_organisation(session), an_organisation(session, "Leeds")]
    files = [
        as_csv(*(record(n) for n in range(3000))),
        as_csv(*(record(n) for n in reversed(range(1000, 4000)))),
    ]
    told = [None, None]

    def one(at):
        with database.transaction() as session:
            told[at] = load(session, organisations[at], files[at])

    threads = [threading.Thread(target=one, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(one.new for one in told) == 4000
    assert [one.delivered for one in told] == [3000, 3000]
    with database.reading() as session:
        assert len(session.exec(select(Result.id)).all()) == 4000
        assert len(session.exec(select(Delivery.result_id)).all()) == 6000


def test_progress_hears_how_many_bytes_are_read(session, exeter):
    heard = []
    data = as_csv(*(record(n) for n in range(12_000)))
    load(session, exeter, data, progress=heard.append)

    assert heard == sorted(heard)
    assert heard[-1] == len(data)


def test_nothing_of_a_candidate_is_in_what_a_load_tells(session, exeter):
    told = load(session, exeter, as_csv(record(1), record(2, gender="X", familyName="Secret")))

    assert "Secret" not in str(told.document())
    assert io.StringIO(str(told)).read().count("Zola") == 0
