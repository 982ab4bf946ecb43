"""Mail: out by a relay or into a folder, in by SMTP, LMTP or a mailbox, and once around."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from uuid import uuid4

from sqlmodel import select

from console.checks.finding import Finding, failure, off, ok, warning
from console.opening import Desk
from core.settings import Settings
from core.tables import Incoming, Organisation
from core.transports import InDoubt, LaneDown, NotSent, Refused
from mail.imap_address import ImapAddress
from mail.imap_entry import CANNOT_ENTER, entered, tokens_of
from mail.relay import Relay, RelayAddress

UNSET_DOMAIN = "results.localhost"
LOOPBACK = ("127.", "localhost:", "[::1]:")
ROUND_TRIP_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.5


def outward(settings: Settings) -> Iterator[Finding]:
    """Where our mail goes, by the settings alone."""
    if settings.smtp_url is None:
        yield from _into_folder(settings)
        return
    address = _address(settings)
    if address is None:
        yield failure(
            "mail out",
            "RESULTS_SMTP_URL cannot be read.",
            "Write smtp://host:port or smtps://user:password@host; "
            "signs in a password such as @ or / as %40 or %2F.",
        )
        return
    yield ok("mail out", f"By the relay {address.host}:{address.port}.")
    if settings.mail_domain == UNSET_DOMAIN:
        yield failure(
            "mail out",
            f"Our mail would come from results@{UNSET_DOMAIN}, which nobody can answer.",
            "Set RESULTS_MAIL_DOMAIN to a domain whose mail comes here.",
        )
    yield from _signing(settings)


def inward(settings: Settings) -> Iterator[Finding]:
    """Where mail comes in, by the settings alone."""
    listening = {"SMTP": settings.smtp_listen, "LMTP": settings.lmtp_listen}
    ways = [f"{name} at {where}" for name, where in listening.items() if where]
    if settings.imap_url is not None:
        ways.append("a mailbox by IMAP")
        yield from _mailbox(settings)
    if not ways:
        yield off("mail in", "None is taken: people cannot answer our mail.")
        return
    yield ok("mail in", f"By {', '.join(ways)}.")
    if settings.smtp_certificate is not None:
        yield from _readable("mail in", "RESULTS_SMTP_CERTIFICATE", settings.smtp_certificate)
    elif settings.smtp_listen and not settings.smtp_listen.startswith(LOOPBACK):
        yield warning(
            "mail in",
            f"{settings.smtp_listen} is open to others and offers no encryption.",
            "Set RESULTS_SMTP_CERTIFICATE, or let a mail server hand the mail over by LMTP.",
        )
    if settings.trusted_authserv_id is None and not settings.verify_dkim:
        yield warning(
            "mail in",
            "No sender's domain is checked, so only answers to our own mail are taken.",
            "Set RESULTS_TRUSTED_AUTHSERV_ID to your relay's name, or RESULTS_VERIFY_DKIM=true.",
        )


def feeders(desk: Desk) -> Iterator[Finding]:
    """Whether the organisations exist for which addresses may send results files."""
    if not desk.settings.mail_feeders:
        return
    with desk.database.reading() as session:
        names = {name.casefold() for name in session.exec(select(Organisation.name))}
    for address, name in desk.settings.mail_feeders.items():
        if name.strip().casefold() not in names:
            yield failure(
                "mail in",
                f"RESULTS_MAIL_FEEDERS gives {address} to {name}, which is no organisation here.",
                "Use a name that `results-bot org list` shows.",
            )


def relay(settings: Settings) -> Iterator[Finding]:
    """Whether the relay lets us in, encrypted and by our name as the settings want it."""
    address = _address(settings)
    if address is None:
        return
    try:
        _relay(settings, address).greet()
    except LaneDown as down:
        yield failure(
            "mail out", f"{down}", "See RESULTS_SMTP_URL, RESULTS_SMTP_TLS and the relay's log."
        )
    else:
        yield ok("mail out", f"{address.host} lets us in.")


def mailbox(settings: Settings) -> Iterator[Finding]:
    """Whether the mailbox can be opened."""
    address = _mailbox_address(settings)
    if address is None:
        return
    try:
        with entered(address, tokens_of(settings)) as client:
            client.select_folder(address.folder, readonly=True)
    except CANNOT_ENTER as error:
        yield failure(
            "mail in",
            f"The mailbox at {address.host} cannot be opened: {error}",
            "See RESULTS_IMAP_URL; many providers want an app password or OAuth2.",
        )
    else:
        yield ok("mail in", f"{address.folder} at {address.host} opens.")


def round_trip(desk: Desk, patience: float = ROUND_TRIP_SECONDS) -> Iterator[Finding]:
    """Send a mail to `results@` by the relay, and wait until it has come in."""
    settings = desk.settings
    address = _address(settings)
    takes = settings.smtp_listen or settings.lmtp_listen or settings.imap_url
    if address is None or not takes:
        yield off("round trip", "Needs a relay and a way in.")
        return
    to = f"results@{settings.mail_domain}"
    message_id = f"<doctor-{uuid4().hex}@{settings.mail_domain}>"
    mail = _test_mail(desk, to, message_id)
    carrier = _relay(settings, address)
    began = time.monotonic()
    try:
        carrier.carry(to, to, mail, message_id)
    except (NotSent, LaneDown, Refused, InDoubt) as no:
        yield failure("round trip", f"The relay did not take a mail to {to}: {no}", "See its log.")
        return
    finally:
        carrier.close()
    if _came_in(desk, message_id, patience):
        seconds = time.monotonic() - began
        yield ok("round trip", f"A mail to {to} came back in {seconds:.1f} s.")
    else:
        yield failure(
            "round trip",
            f"The relay took a mail to {to}, and it did not come in within {patience:.0f} s.",
            "See that `results-bot serve mail` runs, that the domain's MX or your relay's route "
            "leads to it, and the relay's queue.",
        )


def _came_in(desk: Desk, message_id: str, patience: float) -> bool:
    identity = sha256(message_id.encode() + b"\0results").hexdigest()
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with desk.database.reading() as session:
            if session.exec(select(Incoming.id).where(Incoming.identity == identity)).first():
                return True
        time.sleep(LOOK_AGAIN_SECONDS)
    return False


def _test_mail(desk: Desk, to: str, message_id: str) -> bytes:
    """Marked as written by a program, so that nobody answers it."""
    mail = EmailMessage()
    mail["From"], mail["To"] = to, to
    mail["Subject"] = "results-bot doctor: a mail once around"
    mail["Date"], mail["Message-ID"] = format_datetime(desk.now), message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("Sent by `results-bot doctor --live` to itself. Nothing is to be done.\n")
    return mail.as_bytes().replace(b"\n", b"\r\n")


def _into_folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.outbox_dir
    near = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not os.access(near, os.W_OK):
        yield failure("mail out", f"{folder} cannot be written.", "Set RESULTS_OUTBOX_DIR.")
    elif settings.env == "production":
        yield warning(
            "mail out",
            f"It is written to {folder} and reaches nobody.",
            "Set RESULTS_SMTP_URL to your relay.",
        )
    else:
        yield ok("mail out", f"It is written to {folder}.")


def _signing(settings: Settings) -> Iterator[Finding]:
    if settings.dkim_key is None and settings.dkim_selector is None:
        yield off("dkim", "We sign nothing: the relay has to.")
    elif settings.dkim_key is None or settings.dkim_selector is None:
        yield failure(
            "dkim",
            "RESULTS_DKIM_KEY and RESULTS_DKIM_SELECTOR belong together, and one is not set.",
            "Set both, or neither if the relay signs.",
        )
    else:
        yield from _readable("dkim", "RESULTS_DKIM_KEY", settings.dkim_key)


def _readable(check: str, variable: str, path: os.PathLike[str]) -> Iterator[Finding]:
    try:
        with open(path, "rb") as file:  # noqa: PTH123  a PathLike is all that is known
            pem = file.read()
    except OSError as error:
        yield failure(
            check, f"{variable}: {error.strerror}.", "Name a file that this user can read."
        )
        return
    if b"PRIVATE KEY-----" in pem:
        yield ok(check, f"{variable} has a private key.")
    else:
        yield failure(check, f"{variable} names a file without a private key.", "It must be PEM.")


def _mailbox(settings: Settings) -> Iterator[Finding]:
    address = _mailbox_address(settings)
    if address is None:
        yield failure(
            "mail in",
            "RESULTS_IMAP_URL cannot be read.",
            "Write imaps://user:password@host:993/INBOX, with @ in the user's name as %40.",
        )
    elif not address.encrypted and settings.env == "production":
        yield warning("mail in", "The mailbox is read without encryption.", "Use imaps://.")


def _mailbox_address(settings: Settings) -> ImapAddress | None:
    if settings.imap_url is None:
        return None
    try:
        return ImapAddress.read(settings.imap_url.get_secret_value())
    except ValueError:
        return None


def _address(settings: Settings) -> RelayAddress | None:
    if settings.smtp_url is None:
        return None
    try:
        return RelayAddress.read(settings.smtp_url.get_secret_value())
    except ValueError:
        return None


def _relay(settings: Settings, address: RelayAddress) -> Relay:
    return Relay(
        address,
        tls=settings.smtp_tls,
        timeout=settings.smtp_timeout,
        connections=1,
        hello=settings.mail_domain,
    )
