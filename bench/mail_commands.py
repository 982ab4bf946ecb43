"""Commands by mail, from what is stored to the answer that is owed, beside the command alone.

The floor runs the same lines for the same user and commits each. By mail there is more to do: the
mail is read and its sender judged, the answer is written in text and HTML, and what is done is
noted, so that after a crash nothing is done twice. One thread does it all; the database is in
memory where there is a place for that.
"""

import sys
import tempfile
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from pathlib import Path

from sqlmodel import Session, func, select

from bench.timing import Contender, Measured, Row, compare, options, report
from core import inbox, reply_tokens
from core.actors import Actor, actor_by_id
from core.commands.run import run_for
from core.database import Database, migrate
from core.enrolment import enrol
from core.inbox import Arrived, Standing
from core.organisations import add_organisation, organisation_named
from core.reply_tokens import Token
from core.settings import Settings
from core.tables import Incoming, Outgoing
from core.terms import Role, Service, Surface
from mail.addresses import our_address
from mail.gate import arrived
from mail.process import InboxWork

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
MAILS = 200
QUOTED = "> The quick brown fox jumps over the lazy dog and writes it down.\n" * 70
MEMORY = Path("/dev/shm")
COMMANDS = ("results", "history")


def main(argv: Sequence[str]) -> None:
    """Mails a second, each with one command and 5 kB of what it answers."""
    rounds = options(argv, records=0).rounds
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        url = f"sqlite:///{Path(folder, 'mail.db')}"
        migrate(url)
        desk = Desk(url)
        contenders: dict[str, Contender] = {}
        for line in COMMANDS:
            contenders[f"{line} alone"] = Contender(partial(desk.run, line))
            contenders[line] = Contender(desk.work, partial(desk.stored, line))
        measured = compare(contenders, rounds=rounds, fresh=False)
        desk.check(rounds * len(COMMANDS) * MAILS)
    rows = []
    for line in COMMANDS:
        floor, ours = measured[f"{line} alone"], measured[line]
        rows += [
            Row(f"{line}, alone", _speed(floor)),
            Row(f"{line}, by mail", _speed(ours), ours.speed_to(floor), least=0.05),
        ]
    report("commands by mail, from the store to the answer owed", rows)


class Desk:
    """A house with one user and one reply address."""

    def __init__(self, url: str) -> None:
        self.settings = Settings(database_url=url, mails_per_sender=10_000_000)
        self.database = Database(url)
        self.token = reply_tokens.new_token()
        self.sent = 0
        self._work = InboxWork(self.settings, self.database, lambda: NOW, threading.Event())
        self._user_id = _cast(self.database, self.token)

    @property
    def address(self) -> str:
        """Where the user answers."""
        return f"reply+{self.token.reply}@{self.settings.mail_domain}"

    def run(self, line: str) -> None:
        """The command as often as a round has mails."""
        for _ in range(MAILS):
            run_for(self.database, self._ann, line, now=NOW, settings=self.settings)

    def stored(self, line: str) -> list[int]:
        """As many mails as a round has, each with the command."""
        mails = [self._arrived(raw) for raw in _mails(self, line)]
        with self.database.transaction() as session:
            inbox.store(session, mails, now=NOW)
            ready = select(Incoming.id).where(Incoming.fate == Standing.READY.value)
            return [one for one in session.exec(ready) if one is not None]

    def work(self, ids: list[int]) -> None:
        """What the worker does."""
        self._work.take_up(ids)

    def check(self, mails: int) -> None:
        """Each is done, and its answer owed."""
        with self.database.reading() as session:
            done = select(func.count()).where(Incoming.fate == Standing.DONE.value)
            owed = select(func.count()).where(Outgoing.kind == "mail-reply")
            assert session.exec(done).one() == session.exec(owed).one() == mails
        self.database.close()

    def _ann(self, session: Session) -> Actor:
        return actor_by_id(session, self._user_id, Surface.MAIL)

    def _arrived(self, raw: bytes) -> Arrived:
        ours = our_address(self.address, self.settings.mail_domain)
        assert ours is not None
        return arrived(raw, ours, "ann@uni.example", "smtp")


def _mails(desk: Desk, line: str) -> list[bytes]:
    made = []
    for _ in range(MAILS):
        desk.sent += 1
        mail = EmailMessage()
        mail["From"], mail["To"] = "Ann Bell <ann@uni.example>", desk.address
        mail["Subject"], mail["Message-ID"] = "Re: 20 new results", f"<{desk.sent}@uni.example>"
        mail.set_content(f"{line}\n\nOn Wed, 25 Nov 2026 at 09:00, we wrote:\n{QUOTED}")
        made.append(mail.as_bytes(policy=SMTP))
    return made


def _cast(database: Database, token: Token) -> int:
    with database.transaction() as session:
        add_organisation(
            session,
            name="Exeter",
            account_name="Exeter",
            address="Exeter",
            service=Service.E_DELIVERY,
            now=NOW,
        )
        user = enrol(
            session,
            organisation_named(session, "Exeter"),
            first="Ann",
            family="Bell",
            email="ann@uni.example",
            role=Role.USER,
            now=NOW,
        )
        reply_tokens.keep(
            session,
            token,
            user.id or 0,
            message_id="<x@results.localhost>",
            subject="20 new results",
            now=NOW,
            expires_at=NOW + timedelta(days=3650),
        )
        return user.id or 0


def _speed(measured: Measured) -> str:
    return f"{MAILS / measured.seconds:,.0f} mails/s"


if __name__ == "__main__":
    main(sys.argv[1:])
