"""How many requests a key may make a minute, and a stranger without one."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from core.allowances import Lease, lease
from core.database import Database
from core.refusals import limit

MINUTE = 60.0
MOST_REMEMBERED = 10_000


class Shared:
    """Keys that each have so many requests in a minute of the clock, of all processes together."""

    def __init__(
        self, most: int, database: Database, clock: Callable[[], float] = time.time
    ) -> None:
        self.most = most
        self._database, self._clock = database, clock
        self._leases: dict[int, Lease] = {}
        self._lock = threading.Lock()

    def take(self, key_id: int) -> int:
        """Count one request and give how many are left; raise Refusal, with when to come back."""
        minute, second = divmod(self._clock(), MINUTE)
        with self._lock:
            found = self._leases.get(key_id)
            if found is None or found.minute != minute or (not found.left and found.others):
                found = self._leases[key_id] = self._leased(key_id, int(minute))
            if not found.left:
                raise _too_many(self.most, math.ceil(MINUTE - second))
            found.left -= 1
            return found.left + found.others

    def _leased(self, key_id: int, minute: int) -> Lease:
        with self._database.transaction() as session:
            return lease(session, key_id, minute, most=self.most)


class Bucket:
    """Callers that each have so many requests a minute, which come back one by one.

    Counted in this process: for strangers, who are not to make us write. The one who was here
    longest ago is forgotten when there are too many.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._interval, self._clock = MINUTE / most, clock
        self._full_at: OrderedDict[object, float] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: object) -> int:
        """Count one request and give how many are left; raise Refusal, with when to come back."""
        now = self._clock()
        with self._lock:
            full_at = max(self._full_at.pop(caller, now), now) + self._interval
            over = full_at - now - MINUTE
            self._full_at[caller] = full_at - self._interval if over > 0 else full_at
            if len(self._full_at) > MOST_REMEMBERED:
                self._full_at.popitem(last=False)
        if over > 1e-6:  # noqa: PLR2004  what rounding makes
            raise _too_many(self.most, math.ceil(over))
        return int((MINUTE - (full_at - now)) / self._interval + 1e-6)


def _too_many(most: int, seconds: int) -> Exception:
    refusal = limit(
        "too_many_requests",
        "These are more than {most} requests a minute. Come back in {seconds} seconds.",
        most=most,
        seconds=seconds,
    )
    refusal.headers = {"Retry-After": str(seconds)}  # type: ignore[attr-defined]
    return refusal
