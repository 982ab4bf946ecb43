"""What DNS says of the mail domain: who may send for it, and where its mail goes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

import dns.exception
import dns.resolver
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from console.checks.finding import Finding, failure, off, ok, warning
from core.settings import Settings

DNS_SECONDS = 10.0
RESERVED = (".localhost", ".example", ".test", ".invalid", ".local", ".internal")


class NotAskedError(Exception):
    """The name servers could not be asked."""


def records(settings: Settings) -> Iterator[Finding]:
    """SPF, DKIM and DMARC of the mail domain, and its MX where mail comes in from outside."""
    domain = settings.mail_domain
    if f".{domain}".endswith(RESERVED):
        yield off("dns", f"{domain} is not a public domain.")
        return
    names = Names(settings.dns_resolver)
    try:
        yield _spf(names, domain)
        yield _dmarc(names, domain)
        yield from _dkim(names, settings)
        yield from _mx(names, settings)
    except NotAskedError as no:
        yield failure(
            "dns", f"The name servers could not be asked: {no}", "See RESULTS_DNS_RESOLVER."
        )


class Names:
    """The resolver that the settings name, or the system's."""

    def __init__(self, address: str | None) -> None:
        self._resolver = dns.resolver.Resolver(configure=address is None)
        if address is not None:
            host, _, port = address.rpartition(":")
            self._resolver.nameservers, self._resolver.port = [host], int(port)

    def texts(self, name: str) -> list[str]:
        """TXT records, each joined; none where there is no such name."""
        return [b"".join(one.strings).decode("utf-8", "replace") for one in self._ask(name, "TXT")]

    def mail_servers(self, name: str) -> list[str]:
        """Its MX records' hosts."""
        return [str(one.exchange).rstrip(".") for one in self._ask(name, "MX")]

    def _ask(self, name: str, kind: str) -> list[dns.resolver.Answer]:
        try:
            return list(self._resolver.resolve(name, kind, lifetime=DNS_SECONDS))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            raise NotAskedError(error) from error


def _spf(names: Names, domain: str) -> Finding:
    found = [one for one in names.texts(domain) if one.lower().startswith("v=spf1")]
    if len(found) == 1:
        return ok("spf", f"{domain}: {found[0]}")
    said = "has several SPF records, which counts as none" if found else "has no SPF record"
    return failure(
        "spf",
        f"{domain} {said}, so our mail is taken for forged.",
        f"Publish one TXT record at {domain} that names your relay: "
        "v=spf1 include:YOUR-RELAY -all (or `v=spf1 mx -all`).",
    )


def _dmarc(names: Names, domain: str) -> Finding:
    labels = domain.split(".")
    above = [".".join(labels[n:]) for n in range(len(labels) - 1)]
    for one in above:
        for record in names.texts(f"_dmarc.{one}"):
            if record.lower().startswith("v=dmarc1"):
                return ok("dmarc", f"_dmarc.{one}: {record}")
    return warning(
        "dmarc",
        f"{domain} has no DMARC record, and large providers refuse mail without one.",
        f'Publish a TXT record at _dmarc.{domain}, such as "v=DMARC1; p=quarantine".',
    )


def _dkim(names: Names, settings: Settings) -> Iterator[Finding]:
    if settings.dkim_key is None or settings.dkim_selector is None:
        yield off("dkim", "Not looked up: the relay signs, under a selector of its own.")
        return
    where = f"{settings.dkim_selector}._domainkey.{settings.mail_domain}"
    public = _public_key(settings.dkim_key.read_bytes())
    found = [_tag(one, "p") for one in names.texts(where)]
    if public in found:
        yield ok("dkim", f"{where} has the key that we sign with.")
    else:
        said = "has another key than we sign with" if found else "has no key"
        yield failure(
            "dkim",
            f"{where} {said}, so our signatures count for nothing.",
            f'Publish there: "v=DKIM1; p={public}".',
        )


def _mx(names: Names, settings: Settings) -> Iterator[Finding]:
    if settings.imap_url is None and not settings.lmtp_listen and not settings.smtp_listen:
        return
    found = names.mail_servers(settings.mail_domain)
    if found:
        yield ok("mx", f"{settings.mail_domain} has its mail at {', '.join(found)}.")
    else:
        yield failure(
            "mx",
            f"{settings.mail_domain} has no MX record, so answers to our mail come back.",
            "Publish one that names the server which hands the mail to us.",
        )


def _public_key(pem: bytes) -> str:
    private = load_pem_private_key(pem, None)
    key = private.public_key()
    if isinstance(private, Ed25519PrivateKey):
        return b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    return b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def _tag(record: str, name: str) -> str:
    pairs = (pair.partition("=") for pair in record.split(";"))
    return next(("".join(value.split()) for key, _, value in pairs if key.strip() == name), "")
