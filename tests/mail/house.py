"""The mail service as it runs, on real sockets: what comes in, the work on it, what goes out."""

import email
import smtplib
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from threading import Event

from sqlmodel import select

from core import reply_tokens
from core.account_notices import owe_invitation
from core.courier import Courier
from core.database import Database
from core.inbox import Standing
from core.settings import Settings
from core.tables import Incoming, Outgoing, User
from core.terms import Channel, Fate
from mail.process import InboxWork
from mail.service import MailPart
from mail.transport import mail_transport
from tests.builders import NOW

DOMAIN = "results.localhost"
RESULTS = f"results@{DOMAIN}"


class MailHouse:
    """Its clock stands at `now`; mail goes out as files."""

    def __init__(self, database: Database, folder: Path, **settings) -> None:
        chosen = {"smtp_listen": "127.0.0.1:0", "lmtp_listen": "127.0.0.1:0"} | settings
        self.settings = Settings(_env_file=None, outbox_dir=folder / "outbox", **chosen)
        self.database, self.now = database, NOW
        self.part = MailPart(self.settings, database, self.clock)
        self.stopping = Event()
        self.work = InboxWork(self.settings, database, self.clock, self.stopping)
        transports = {Channel.MAIL: mail_transport(self.settings, database, self.clock)}
        self.courier = Courier(database, transports, "test", self.clock)

    def clock(self):
        return self.now

    def __enter__(self):
        self.part.start()
        return self

    def __exit__(self, *_):
        self.part.stop(5)

    def client(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.part.ports["smtp"], timeout=10)

    def deliver(self, mail: EmailMessage | bytes, to: str | Sequence[str] = RESULTS, sender=None):
        """By SMTP, as a relay would."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=email.policy.SMTP)
        parsed = email.message_from_bytes(raw, policy=default)
        if sender is None:
            sender = parsed["From"].addresses[0].addr_spec
        with self.client() as client:
            return client.sendmail(sender, to, raw)

    def process(self) -> None:
        """What the worker does with what came in."""
        with self.database.reading() as session:
            ready = select(Incoming.id).where(Incoming.fate == Standing.READY.value)
            ids = list(session.exec(ready.order_by(Incoming.id)))
        self.work.take_up(ids)

    def send(self) -> list[EmailMessage]:
        """What the worker sends, as mails."""
        with self.database.reading() as session:
            ready = select(Outgoing.id).where(Outgoing.fate == Fate.READY.value)
            ids = list(session.exec(ready.order_by(Outgoing.id)))
        before = set(self.outbox())
        self.courier.send(ids)
        return [read(path) for path in self.outbox() if path not in before]

    def answers(self) -> list[EmailMessage]:
        self.process()
        return self.send()

    def outbox(self) -> list[Path]:
        folder = self.settings.outbox_dir
        return (
            sorted(folder.iterdir(), key=lambda p: p.stat().st_mtime_ns) if folder.exists() else []
        )

    def incoming(self) -> list[Incoming]:
        with self.database.reading() as session:
            return list(session.exec(select(Incoming).order_by(Incoming.id)))

    def mail_to(self, user_id: int) -> EmailMessage:
        """Some mail of ours to the user, to be answered."""
        with self.database.transaction() as session:
            owe_invitation(session, session.get_one(User, user_id), invited_by="", now=self.now)
        (mail,) = self.send()
        return mail

    def mail_to_again(self, user_id: int) -> str:
        """One more reply address of the user."""
        token = reply_tokens.new_token()
        with self.database.transaction() as session:
            reply_tokens.keep(
                session,
                token,
                user_id,
                message_id="<x@y>",
                subject="x",
                now=self.now,
                expires_at=self.now + timedelta(days=1),
            )
        return f"reply+{token.reply}@{DOMAIN}"


def read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=default)


def a_mail(text="", sender="ann@uni.example", *, subject="", html=None, files=(), **headers):
    """A mail as a person writes it; `files` are (name, type, data)."""
    mail = EmailMessage()
    mail["From"] = f"Ann Bell <{sender}>"
    mail["To"] = RESULTS
    mail["Subject"] = subject
    mail["Message-ID"] = email.utils.make_msgid(domain=sender.partition("@")[2])
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        mail[name.replace("_", "-")] = value
    if html is None:
        mail.set_content(text)
    else:
        mail.set_content(html, subtype="html")
    for name, kind, data in files:
        main, _, sub = kind.partition("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return mail


def answer_to(mail: EmailMessage, text: str, **changes) -> EmailMessage:
    """What a mail program makes of Reply, with the original quoted."""
    quoted = "\n".join(f"> {line}" for line in body(mail).splitlines())
    whole = f"{text}\n\nOn Wed, 25 Nov 2026 at 09:00, {mail['From']} wrote:\n{quoted}\n"
    made = a_mail(whole, **{"subject": f"Re: {mail['Subject']}"} | changes)
    made["In-Reply-To"] = mail["Message-ID"]
    made["References"] = mail["Message-ID"]
    return made


def body(mail: EmailMessage) -> str:
    return mail.get_body(["plain"]).get_content()


__all__ = ["DOMAIN", "RESULTS", "MailHouse", "a_mail", "answer_to", "body", "read"]
