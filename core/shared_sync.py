"""One fsync for everybody who waits for one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

sync_data: Callable[[int], None] = os.fdatasync if hasattr(os, "fdatasync") else os.fsync


class _Round:
    """Those whom the next fsync will serve, and how it went."""

    def __init__(self) -> None:
        self.waiting = 0
        self.over = threading.Event()
        self.error: OSError | None = OSError("the fsync was interrupted")


class SharedSync:
    """`wait` comes back once an fsync that began after the call has ended.

    The first who comes while an fsync is under way makes the next one, for all who come until it
    begins: however many wait, none waits for more than two.

    What one fsync could not write the next one passes over and succeeds, and a log is read up to
    its first gap: after a failure every `wait` fails, until the program is started again.
    """

    def __init__(self, sync: Callable[[], None]) -> None:
        self._sync = sync
        self._syncing = threading.Lock()
        self._guard = threading.Lock()
        self._next = _Round()
        self._failed: OSError | None = None

    def wait(self) -> None:
        """Raise OSError if the fsync failed, in everyone who waited for it."""
        with self._guard:
            mine = self._next
            mine.waiting += 1
            leads = mine.waiting == 1
        if leads:
            self._lead(mine)
        mine.over.wait()
        if mine.error is not None:
            raise OSError(*mine.error.args) from mine.error  # one for each: raising writes in it

    def _lead(self, mine: _Round) -> None:
        try:
            with self._syncing:
                self._close(mine)
                mine.error = self._tried()
        finally:
            self._close(mine)
            mine.over.set()

    def _tried(self) -> OSError | None:
        if self._failed is None:
            try:
                self._sync()
            except OSError as error:
                self._failed = error
        return self._failed

    def _close(self, mine: _Round) -> None:
        """Whoever comes now waits for another."""
        with self._guard:
            if self._next is mine:
                self._next = _Round()


class SyncedFile:
    """A file that somebody else writes, and that may be deleted and made again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode: int | None = None

    def sync(self) -> None:
        """Put its content on the disk, and its name if it is a new file; nothing if it is gone."""
        try:
            opened = os.open(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return
        try:
            sync_data(opened)
            inode = os.fstat(opened).st_ino
        finally:
            os.close(opened)
        if inode != self._inode:
            _sync_folder(self._path.parent)
            self._inode = inode


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
