"""What may come in at all, decided before anything is read: cheap checks on bytes and names."""

from __future__ import annotations

import re
import time
from collections import OrderedDict, deque
from hashlib import sha256

from core.inbox import Arrived
from mail.addresses import OurAddress
from mail.message import MOST_HEAD_BYTES, MOST_HEADERS, ReceivedMail, head_of

MOST_MAIL_BYTES = 25 * 1024 * 1024
MOST_RECIPIENTS = 5
MOST_SENDERS = 10_000
HOUR = 3600.0

_HEADER_LINE = re.compile(rb"(?m)^[\x21-\x39\x3b-\x7e]+:")


def problem_of(raw: bytes) -> str:
    """Why a mail is not taken, as an SMTP reply; '' if it is.

    Bare line feeds and carriage returns are how one mail is smuggled within another: what ends a
    line here must end it everywhere.
    """
    ends = raw.count(b"\r\n")
    if raw.count(b"\n") != ends or raw.count(b"\r") != ends:
        return "550 5.6.11 Lines must end in CR LF, and these characters stand nowhere else"
    if b"\0" in raw:
        return "550 5.6.0 A mail must hold no NUL"
    head = head_of(raw)
    if len(head) >= MOST_HEAD_BYTES or len(_HEADER_LINE.findall(head)) > MOST_HEADERS:
        return "552 5.3.4 Too many headers"
    return ""


def arrived(raw: bytes, to: OurAddress, sender: str, came_by: str) -> Arrived:
    """A mail for one recipient, recognised again by its Message-ID, else by all of it."""
    message_id = ReceivedMail(head_of(raw)).message_id
    what = message_id.encode(errors="replace") if message_id else raw
    identity = sha256(what + b"\0" + (to.token_hash or to.desk.value).encode()).hexdigest()
    return Arrived(identity, to.desk.value, to.token_hash, _clean(sender), came_by, raw)


class Rate:
    """How often each of many keys may do something in an hour; the oldest keys are forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def allows(self, key: str) -> bool:
        """Whether this once more is within the limit; if so it is counted."""
        now = time.monotonic()
        times = self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        while times and times[0] < now - HOUR:
            times.popleft()
        if len(self._times) > MOST_SENDERS:
            self._times.popitem(last=False)
        if len(times) >= self._most:
            return False
        times.append(now)
        return True


def _clean(sender: str) -> str:
    """As a database can hold it."""
    return sender.encode("utf-8", "replace").decode().replace("\0", "")
