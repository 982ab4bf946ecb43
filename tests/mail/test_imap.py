import json
import signal
import threading
import time
from email.policy import SMTP
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest
from imapclient import IMAPClient
from pydantic import SecretStr
from sqlalchemy import text

from mail import imap
from mail.imap import FAILED, PROCESSED, Mailbox
from mail.imap_address import ImapAddress
from mail.oauth import AccessTokens, NoTokenError
from tests.mail.house import a_mail, answer_to, body
from tests.mail.test_trust import GOOD, RELAY, results_of
from tests.servers.imap import ImapServer


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(imap, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(imap, "LONGEST_PAUSE", 0.4)
    monkeypatch.setattr(imap, "POLL_SECONDS", 0.2)
    monkeypatch.setattr(imap, "LOOK_SECONDS", 0.1)


@pytest.fixture(scope="module")
def running():
    with ImapServer() as server:
        yield server


@pytest.fixture
def server(running):
    running.clear()
    return running


@pytest.fixture
def reading(make_house, server):
    """A house that reads the mailbox, and nothing else."""
    return lambda **more: make_house(
        smtp_listen="", lmtp_listen="", imap_url=SecretStr(server.url), **more
    )


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.03)


def raw(mail):
    return mail.as_bytes(policy=SMTP)


def test_what_is_in_the_mailbox_is_stored_and_moved(reading, server, ann):
    server.append(*(raw(a_mail(f"results {n}")) for n in range(40)))
    house = reading()

    until(lambda: len(house.incoming()) == 40)
    until(lambda: server.count(PROCESSED) == 40)
    assert server.count("INBOX") == server.count(FAILED) == 0
    assert {row.came_by for row in house.incoming()} == {"imap"}


def test_an_answer_found_in_the_mailbox_is_served(reading, server, ann):
    house = reading()
    ours = house.mail_to(ann)
    mail = answer_to(ours, "results")
    del mail["To"]
    mail["To"] = ours["Reply-To"]
    server.append(raw(mail))

    until(lambda: len(house.incoming()) == 1)
    (answer,) = house.answers()
    assert "1 new result can be downloaded" in body(answer)


def test_the_mailboxes_own_checks_of_the_sender_are_believed(reading, server, ann):
    house = reading(trusted_authserv_id=RELAY)
    server.append(results_of(GOOD))

    until(lambda: len(house.incoming()) == 1)
    (answer,) = house.answers()
    assert "1 new result can be downloaded" in body(answer)


def test_a_mail_that_comes_while_it_waits_is_taken_at_once(reading, server, ann):
    house = reading()
    until(lambda: server.count(PROCESSED) == 0 and house.part._mailbox._thread.is_alive())
    time.sleep(0.5)
    begun = time.monotonic()
    server.append(raw(a_mail("results")))
    until(house.incoming)

    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("missing", ["IDLE", "MOVE", "UIDPLUS"])
def test_what_a_server_cannot_do_is_done_another_way(reading, server, ann, monkeypatch, missing):
    has = IMAPClient.has_capability
    lacks = {"MOVE", missing} if missing == "UIDPLUS" else {missing}
    monkeypatch.setattr(
        IMAPClient, "has_capability", lambda self, name: name not in lacks and has(self, name)
    )
    house = reading()
    server.append(raw(a_mail("results")))

    until(lambda: server.count(PROCESSED) == 1)
    assert server.count("INBOX") == 0
    assert len(house.incoming()) == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_was_away_is_found_again(reading, server, ann, how):
    house = reading()
    server.append(raw(a_mail("results")))
    until(lambda: server.count(PROCESSED) == 1)
    time.sleep(0.3)
    server.stop(how)
    time.sleep(0.5)
    server.start()
    server.append(raw(a_mail("history")))

    until(lambda: len(house.incoming()) == 2)


def test_a_database_that_was_away_loses_nothing(reading, server, ann, database):
    with database.engine.connect() as connection:
        connection.execute(text("ALTER TABLE incoming RENAME TO elsewhere"))
        connection.commit()
    house = reading()
    server.append(raw(a_mail("results")))
    time.sleep(1)
    assert server.count("INBOX") == 1
    with database.engine.connect() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO incoming"))
        connection.commit()

    until(lambda: len(house.incoming()) == 1)
    until(lambda: server.count(PROCESSED) == 1)


def test_a_crash_between_storing_and_moving_stores_once(reading, server, ann, monkeypatch):
    move, failures = IMAPClient.move, []

    def fails_twice(self, *arguments):
        if len(failures) < 2:
            failures.append(arguments)
            raise OSError
        return move(self, *arguments)

    monkeypatch.setattr(IMAPClient, "move", fails_twice)
    house = reading()
    server.append(raw(a_mail("results")))

    until(lambda: server.count(PROCESSED) == 1)
    assert len(house.incoming()) == 1
    assert len(failures) == 2


def test_a_mail_that_cannot_be_taken_goes_to_failed(reading, server, ann):
    house = reading()
    server.append(b"X: y\r\n" * 600 + b"\r\nhello\r\n", raw(a_mail("results")))

    until(lambda: server.count(FAILED) == 1)
    until(lambda: server.count(PROCESSED) == 1)
    assert len(house.incoming()) == 1


def test_bare_line_feeds_that_a_server_kept_are_mended(reading, server, ann):
    house = reading()
    server.append(b"From: ann@uni.example\nSubject: results\nMessage-ID: <a@b>\n\nhi\n")

    until(lambda: len(house.incoming()) == 1)
    assert b"\r\n\r\nhi\r\n" in house.incoming()[0].raw


