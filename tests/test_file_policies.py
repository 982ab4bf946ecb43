"""How files go by mail: the organisation's policy and each user's passphrase."""

import json

import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from core.commands.registry import secret_in
from core.commands.run import run
from core.file_policies import passphrase_of, policy_of
from core.refusals import Kind, Refusal
from core.settings import Settings
from core.tables import AuditEvent, Outgoing, Passphrase, ReplyToken
from core.terms import AttachmentPolicy, Role, Surface
from tests.builders import NOW, a_user, an_actor, an_organisation
from tests.test_unsubscribing import a_token

WORDS = "correct horse battery staple"


def some_settings(**more):
    return Settings(_env_file=None, secret_key=Fernet.generate_key().decode(), **more)


@pytest.fixture
def people(database):
    """Ann, an administrator, and Bo, both of Exeter; Eve administers Leeds."""
    with database.transaction() as session:
        exeter, leeds = an_organisation(session), an_organisation(session, "Leeds")
        ann = a_user(session, exeter, role=Role.ADMINISTRATOR)
        bo = a_user(session, exeter, "bo@uni.example", first_name="Bo")
        eve = a_user(session, leeds, "eve@leeds.example", Role.ADMINISTRATOR)
        return [an_actor(session, one) for one in (ann, bo, eve)]


@pytest.fixture
def ask(database):
    settings = some_settings()

    def ask(actor, line, settings=settings):
        with database.transaction() as session:
            return run(session, actor, line, now=NOW, settings=settings)

    ask.settings = settings
    return ask


def test_an_administrator_chooses_how_files_go_and_everybody_sees_it(database, people, ask):
    ann, bo, eve = people
    assert ask(bo, "attachments").policy is AttachmentPolicy.ATTACH

    answer = ask(ann, "attachments zip")

    assert answer.document()["attachments"] == {"policy": "zip", "passphrase": False}
    assert "no file reaches you" in answer.document()["warnings"][0]
    assert ask(bo, "attachments").policy is AttachmentPolicy.ZIP
    assert ask(eve, "attachments").policy is AttachmentPolicy.ATTACH
    assert ask(ann, "attachments notice").policy is AttachmentPolicy.NOTICE
    with database.reading() as session:
        assert policy_of(session, ann.organisation_id) is AttachmentPolicy.NOTICE
        events = session.exec(select(AuditEvent.subject).where(AuditEvent.user_id == ann.user_id))
        assert events.all() == ["zip", "notice"]


def test_a_user_does_not_choose_for_the_organisation(people, ask):
    _, bo, _ = people
    with pytest.raises(Refusal) as no:
        ask(bo, "attachments notice")
    assert no.value.kind is Kind.FORBIDDEN
    assert ask(bo, "attachments").policy is AttachmentPolicy.ATTACH


def test_encrypted_files_need_a_key_to_keep_passphrases_with(people, ask):
    ann, _, _ = people
    without = Settings(_env_file=None)
    for line in ("attachments zip", f'passphrase "{WORDS}"'):
        with pytest.raises(Refusal, match="RESULTS_SECRET_KEY") as no:
            ask(ann, line, without)
        assert no.value.kind is Kind.UNAVAILABLE
    assert ask(ann, "attachments", without).policy is AttachmentPolicy.ATTACH


@pytest.mark.parametrize("surface", [Surface.CONSOLE, Surface.SLACK])
def test_a_passphrase_is_kept_sealed_and_repeated_nowhere(database, people, ask, surface):
    ann, bo, _ = people
    with database.reading() as session:
        from core.actors import actor_by_id

        bo = actor_by_id(session, bo.user_id, surface)
    assert ask(bo, "passphrase").document()["passphrase"] is False

    answer = ask(bo, f"passphrase “{WORDS}”")

    assert WORDS not in json.dumps(answer.document())
    assert ask(bo, "passphrase").document()["passphrase"] is True
    assert ask(ann, "passphrase").document()["passphrase"] is False
    with database.reading() as session:
        assert passphrase_of(session, bo.user_id, ask.settings) == WORDS
        (row,) = session.exec(select(Passphrase)).all()
        trail = [repr(one) for one in session.exec(select(AuditEvent))]
        (told,) = session.exec(select(Outgoing)).all()
    assert told.kind == "settings-changed"
    assert any("passphrase:set" in one for one in trail)
    for kept in (row.sealed, *trail, json.dumps(told.about)):
        assert WORDS not in kept
        assert "horse" not in kept


