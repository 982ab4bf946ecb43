"""`make demo` as a process, on ports of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlencode
from urllib.request import Request, urlopen

PLAYGROUND = "/playground"


class Demo:
    def __init__(self, folder):
        self.http, smtp, slack = free_ports(3)
        self.folder = folder
        self.environment = os.environ | {
            "RESULTS_HTTP_PORT": str(self.http),
            "RESULTS_SMTP_LISTEN": f"127.0.0.1:{smtp}",
            "RESULTS_SLACK_API_URL": f"http://127.0.0.1:{slack}/api/",
        }
        folder.parent.mkdir(parents=True, exist_ok=True)
        self.said = folder.with_name("said")
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(self.words, env=self.environment, stdout=said)

    @property
    def words(self):
        return [sys.executable, "-m", "console.demo", str(self.folder)]

    def explains(self):
        """What it prints, once it has printed all."""
        return sooner_or_later(lambda: "Ctrl-C" in self.said.read_text() and self.said.read_text())

    def gets(self, path):
        with urlopen(f"http://127.0.0.1:{self.http}{path}", timeout=30) as answer:
            return answer.read().decode(), answer.headers

    def posts(self, path, form, **headers):
        url = f"http://127.0.0.1:{self.http}{PLAYGROUND}{path}"
        data = urlencode(form).encode()
        with urlopen(Request(url, data, headers), timeout=60) as answer:
            return answer.read().decode()

    def end(self):
        """By Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(60) == 0


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def sooner_or_later(look, within=120):
    until = time.monotonic() + within
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("it never came")
