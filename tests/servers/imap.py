"""A real IMAP server for tests (pymap), in a process of its own."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from imapclient import IMAPClient

from tests.servers.ports import free_port

USER, PASSWORD = "desk", "secret word"


class ImapServer:
    """One mailbox, in memory."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"imap://{USER}:secret%20word@127.0.0.1:{self.port}/INBOX"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self) -> None:
        program = Path(sys.executable).with_name("pymap")
        command = [program, "--host", "127.0.0.1", "--port", str(self.port), "--no-tls"]
        command += ["--no-service", "admin", "--no-service", "managesieve", "dict"]
        command += ["--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                self.clear()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError

    def stop(self, how: int = signal.SIGTERM) -> None:
        """With SIGKILL its clients hear nothing of it."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(10)
            self._process = None

    def clear(self) -> None:
        with self.client() as client:
            for name in ("INBOX", "Processed", "Failed"):
                if not client.folder_exists(name):
                    continue
                client.select_folder(name)
                client.delete_messages(client.search())
                client.expunge()

    def client(self) -> IMAPClient:
        client = IMAPClient("127.0.0.1", port=self.port, ssl=False, timeout=20)
        client.login(USER, PASSWORD)
        return client

    def append(self, *mails: bytes) -> None:
        with self.client() as client:
            for mail in mails:
                client.append("INBOX", mail)

    def count(self, folder: str) -> int:
        with self.client() as client:
            if not client.folder_exists(folder):
                return 0
            return client.select_folder(folder, readonly=True)[b"EXISTS"]
