import threading
import time

import pytest

from core.terms import Channel
from core.transports import Later, Message

MESSAGE = Message("key", Channel.WEBHOOK, "lane", None, None, None)


class Way:
    spacing = 0.0

    def __init__(self) -> None:
        self.open = True

    def send(self, message: Message) -> str:
        return f"{message.key} by {id(self)}"

    def close(self) -> None:
        self.open = False


def test_a_way_out_is_built_once_by_however_many_threads_want_it():
    built, sent = [], set()

    def build():
        time.sleep(0.05)  # as an import
        built.append(Way())
        return built[-1]

    later = Later(build)
    threads = [threading.Thread(target=lambda: sent.add(later.send(MESSAGE))) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(built) == 1
    assert sent == {f"key by {id(built[0])}"}
    later.close()
    assert not built[0].open


def test_one_that_was_never_wanted_is_not_built_to_be_closed():
    Later(lambda: 1 / 0).close()


def test_one_that_could_not_be_built_is_tried_again_with_the_next_message():
    ways = iter([None, Way()])

    def build():
        way = next(ways)
        if way is None:
            raise OSError("no")
        return way

    later = Later(build)
    with pytest.raises(OSError):
        later.send(MESSAGE)

    assert later.send(MESSAGE).startswith("key by")
