"""A name server over real UDP, with the records that a test gives it."""

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


def text_record(text: str) -> list[str]:
    """A text as the strings of a TXT record, each of 255 characters at most."""
    return [" ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))]


class NameServer:
    """`records` are texts by name and type: `("mail.uni.edu", "TXT"): ['"v=spf1 -all"']`."""

    def __init__(self, records=None) -> None:
        self.records: dict[tuple[str, str], list[str]] = records or {}
        self.fails = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(4096)
            if not data:
                return
            self._socket.sendto(self._answer(data), peer)

    def _answer(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        reply = dns.message.make_response(query, recursion_available=True)
        if self.fails:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply.to_wire()
        asked = query.question[0]
        kind = dns.rdatatype.to_text(asked.rdtype)
        name = asked.name.to_text().rstrip(".").lower()
        found = self.records.get((name, kind))
        if found:
            reply.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *found))
        elif not any(known == name for known, _ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()
