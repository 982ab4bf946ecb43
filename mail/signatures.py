"""DKIM signatures of incoming mail, checked by DNS; imported only where that is set."""

from __future__ import annotations

from collections.abc import Callable

import dkim
import dns.exception
import dns.resolver
import structlog

from mail.message import ReceivedMail
from mail.trust import Proof, domain_of, is_aligned

log = structlog.get_logger(__name__)

MOST_SIGNATURES = 3
DNS_SECONDS = 5.0


def signature_proof(names: dns.resolver.Resolver) -> Proof:
    """A valid signature of the sender's own domain."""

    def key(name: bytes | str, timeout: float = DNS_SECONDS) -> bytes | None:
        wanted = name.decode() if isinstance(name, bytes) else name
        try:
            answer = names.resolve(wanted, "TXT", lifetime=timeout)
        except dns.exception.DNSException:
            return None
        return b"".join(answer[0].strings)

    def proof(mail: ReceivedMail, sender: str) -> bool:
        domain = domain_of(sender)
        signatures = mail.headers("DKIM-Signature")[:MOST_SIGNATURES]
        return any(
            is_aligned(_signing_domain(one), domain) and _verifies(mail.raw, place, key)
            for place, one in enumerate(signatures)
        )

    return proof


def _verifies(raw: bytes, place: int, key: Callable[..., bytes | None]) -> bool:
    """Signed over the whole body and the From: line; what l= leaves out could be anything."""
    try:
        check = dkim.DKIM(raw, minkey=1024)
        good: bool = check.verify(idx=place, dnsfunc=key)
    except (dkim.DKIMException, ValueError, TypeError, KeyError, IndexError) as error:
        log.info("dkim-unreadable", reason=type(error).__name__)
        return False
    return good and b"l" not in check.signature_fields


def _signing_domain(signature: str) -> str:
    tags = dict(tag.strip().partition("=")[::2] for tag in signature.split(";") if "=" in tag)
    return "".join(tags.get("d", "").split())


def resolver(address: str | None) -> dns.resolver.Resolver:
    """At `host:port`, or the system's."""
    if address is None:
        return dns.resolver.get_default_resolver()
    host, _, port = address.rpartition(":")
    names = dns.resolver.Resolver(configure=False)
    names.nameservers, names.port = [host], int(port)
    return names
