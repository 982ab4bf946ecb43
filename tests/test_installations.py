from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from core.installations import (
    FORGET_AFTER,
    Workspace,
    channel_id_of,
    claim,
    install,
    installation_of,
    revoke,
    set_channel,
)
from core.refusals import Kind, Refusal
from core.sealing import Seal
from core.tables import SlackClaim, SlackInstallation
from core.terms import Role
from tests.builders import NOW, a_user, an_actor, an_organisation


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def administrator(session):
    user = a_user(session, an_organisation(session), role=Role.ADMINISTRATOR)
    return an_actor(session, user)


def test_a_token_is_kept_sealed_and_forgotten_when_the_bot_is_taken_out(session, administrator):
    seal = Seal(Fernet.generate_key().decode())
    row = install(session, Workspace("T1"), token="xoxb-1", seal=seal, now=NOW)
    assert "xoxb" not in row.sealed_token
    assert seal.opened(row.sealed_token) == "xoxb-1"
    assert row.organisation_id == administrator.organisation_id

    assert revoke(session, "T1", now=NOW)
    assert not revoke(session, "T1", now=NOW)
    assert installation_of(session, "T1") is None
    assert session.exec(select(SlackInstallation)).one().sealed_token == ""

    install(session, Workspace("T1", "Exeter"), token="xoxb-2", seal=seal, now=NOW)
    assert seal.opened(installation_of(session, "T1").sealed_token) == "xoxb-2"


def test_another_key_opens_nothing_and_a_word_is_no_key():
    one, other = (Seal(Fernet.generate_key().decode()) for _ in range(2))
    with pytest.raises(Refusal) as refused:
        other.opened(one.sealed("xoxb-1"))
    assert refused.value.kind is Kind.UNAVAILABLE
    with pytest.raises(Refusal):
        Seal("a word")


def test_with_several_organisations_a_workspace_is_nobodys_at_first(session, administrator):
    an_organisation(session, "Leeds")

    assert install(session, Workspace("T1"), seal=None, now=NOW).organisation_id is None


def test_a_channel_is_chosen_shown_and_left_by_administrators(session, administrator):
    with pytest.raises(Refusal) as none:
        set_channel(session, administrator, "C1", now=NOW)
    assert none.value.kind is Kind.MISSING
    install(session, Workspace("T1"), seal=None, now=NOW)
    assert set_channel(session, administrator, None, now=NOW).channel is None
    set_channel(session, administrator, "<#C0123|admissions>", now=NOW)
    set_channel(session, administrator, "c0124", now=NOW)
    assert set_channel(session, administrator, None, now=NOW).channel == "C0124"
    assert set_channel(session, administrator, "off", now=NOW).channel is None


@pytest.mark.parametrize("typed", ["#admissions", "admissions", "U0123", "CAT", ""])
def test_a_channel_is_chosen_from_slacks_list(typed):
    with pytest.raises(Refusal):
        channel_id_of(typed)


def test_a_claim_is_given_once_within_its_time(session):
    assert claim(session, "event:1", now=NOW)
    assert not claim(session, "event:1", now=NOW + timedelta(hours=1))
    assert claim(session, "event:2", now=NOW)
    ten = timedelta(seconds=10)
    assert claim(session, "click", within=ten, now=NOW)
    assert not claim(session, "click", within=ten, now=NOW + timedelta(seconds=9))
    assert claim(session, "click", within=ten, now=NOW + timedelta(seconds=11))


def test_old_claims_are_forgotten(session):
    claim(session, "event:1", now=NOW)
    claim(session, "event:2", now=NOW + FORGET_AFTER + timedelta(seconds=1))

    assert [one.id for one in session.exec(select(SlackClaim))] == ["event:2"]