def test_two_readers_of_one_mailbox_store_each_mail_once(reading, server, ann, database):
    first, second = reading(), reading()
    server.append(*(raw(a_mail(f"results {n}")) for n in range(20)))

    until(lambda: server.count("INBOX") == 0)
    assert len(first.incoming()) == 20
    assert second.database is first.database


def test_it_stops_soon(reading, server):
    house = reading()
    time.sleep(0.5)
    begun = time.monotonic()
    house.part._mailbox.stop(5)

    assert not house.part._mailbox._thread.is_alive()
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("imaps://a:b@h.example", ("h.example", 993, True, "a", "b", "INBOX")),
        ("imap://a%40x:p%2Fw@h:1143/My%20Box", ("h", 1143, False, "a@x", "p/w", "My Box")),
        ("imaps://a@h/Folder/Sub", ("h", 993, True, "a", "", "Folder/Sub")),
    ],
)
def test_a_mailbox_url_is_read(url, found):
    at = ImapAddress.read(url)

    assert (at.host, at.port, at.encrypted, at.user, at.password, at.folder) == found
    assert at.password not in repr(at) or not at.password


@pytest.mark.parametrize("url", ["http://a@b", "imaps://", "imaps://host", "x"])
def test_a_mailbox_url_that_is_none_is_named(url):
    with pytest.raises(ValueError, match="RESULTS_IMAP_URL"):
        ImapAddress.read(url)


class _Tokens(BaseHTTPRequestHandler):
    """Gives a new token each time it is asked, as an OAuth2 server does."""

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        self.server.asked.append(self.rfile.read(size).decode())
        status, answer = self.server.answers.pop(0)
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def tokens():
    server = HTTPServer(("127.0.0.1", 0), _Tokens)
    server.asked, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


class _OnlyLogin(StreamRequestHandler):
    """As much of an IMAP server as XOAUTH2 needs; it takes the token `good`."""

    def handle(self):
        self.wfile.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] ready\r\n")
        for line in self.rfile:
            tag, command, *rest = line.decode().split()
            if command.upper() == "AUTHENTICATE":
                self._authenticate(tag, rest)
            elif command.upper() == "CAPABILITY":
                self.wfile.write(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR\r\n")
                self.wfile.write(f"{tag} OK done\r\n".encode())
            else:
                self.wfile.write(f"{tag} NO not here\r\n".encode())

    def _authenticate(self, tag, rest):
        from base64 import b64decode

        given = rest[1] if len(rest) > 1 else ""
        if not given:
            self.wfile.write(b"+ \r\n")
            given = self.rfile.readline().decode()
        said = b64decode(given).decode()
        self.server.said.append(said)
        good = "Bearer good" in said
        self.wfile.write(f"{tag} {'OK in' if good else 'NO refused'}\r\n".encode())


@pytest.fixture
def oauth_server():
    ThreadingTCPServer.allow_reuse_address = True
    server = ThreadingTCPServer(("127.0.0.1", 0), _OnlyLogin)
    server.daemon_threads, server.said = True, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def with_oauth(house, tokens, **more):
    url = f"http://127.0.0.1:{tokens.server_address[1]}/token"
    given = {
        "imap_oauth_token_url": url,
        "imap_oauth_client_id": "client",
        "imap_oauth_refresh_token": SecretStr("refresh"),
        "imap_oauth_client_secret": SecretStr("hidden"),
    }
    return house.settings.model_copy(update=given | more)


def test_a_token_that_is_refused_is_fetched_once_more(house, database, tokens, oauth_server):
    tokens.answers = [
        (200, {"access_token": "stale", "expires_in": 3600}),
        (200, {"access_token": "good", "expires_in": 3600}),
    ]
    settings = with_oauth(house, tokens)
    url = f"imap://desk%40uni.example@127.0.0.1:{oauth_server.server_address[1]}/INBOX"
    mailbox = Mailbox(settings, database, house.clock, url)
    mailbox.start()
    until(lambda: len(oauth_server.said) >= 2)
    mailbox.stop(5)

    assert oauth_server.said[0] == "user=desk@uni.example\x01auth=Bearer stale\x01\x01"
    assert oauth_server.said[1] == "user=desk@uni.example\x01auth=Bearer good\x01\x01"
    assert "grant_type=refresh_token" in tokens.asked[0]
    assert "refresh_token=refresh" in tokens.asked[0]


def test_a_token_is_kept_until_shortly_before_its_end(house, tokens):
    tokens.answers = [
        (200, {"access_token": "one", "expires_in": 3600}),
        (200, {"access_token": "two", "expires_in": 60}),
        (200, {"access_token": "three", "expires_in": 3600}),
    ]
    settings = with_oauth(house, tokens, imap_oauth_refresh_token=None, imap_oauth_scope="mail")
    access = AccessTokens(settings.imap_oauth_token_url, settings)

    assert [access.token(), access.token(), access.token(fresh=True)] == ["one", "one", "two"]
    assert access.token() == "three"
    assert "grant_type=client_credentials" in tokens.asked[0]
    assert "scope=mail" in tokens.asked[0]


@pytest.mark.parametrize(
    "answer",
    [(400, {"error": "invalid_grant", "error_description": "Token has been revoked"}), (200, {})],
)
def test_a_token_that_is_not_given_is_said_so(house, tokens, answer):
    tokens.answers = [answer]
    settings = with_oauth(house, tokens)
    with pytest.raises(NoTokenError) as refused:
        AccessTokens(settings.imap_oauth_token_url, settings).token()

    assert "hidden" not in str(refused.value)
