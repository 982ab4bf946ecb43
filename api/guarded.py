"""Connections that look where they go: to public addresses only, checked at the connection.

A name is resolved once, every address it has is judged, and the one that was judged is connected
to: a name that answers differently a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

import httpcore

NAT64 = ipaddress.ip_network("64:ff9b::/96")


class ForbiddenAddress(httpcore.ConnectError):
    """The name leads to a private, local or otherwise special address."""


class GuardedBackend(httpcore.SyncBackend):
    """Connects to `allowed` hosts anywhere, to all others at public addresses only."""

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__()
        self._allowed = allowed

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Judge, then connect; raise ForbiddenAddress if any of its addresses is special."""
        if host.lower() in self._allowed:
            return super().connect_tcp(host, port, timeout, local_address, socket_options)
        address = _judged(host, port)
        return super().connect_tcp(address, port, timeout, local_address, socket_options)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002  httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Never."""
        raise ForbiddenAddress(path)


def is_public(address: str) -> bool:
    """Whether an address is anybody's on the internet, also behind IPv6's ways to write IPv4."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo is not None:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _judged(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(f"{host} has no address: {error}") from error
    addresses = [str(one[4][0]) for one in found]
    for address in addresses:
        if not is_public(address):
            raise ForbiddenAddress(f"{host} leads to {address}, which is not public")
    return addresses[0]
