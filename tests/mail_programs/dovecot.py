"""Dovecot as anybody may run it: on loopback, with all that it has in a folder of its own."""

import grp
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from imapclient import IMAPClient

from tests.mail_programs.programs import ended, program, started
from tests.scratch import scratch
from tests.servers.owners import owner_of
from tests.servers.ports import free_ports

USER, PASSWORD = "desk@uni.example", "secret wörd/%"

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
disable_plaintext_auth = no
ssl = {ssl}
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/certificate.pem
mail_location = maildir:{folder}/mail
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
passdb {{
  driver = passwd-file
  args = scheme=plain {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
"""
"""Its processes change to no other user and into no other root, as only root may do that."""


class Dovecot:
    """One mailbox; `prefix` is what all its folders but INBOX are below."""

    def __init__(self, certificate: Path | None = None, prefix: str = "") -> None:
        self._program = _dovecot()
        # The name is short because a socket's path may have no more than 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="dc-", dir=scratch()))
        self.prefix = prefix
        self.port, self.tls_port = free_ports(2)
        (self.folder / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
        if certificate is not None:
            shutil.copy(certificate, self.folder / "certificate.pem")
        self._owner = owner_of(self.folder)
        self._configure(encrypted=certificate is not None)

    def _configure(self, *, encrypted: bool) -> None:
        whose = self.folder.stat()
        configuration = CONFIGURATION.format(
            folder=self.folder,
            user=pwd.getpwuid(whose.st_uid).pw_name,
            group=grp.getgrgid(whose.st_gid).gr_name,
            ssl="yes" if encrypted else "no",
            separator="." if self.prefix else "/",
            prefix=self.prefix,
            port=self.port,
            tls_port=self.tls_port,
        )
        if not encrypted:
            configuration = configuration.replace("ssl_", "# ssl_")
        (self.folder / "dovecot.conf").write_text(configuration)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        command = [self._program, "-F", "-c", str(self.folder / "dovecot.conf")]
        log = self.folder / "start.log"
        self._running = started(command, self.port, log, self._owner)

    def stop(self, how: int = signal.SIGTERM) -> None:
        ended(self._running, how)

    def url(self, folder: str = "INBOX", *, encrypted: bool = False, password=PASSWORD) -> str:
        scheme, port = ("imaps", self.tls_port) if encrypted else ("imap", self.port)
        host = "localhost" if encrypted else "127.0.0.1"
        return f"{scheme}://{quote(USER)}:{quote(password, safe='')}@{host}:{port}/{folder}"

    def client(self) -> IMAPClient:
        client = IMAPClient("127.0.0.1", port=self.port, ssl=False, timeout=20)
        client.plain_login(USER, PASSWORD)
        return client

    def append(self, *mails: bytes, folder: str = "INBOX") -> None:
        with self.client() as client:
            for mail in mails:
                client.append(folder, mail)

    def count(self, folder: str) -> int:
        """The mails in a folder; of one that there is not, none."""
        with self.client() as client:
            if not client.folder_exists(folder):
                return 0
            return client.folder_status(folder, ["MESSAGES"])[b"MESSAGES"]

    def said(self) -> str:
        """Its log."""
        with suppress(FileNotFoundError):
            return (self.folder / "log").read_text(errors="replace")
        return ""


def _dovecot() -> str:
    """The program; version 2.4 wants a configuration in other words."""
    found = program("dovecot")
    version = subprocess.run([found, "--version"], check=True, capture_output=True, text=True)
    if not version.stdout.startswith("2.3."):
        pytest.skip(f"Dovecot 2.3 is wanted, and this is {version.stdout.split()[0]}.")
    return found
