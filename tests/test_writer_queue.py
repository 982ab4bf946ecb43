import signal
import threading
import time

import pytest

from core.writer_queue import WriterQueue


def test_writers_come_in_the_order_in_which_they_asked():
    queue, order = WriterQueue(), []

    def write(n):
        with queue:
            order.append(n)

    with queue:
        threads = [threading.Thread(target=write, args=(n,)) for n in range(20)]
        for waiting, thread in enumerate(threads, 1):
            thread.start()
            while len(queue._waiting) < waiting:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def test_never_two_write_at_once():
    queue, inside, most = WriterQueue(), [], []

    def write():
        for _ in range(200):
            with queue:
                inside.append(1)
                most.append(len(inside))
                time.sleep(0)
                inside.pop()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    assert len(most) == 1600


def test_what_a_writer_raises_does_not_keep_the_others_out():
    queue = WriterQueue()
    with pytest.raises(ZeroDivisionError), queue:
        raise ZeroDivisionError
    with queue:
        pass


def test_whoever_is_interrupted_while_waiting_leaves_the_queue():
    queue, begun, done = WriterQueue(), threading.Event(), threading.Event()

    def hold():
        with queue:
            begun.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait()

    def interrupt(*_):
        raise InterruptedError

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(InterruptedError), queue:
            pytest.fail("had it beside its holder")
    finally:
        signal.signal(signal.SIGALRM, before)
        done.set()
        holder.join()
    with queue:
        pass
