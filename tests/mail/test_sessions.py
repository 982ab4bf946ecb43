"""Our sessions held to aiosmtpd's own, which reads a mail line by line."""

import asyncio

import pytest
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mail.sessions import LONGEST_LINE, Fault, LmtpSession, MailSession

MOST = 3000
"""Bytes that a mail may have here."""

LINE = b"x" * (LONGEST_LINE - 2)
PIECES = [b"\r\n", b"\r", b"\n", b".", b"..", b"\r\n.", b"a", b".\r\n", b"\r\n.\r\n", b"\n.\n"]
LONG = [
    LINE,
    LINE[1:],
    LINE + b"x",
    LINE + b"xx",
    b"x" * 3 * LONGEST_LINE,
    (b"y" * 70 + b"\r\n") * 20,
]


class Wire(asyncio.Transport):
    """The other end: what the session says."""

    def __init__(self):
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.said, self.is_open = b"", True

    def write(self, data):
        self.said += data

    def close(self):
        self.is_open = False

    def is_closing(self):
        return not self.is_open

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


class Kept:
    """Takes every mail."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  aiosmtpd's name
        assert envelope.content == envelope.original_content
        self.mails.append(envelope.original_content)
        return "250 taken"


def heard(kind, hello, pieces):
    """The codes that a session answers with, and the mails that it took."""

    async def talk():
        kept, wire = Kept(), Wire()
        loop = asyncio.get_running_loop()
        session = kind(kept, data_size_limit=MOST, hostname="x", ident="x", loop=loop)
        session.connection_made(wire)
        begin = hello + b"\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
        for piece in (begin, *pieces):
            await settled()
            session.data_received(piece)
        await settled()
        session.connection_lost(None)
        await settled()
        return [line[:3] for line in wire.said.split(b"\r\n") if line[3:4] == b" "], kept.mails

    return asyncio.run(talk())


async def settled():
    for _ in range(12):
        await asyncio.sleep(0)


def cut(data, places):
    """The data in pieces that end at these places."""
    ends = sorted({min(place, len(data)) for place in places} | {len(data)})
    return [data[a:b] for a, b in zip([0, *ends], ends, strict=False) if a < b]


SHORT = st.lists(st.sampled_from(PIECES), max_size=20)
DATA = (SHORT | st.lists(st.sampled_from(PIECES + LONG), max_size=12)).map(b"".join)
PLACES = st.lists(st.integers(0, 2 * MOST), max_size=12)


@pytest.mark.parametrize(
    ("ours", "theirs", "hello"),
    [(MailSession, SMTP, b"HELO x"), (LmtpSession, LMTP, b"LHLO x")],
)
@settings(max_examples=200)
@given(DATA, PLACES)
@example(b"", range(9))
@example(b"\r\n..\r\n.\r\nNOOP", range(30))
@example(b"." + LINE, [1])
@example((b"x" * 98 + b"\r\n") * 30 + b".", [])
@example((b"x" * 98 + b"\r\n") * 30, [])
def test_a_mail_is_read_as_aiosmtpd_reads_it_however_it_is_cut(ours, theirs, hello, data, places):
    pieces = cut(data + b"\r\n.\r\nNOOP\r\n", places)
    codes, mails = heard(ours, hello, pieces)
    wanted, their_mails = heard(theirs, hello, pieces)

    assert mails == their_mails
    # where a mail is too large and has too long a line, theirs says which it noticed first
    assert [
        b"500" if a == b"552" and b == b"500" else a for a, b in zip(codes, wanted, strict=True)
    ] == wanted


@given(st.lists(st.integers(0, 5 * MOST), max_size=6))
def test_a_mail_too_large_and_with_too_long_a_line_hears_552(places):
    data = b"x" * 2 * LONGEST_LINE + b"\r\n" + b"y\r\n" * MOST
    codes, mails = heard(MailSession, b"HELO x", cut(data + b".\r\nNOOP\r\n", places))

    assert (codes[-2:], mails) == ([Fault.TOO_LARGE[:3].encode(), b"250"], [])


@pytest.mark.parametrize(("more", "code"), [(0, b"250"), (1, b"552")])
def test_a_mail_is_taken_up_to_its_last_byte_and_no_further(more, code):
    data = b"x" * 98 + b"\r\n"
    data = data * (MOST // 100 - 1) + b"x" * (98 + more) + b"\r\n"
    codes, mails = heard(MailSession, b"HELO x", [data, b".\r\n"])

    assert codes[-1] == code
    assert [len(one) for one in mails] == [MOST] * (not more)


@pytest.mark.parametrize(("more", "code"), [(0, b"250"), (1, b"500")])
def test_a_line_is_taken_up_to_its_last_byte_and_no_further(more, code):
    codes, mails = heard(
        MailSession, b"HELO x", [b"a\r\n" + LINE + b"x" * more + b"\r\nb\r\n.\r\n"]
    )

    assert codes[-1] == code
    assert len(mails) == 1 - more


def test_what_a_session_holds_of_an_endless_mail_is_bounded():
    async def talk():
        session = MailSession(Kept(), data_size_limit=MOST, loop=asyncio.get_running_loop())
        session.connection_made(Wire())
        session.data_received(
            b"HELO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
        )
        await settled()
        reading = session._handler_coroutine
        for _ in range(50):
            session.data_received(b"x" * MOST)
            await settled()
        frame = innermost(reading.get_coro())
        session.connection_lost(None)
        return len(frame.f_locals["data"]._held)

    assert asyncio.run(talk()) <= 2 * MOST


def innermost(coroutine):
    """The frame of our reader in a session that waits for more."""
    while coroutine.cr_frame.f_code.co_name != "_read_mail":
        coroutine = coroutine.cr_await
    return coroutine.cr_frame


WORDS = st.lists(st.sampled_from(["ann", ".", "+b", "=", " ", '"', "(x)", "@", "é"]), max_size=4)
WORD = WORDS.map("".join)


@settings(max_examples=500)
@given(WORD, WORD, st.sampled_from(["<{}@{}>", "{}@{}", "<{}@{}> X=1", " <{}@{}>", "<{}@{}"]))
@example("ann", "uni.example", "<{}@{}>")
def test_an_address_is_read_as_aiosmtpd_reads_it(local, domain, form):
    text = form.format(local, domain)
    assert outcome(MailSession, text) == outcome(SMTP, text)


def outcome(kind, text):
    async def ask():
        try:
            return kind(Kept(), loop=asyncio.get_running_loop())._getaddr(text)
        except Exception as error:  # noqa: BLE001  whatever theirs raises
            return type(error)

    return asyncio.run(ask())
