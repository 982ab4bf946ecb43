from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import select

from core.notices import NewResult
from core.settings import Settings
from core.tables import Preference
from core.transports import InDoubt, LaneDown, NotSent, Refused
from mail.transport import mail_transport
from tests.builders import NOW
from tests.mail.house import RESULTS
from tests.mail.letters import FILE, NOTICES, RECORD, message
from tests.mail_programs.postfix import sent_by_source

DIGEST = next(one for one in NOTICES if one.KIND == "digest")


@pytest.mark.parametrize(
    "options",
    [
        ("-s", "20", "-m", "400", "-d"),
        ("-s", "20", "-m", "200"),
        ("-s", "4", "-m", "20", "-d", "-l", "1000000"),
    ],
    ids=["connections kept", "a connection each", "a megabyte each"],
)
def test_what_many_sessions_bring_is_stored_once_each(make_house, options):
    house = make_house()
    sent = sent_by_source(house.part.ports["smtp"], RESULTS, *options)

    assert (sent.returncode, sent.stderr) == (0, "")
    rows = house.incoming()
    assert len(rows) == int(options[3])
    assert {(row.sender, row.came_by, row.fate) for row in rows} == {
        ("ann@uni.example", "smtp", "ready")
    }


def test_lmtp_is_spoken_as_postfix_speaks_it(house, ann):
    sent = sent_by_source(house.part.ports["lmtp"], RESULTS, "-L", "-s", "10", "-m", "100", "-d")

    assert (sent.returncode, sent.stderr) == (0, "")
    assert {row.came_by for row in house.incoming()} == {"lmtp"}
    assert len(house.incoming()) == 100


def test_a_connection_too_many_is_put_off_and_what_was_answered_250_is_there(make_house):
    house = make_house(mail_connections_by_peer=3)
    sent = sent_by_source(house.part.ports["smtp"], RESULTS, "-s", "20", "-m", "40", "-N")

    assert "421" in sent.stderr
    assert len(house.incoming()) <= 40


def test_an_address_that_is_not_ours_is_refused_to_it_too(house):
    sent = sent_by_source(house.part.ports["smtp"], "nobody@results.localhost")

    assert "550" in sent.stderr
    assert house.incoming() == []


@pytest.fixture
def transport(database, tmp_path):
    made = []

    def make(url, **settings):
        chosen = Settings(_env_file=None, outbox_dir=tmp_path, smtp_url=url, **settings)
        made.append(mail_transport(chosen, database, lambda: NOW))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_what_we_send_over_several_connections_arrives_whole(transport, sink, ann):
    taking = sink()
    sender = transport(taking.url, smtp_connections=4)
    with ThreadPoolExecutor(8) as pool:
        sent = pool.map(
            lambda n: sender.send(message(DIGEST, key=f"digest:{n}", user_id=ann)), range(60)
        )
        ids = set(sent)
    sender.close()

    mails = taking.mails()
    assert {mail["Message-ID"] for mail in mails} == ids
    assert len(mails) == 60
    for mail in mails:
        assert mail["X-Rcpt-Args"] == "<ann@uni.example>"
        assert mail["X-Mail-Args"].startswith(f"<{mail['Reply-To']}>")
        (file,) = mail.iter_attachments()
        assert file.get_payload(decode=True) == FILE.data


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ("-r MAIL", LaneDown),
        ("-r RCPT", NotSent),
        ("-r .", NotSent),
        ("-f RCPT", Refused),
        ("-f .", Refused),
        ("-f EHLO,HELO", LaneDown),
        ("-f CONNECT", LaneDown),
        ("-q CONNECT", LaneDown),
        ("-q RCPT", NotSent),
        ("-q DATA", NotSent),
        ("-q .", InDoubt),
        ("-Q RCPT", LaneDown),
        ("-A 0", Refused),
    ],
)
def test_whatever_it_does_to_us_has_one_outcome(transport, sink, ann, options, outcome):
    sender = transport(sink(*options.split()).url, smtp_timeout=5)

    with pytest.raises(outcome) as raised:
        sender.send(message(NewResult(RECORD), user_id=ann))
    assert isinstance(raised.value, LaneDown) == (outcome is LaneDown)


def test_a_relay_that_stops_reading_within_a_mail_has_not_got_it(transport, sink, ann):
    sender = transport(sink("-A", "0").url, smtp_timeout=2)
    large = replace(DIGEST, file=replace(FILE, data=b"0123456789abcde\n" * 500_000))

    with pytest.raises(NotSent, match="within the message"):
        sender.send(message(large, user_id=ann))


@pytest.mark.parametrize("lacking", ["-e", "-p", "-8", "-a", "-E", "-P"])
def test_a_relay_that_knows_less_is_served_as_well(transport, sink, ann, lacking):
    taking = sink(lacking)
    sender = transport(taking.url)
    sender.send(message(DIGEST, user_id=ann))
    sender.close()

    (mail,) = taking.mails()
    assert mail["X-Rcpt-Args"] == "<ann@uni.example>"


def test_an_address_that_it_says_does_not_exist_gets_no_more_mail(transport, sink, ann, database):
    sender = transport(sink("-f", "RCPT", "-B", "550 5.1.1 No such user").url)
    with pytest.raises(Refused):
        sender.send(message(DIGEST, user_id=ann))

    with database.reading() as session:
        chosen = session.exec(select(Preference).where(Preference.user_id == ann)).one()
        assert chosen.mail_on is False