def test_a_passphrase_sealed_with_another_key_is_as_good_as_none(database, people, ask):
    ann, _, _ = people
    ask(ann, f'passphrase "{WORDS}"')
    assert ask(ann, "passphrase", some_settings()).is_set is False
    assert ask(ann, "attachments", some_settings()).has_passphrase is False


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("short", "passphrase_short"),
        ("x" * 100, "passphrase_long"),
        ("correct h\u00f6rse battery", "passphrase_letters"),
        ("correct\thorse battery", "passphrase_letters"),
    ],
)
def test_a_passphrase_that_some_zip_program_could_not_take_is_refused(people, ask, typed, code):
    with pytest.raises(Refusal) as no:
        ask(people[0], f'passphrase "{typed}"')
    assert no.value.code == code
    assert typed not in str(no.value)


@pytest.mark.parametrize(
    "line",
    [
        f'passphrase "{WORDS}"',
        f"PASSPHRASE {WORDS}",
        f'passphrase "{WORDS}',
        f"passphrase x={WORDS}",
        "passphrase hunter2horse",
    ],
)
def test_by_mail_it_is_refused_before_anything_of_it_can_be_repeated(database, people, ask, line):
    from core.actors import actor_by_id

    with database.reading() as session:
        ann = actor_by_id(session, people[0].user_id, Surface.MAIL)
    with pytest.raises(Refusal) as no:
        ask(ann, line)
    assert (no.value.code, no.value.kind) == ("not_by_mail", Kind.FORBIDDEN)
    assert "horse" not in str(no.value)
    assert ask(ann, "passphrase").is_set is False


def test_only_a_secret_commands_words_are_a_secret():
    assert secret_in(f"passphrase {WORDS}").name == "passphrase"
    for line in ("", "passphrase", "verify 17GB000595ZOLJS03G", "help passphrase", "xyzzy x"):
        assert secret_in(line) is None


def test_everybody_ends_their_own_reply_addresses_and_administrators_a_colleagues(
    database, people, ask
):
    ann, bo, eve = people
    with database.transaction() as session:
        for actor in (ann, bo, bo, eve):
            a_token(session, actor.user_id)

    assert ask(bo, "revoke").count == 2
    assert ask(bo, "revoke").count == 0
    assert ask(ann, "revoke ANN@uni.example").count == 1
    with pytest.raises(Refusal) as no:
        ask(bo, "revoke ann@uni.example")
    assert no.value.kind is Kind.FORBIDDEN
    with pytest.raises(Refusal) as no:
        ask(ann, "revoke eve@leeds.example")
    assert no.value.kind is Kind.MISSING
    with database.transaction() as session:
        a_token(session, bo.user_id)
    assert "bo@uni.example was ended" in ask(ann, "revoke bo@uni.example").message
    with database.reading() as session:
        still_open = session.exec(select(ReplyToken).where(ReplyToken.revoked_at.is_(None))).all()
        assert [one.user_id for one in still_open] == [eve.user_id]


def test_whoever_is_removed_leaves_no_passphrase_and_no_reply_address(database, people, ask):
    ann, bo, _ = people
    ask(bo, f'passphrase "{WORDS}"')
    with database.transaction() as session:
        a_token(session, bo.user_id)
    ask(ann, "users remove bo@uni.example")

    with database.reading() as session:
        assert session.exec(select(Passphrase)).all() == []
        assert session.exec(select(ReplyToken.revoked_at)).one() is not None
