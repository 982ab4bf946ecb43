from datetime import timedelta
from email.utils import format_datetime

import pytest
from sqlmodel import select

from core import inbox, reply_tokens
from core.tables import Download, Preference, User
from mail.trust import is_aligned
from tests.builders import a_user, an_organisation
from tests.mail.house import a_mail, answer_to, body
from tests.mail.signing import RECORD, signed
from tests.servers.names import NameServer, text_record

RELAY = "mx.results.localhost"


@pytest.fixture
def dns():
    with NameServer() as running:
        running.records["s1._domainkey.uni.example", "TXT"] = text_record(RECORD)
        yield running


@pytest.fixture
def checking(make_house, dns):
    """A house that checks signatures itself."""
    return make_house(verify_dkim=True, dns_resolver=dns.address)


@pytest.fixture
def relayed(make_house):
    """A house behind a relay that does."""
    return make_house(trusted_authserv_id=RELAY)


def test_an_answer_from_the_users_own_address_is_served(house, ann):
    ours = house.mail_to(ann)
    house.deliver(answer_to(ours, "results"), ours["Reply-To"])

    (answer,) = house.answers()
    assert answer["To"].addresses[0].addr_spec == "ann@uni.example"
    assert "1 new result can be downloaded" in body(answer)


def test_the_answer_goes_to_the_registered_address_and_never_to_from_or_reply_to(house, ann):
    ours = house.mail_to(ann)
    mail = answer_to(ours, "results", Reply_To="evil@x.example", Sender="evil@x.example")
    house.deliver(mail, ours["Reply-To"], sender="other@x.example")

    (answer,) = house.answers()
    assert [one.addr_spec for one in answer["To"].addresses] == ["ann@uni.example"]
    assert answer["Cc"] is None
    assert "evil" not in answer.as_string()


@pytest.mark.parametrize(
    "sender",
    [
        "evil@x.example",
        "ann@uni.example.evil.example",
        "ann@evil.example",
        "bo@uni.example",
    ],
)
def test_a_reply_address_is_worth_nothing_to_anybody_else(house, ann, sender):
    ours = house.mail_to(ann)
    house.deliver(answer_to(ours, "download csv", sender=sender), ours["Reply-To"])

    assert house.answers() == []
    (row,) = house.incoming()
    assert (row.fate, row.raw) == ("ignored", b"")


def test_a_confirmed_notification_address_is_a_registered_one(house, ann, database):
    with database.transaction() as session:
        session.get_one(Preference, ann).address = "office@uni.example"
    token = house.mail_to_again(ann)
    house.deliver(a_mail("results", "office@uni.example"), token)

    (answer,) = house.answers()
    assert answer["To"].addresses[0].addr_spec == "office@uni.example"


def test_an_address_that_two_users_share_is_nobodys(house, ann, database):
    with database.transaction() as session:
        bo = session.exec(select(User).where(User.email == "bo@uni.example")).one()
        for user_id in (ann, bo.id):
            session.get_one(Preference, user_id).address = "office@uni.example"
    house.deliver(a_mail("results", "office@uni.example"), house.mail_to_again(ann))

    assert house.answers() == []


def test_a_user_who_was_removed_is_a_stranger(house, ann, database):
    ours = house.mail_to(ann)
    with database.transaction() as session:
        session.get_one(User, ann).removed_at = house.now
    house.deliver(answer_to(ours, "results"), ours["Reply-To"])

    assert house.answers() == []


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_a_reply_address_that_has_ended_says_what_to_do(house, ann, database, end):
    ours = house.mail_to(ann)
    if end == "revoked":
        with database.transaction() as session:
            reply_tokens.revoke_all(session, ann, now=house.now)
    else:
        house.now += timedelta(days=61)
    house.deliver(answer_to(ours, "download csv"), ours["Reply-To"])

    (answer,) = house.answers()
    assert "too old to be answered" in body(answer)


def test_without_a_way_to_prove_the_sender_the_open_address_takes_no_commands(house, ann):
    house.deliver(a_mail("download csv"))

    (answer,) = house.answers()
    assert "Answer one of our mails instead" in body(answer)
    assert list(answer.iter_attachments()) == []


