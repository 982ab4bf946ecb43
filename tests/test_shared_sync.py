import threading
import time
from pathlib import Path

import pytest

from core import shared_sync
from core.database import Database
from core.shared_sync import SharedSync, SyncedFile
from tests.builders import an_organisation


def test_all_who_come_during_an_fsync_share_the_next_one():
    began, may_end, syncs = threading.Event(), threading.Event(), []

    def sync():
        syncs.append(len(served))
        began.set()
        may_end.wait(10)

    served: list[int] = []
    shared = SharedSync(sync)
    threads = [threading.Thread(target=_wait, args=(shared, served, n)) for n in range(9)]
    threads[0].start()
    began.wait(10)
    for thread in threads[1:]:
        thread.start()
    _until(lambda: shared._next.waiting == 8)
    assert served == []

    may_end.set()
    for thread in threads:
        thread.join()
    assert len(syncs) == 2
    assert sorted(served) == list(range(9))


def test_nobody_comes_back_before_an_fsync_that_began_after_the_call():
    written, synced = [0], [0]

    def sync():
        seen = written[0]
        time.sleep(0.0005)
        synced[0] = seen

    shared, failures, guard = SharedSync(sync), [], threading.Lock()

    def work():
        for _ in range(50):
            with guard:
                written[0] += 1
                mine = written[0]
            shared.wait()
            if synced[0] < mine:
                failures.append(mine)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_after_a_failed_fsync_nothing_is_said_to_be_on_the_disk_any_more():
    outcomes = [OSError("no space"), None]

    def sync():
        if (outcome := outcomes.pop(0)) is not None:
            raise outcome

    shared = SharedSync(sync)
    for _ in range(2):
        with pytest.raises(OSError, match="no space"):
            shared.wait()
    assert outcomes == [None]


def test_an_interrupted_fsync_leaves_the_next_one_to_others():
    began, may_end = threading.Event(), threading.Event()

    def sync():
        if not began.is_set():
            began.set()
            may_end.wait(10)
            raise KeyboardInterrupt

    shared, told = SharedSync(sync), []
    threads = [threading.Thread(target=_told, args=(shared, told)) for _ in range(2)]
    threads[0].start()
    began.wait(10)
    may_end.set()
    threads[0].join()
    threads[1].start()
    threads[1].join()
    assert told == [KeyboardInterrupt, None]


def test_a_file_that_is_made_anew_is_found_and_one_that_is_gone_is_not_missed(tmp_path):
    path = tmp_path / "log"
    log = SyncedFile(path)
    log.sync()

    path.write_bytes(b"1")
    log.sync()
    first = log._inode
    assert first == path.stat().st_ino

    path.rename(tmp_path / "old")
    path.write_bytes(b"2")
    log.sync()
    assert log._inode == path.stat().st_ino != first


def test_a_transaction_on_sqlite_has_its_log_on_the_disk_when_it_ends(sqlite_url, monkeypatch):
    synced, really = [], shared_sync.sync_data

    def watched(opened):
        really(opened)
        synced.append(Path(f"/proc/self/fd/{opened}").resolve().name)

    monkeypatch.setattr(shared_sync, "sync_data", watched)
    database = Database(sqlite_url)
    with database.transaction() as session:
        an_organisation(session)
        assert synced == []
    assert synced == ["results.db-wal"]
    database.close()


def _told(shared, told):
    try:
        shared.wait()
    except BaseException as error:  # noqa: BLE001  an interruption is what is tested
        told.append(type(error))
    else:
        told.append(None)


def _wait(shared, served, n):
    shared.wait()
    served.append(n)


def _until(true):
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.001)
