"""The writers of one process, one after the other, in the order in which they came."""

from __future__ import annotations

from collections import deque
from threading import Lock
from types import TracebackType


class WriterQueue:
    """A lock that is handed on: Python's own goes to whoever is quickest, again and again.

    Of eight threads that looked up without a pause, some then waited for 90 ms (bench/verify.py).
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._waiting: deque[Lock] = deque()
        self._is_taken = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        is_mine = False
        try:
            is_mine = turn.acquire()
        finally:
            if not is_mine:  # interrupted
                self._withdraw(turn)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._guard:
            self._hand_on()

    def _hand_on(self) -> None:
        if self._waiting:
            self._waiting.popleft().release()
        else:
            self._is_taken = False

    def _withdraw(self, turn: Lock) -> None:
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
            else:  # it was handed to us meanwhile
                self._hand_on()