def test_a_refusal_is_sent_once_a_day_and_kind(house, ann):
    for _ in range(3):
        house.deliver(a_mail("download csv"))
        house.process()
    house.send()
    assert len(house.outbox()) == 1

    house.now += timedelta(days=1)
    house.deliver(a_mail("download csv"))
    assert len(house.answers()) == 1


def dated(house, days):
    return format_datetime(house.now + timedelta(days=days))


def test_a_mail_that_comes_again_when_its_first_coming_is_forgotten_is_not_done_again(
    checking, ann, database
):
    mail = signed(a_mail("download csv", Date=dated(checking, 0)), "uni.example")
    checking.deliver(mail)
    assert len(checking.answers()) == 1

    checking.now += timedelta(days=31)
    with database.transaction() as session:
        assert inbox.purge(session, now=checking.now) == 1
    for _ in range(2):
        checking.deliver(mail)
        checking.process()
    (told,) = checking.send()

    assert "Your mail is dated 2026-11-25, so nothing of it was done" in " ".join(
        body(told).split()
    )
    with database.reading() as session:
        assert len(session.exec(select(Download)).all()) == 1


@pytest.mark.parametrize("days", [-22, 0, 6])
def test_a_clock_that_is_somewhat_wrong_and_a_mail_that_waited_do_no_harm(house, ann, days):
    ours = house.mail_to(ann)
    house.deliver(answer_to(ours, "results", Date=dated(house, days)), ours["Reply-To"])

    assert "> results" in body(house.answers()[0])


@pytest.mark.parametrize("days", [-24, 8, 400])
def test_a_date_that_would_outlive_what_is_remembered_is_refused(house, ann, days):
    ours = house.mail_to(ann)
    house.deliver(answer_to(ours, "results", Date=dated(house, days)), ours["Reply-To"])

    (answer,) = house.answers()
    assert "> results" not in body(answer)
    assert "set the clock of your computer" in " ".join(body(answer).split())


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 99 Nov 2026 09:00:00", "0"])
def test_a_date_that_nobody_can_read_is_none(house, ann, date):
    ours = house.mail_to(ann)
    house.deliver(answer_to(ours, "results", Date=date), ours["Reply-To"])

    assert "> results" in body(house.answers()[0])


def test_an_old_mail_of_a_stranger_is_met_with_silence(house, ann):
    house.deliver(a_mail("download csv", "stranger@x.example", Date=dated(house, -90)))

    assert house.answers() == []


def test_strangers_get_silence(house, ann):
    house.deliver(a_mail("download csv", "stranger@x.example"))

    assert house.answers() == []


def test_a_signed_mail_to_the_open_address_is_served(checking, ann):
    checking.deliver(signed(a_mail("results")))

    (answer,) = checking.answers()
    assert "1 new result can be downloaded" in body(answer)


def test_a_signature_that_does_not_hold_is_none(checking, ann):
    mails = {
        "changed": signed(a_mail("results")).replace(b"results\r\n", b"download\r\n"),
        "other domain": signed(a_mail("results"), "evil.example"),
        "no key": signed(a_mail("results"), "sub.uni.example"),
        "unsigned": a_mail("results"),
        "broken": b"DKIM-Signature: v=1; d=uni.example; ;;=\r\n" + signed(a_mail("x"), "y.example"),
        "part of the body": signed(a_mail("results"), length=True),
    }
    for mail in mails.values():
        checking.deliver(mail)
    checking.process()
    (answer,) = checking.send()

    assert "no valid DKIM signature of that domain" in body(answer)
    assert {row.last_error for row in checking.incoming()} == {"unproven"}


def test_where_signatures_are_checked_a_reply_address_is_not_enough(checking, ann):
    ours = checking.mail_to(ann)
    checking.deliver(answer_to(ours, "results"), ours["Reply-To"])
    (refused,) = checking.answers()
    assert "Nothing was done" in body(refused)

    checking.deliver(signed(answer_to(ours, "results")), ours["Reply-To"])
    (answer,) = checking.answers()
    assert "1 new result can be downloaded" in body(answer)


