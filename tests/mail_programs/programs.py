"""The programs of others: where they are, and how they are started and ended."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest


def where(name: str) -> str | None:
    """Where a program is, None if it is not here."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def program(name: str) -> str:
    """Where it is; its test is left out where it is not."""
    found = where(name)
    if found is None:
        pytest.skip(f"There is no {name} here.")
    return found


def started(command: list[str], port: int, log: Path, owner: dict) -> subprocess.Popen:
    """A server that listens."""
    with log.open("ab") as stream:
        running = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, **owner
        )
    until = time.monotonic() + 20
    while not _listens(port):
        if running.poll() is not None or time.monotonic() > until:
            ended(running)
            raise RuntimeError(f"{command[0]} did not start:\n{log.read_text()}")
        time.sleep(0.02)
    return running


def ended(running: subprocess.Popen, how: int = signal.SIGTERM) -> None:
    if running.poll() is None:
        running.send_signal(how)
    running.wait(20)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