def results_of(*values, received=1, mail=None):
    """A mail with the header as its relay adds it, at the top."""
    raw = (mail or a_mail("results")).as_bytes().replace(b"\n", b"\r\n")
    hops = b"Received: from x by y; Wed, 25 Nov 2026 09:00:00 +0000\r\n" * received
    added = b"".join(b"Authentication-Results: " + one.encode() + b"\r\n" for one in values)
    return hops + added + raw


GOOD = f"{RELAY}; dmarc=pass (p=reject) header.from=uni.example"


@pytest.mark.parametrize(
    "value",
    [
        GOOD,
        f"{RELAY}; dkim=pass header.d=uni.example header.s=s1; spf=fail smtp.mailfrom=x.example",
        f"{RELAY.upper()}; dkim=fail header.d=a.example; dkim=pass header.d=uni.example",
        f"{RELAY} 1; dmarc=pass header.from=uni.example",
    ],
)
def test_the_word_of_the_trusted_relay_counts(relayed, ann, value):
    relayed.deliver(results_of(value))

    (answer,) = relayed.answers()
    assert "1 new result can be downloaded" in body(answer)


@pytest.mark.parametrize(
    "values",
    [
        (f"{RELAY}; dmarc=fail header.from=uni.example",),
        (f"{RELAY}; dmarc=pass header.from=evil.example",),
        (f"{RELAY}; dkim=pass header.d=evil.example",),
        (f"{RELAY}; dkim=pass header.d=example",),
        (f"{RELAY}; spf=pass smtp.mailfrom=uni.example",),
        (f"{RELAY}; none",),
        ("mx.evil.example; dmarc=pass header.from=uni.example",),
        (f"{RELAY}.evil.example; dmarc=pass header.from=uni.example",),
        (f"x ({RELAY}); dmarc=pass header.from=uni.example",),
        (f"{RELAY}; dmarc=fail header.from=uni.example", GOOD),
        (f"{RELAY}; dmarc=(comment; dmarc=pass header.from=uni.example) fail",),
        ("",),
        (";;;",),
        ("=?utf-8?q?mx=2Eresults=2Elocalhost?=; dmarc=pass header.from=uni.example",),
        (),
    ],
)
def test_other_words_do_not(relayed, ann, values):
    relayed.deliver(results_of(*values))

    (answer,) = relayed.answers()
    assert "Nothing was done" in body(answer)


def test_a_header_below_the_relays_own_came_with_the_mail(relayed, ann):
    relayed.deliver(results_of(GOOD, received=2))

    (answer,) = relayed.answers()
    assert "Nothing was done" in body(answer)


def test_more_relays_of_our_own_are_counted(make_house, ann):
    house = make_house(trusted_authserv_id=RELAY, trusted_hops=3)
    house.deliver(results_of(GOOD, received=3))

    (answer,) = house.answers()
    assert "1 new result can be downloaded" in body(answer)


@pytest.mark.parametrize(
    ("signed_by", "domain", "aligned"),
    [
        ("uni.example", "uni.example", True),
        ("UNI.example.", "uni.example", True),
        ("uni.example", "mail.uni.example", True),
        ("mail.uni.example", "uni.example", False),
        ("example", "uni.example", False),
        ("ni.example", "uni.example", False),
        ("", "uni.example", False),
        ("uni.example", "evil-uni.example", False),
    ],
)
def test_a_signature_vouches_for_its_domain_and_those_below(signed_by, domain, aligned):
    assert is_aligned(signed_by, domain) is aligned


def test_a_user_of_one_house_cannot_answer_for_another(house, ann, database):
    with database.transaction() as session:
        cat = a_user(session, an_organisation(session, "Bath"), "cat@bath.example").id
    ours = house.mail_to(cat)
    house.deliver(answer_to(ours, "results", sender="ann@uni.example"), ours["Reply-To"])

    assert house.answers() == []
