"""`make demo`: the whole service on invented results, in a folder of its own, until Ctrl-C."""

from __future__ import annotations

import csv
import io
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from console.main import app
from console.opening import read_settings
from console.playground import ARRIVALS, PROGRAM
from core.refusals import Refusal, conflict, unavailable
from core.settings import Settings

FOLDER = Path("var/demo")
SAMPLE = Path("playground") / ARRIVALS / "0001-results.csv"
READY = Path("ready")
RECORDS, FRESH = 500, 13
ANN, BO = "ann@uni.example", "bo@uni.example"
START_SECONDS = 60.0

ENVIRONMENT = """\
RESULTS_ENV=demo
RESULTS_DATABASE_URL=sqlite:///results.db
RESULTS_OUTBOX_DIR=outbox
RESULTS_PLAYGROUND_DIR=playground
RESULTS_SLACK_API_URL=http://127.0.0.1:8082/api/
RESULTS_SLACK_BOT_TOKEN=xoxb-demo
RESULTS_SLACK_SIGNING_SECRET={secret}
RESULTS_SECRET_KEY=ZGVtbyBvbmx5LCB0aGlzIHNlYWxzIG5vIHNlY3JldHM=
RESULTS_TRUSTED_AUTHSERV_ID=playground.localhost
"""

TEMPLATE = (
    "templates create Admissions format=csv dates=dd/mm/yyyy default=yes "
    "fields=trfNumber,familyName,firstName,testDate,overallBandScore"
)
SET_UP: tuple[Sequence[str], ...] = (
    ("init",),
    (
        "org",
        "add",
        "Exeter",
        "--account-name=University of Exeter, Admissions",
        "--address=Northcote House|Exeter EX4 4QJ|United Kingdom",
    ),
    ("admin", "add", "Exeter", "--first=Ann", "--family=Bell", f"--email={ANN}"),
    ("run", "--as", ANN, f"users add Bo Li {BO}"),
    ("sample", "--records", str(RECORDS), "--out", str(SAMPLE)),
    ("ingest", str(SAMPLE), "--org", "Exeter"),
    ("run", "--as", ANN, TEMPLATE),
    ("run", "--as", ANN, "download csv"),
    ("run", "--as", ANN, "notifications daily time=09:00"),
    ("sample", "--records", str(FRESH), "--seed", "2", "--out", "fresh.csv"),
    ("ingest", "fresh.csv", "--org", "Exeter"),
    ("run", "--as", BO, "notifications immediate"),
)

WHAT_NEXT = """
Open  {http}/playground

  {http}/playground   Slack and the mailbox, played with this service
  {http}/docs         the REST interface (`results-bot key add Exeter --name demo` makes a key)
  {http}/healthz      is it well?
  {smtp}                   mail comes in here by SMTP
  {folder}/outbox/        mail that went out

Three things to try there:
  1. In Slack type  /verify {number}  and see its card; then a number that there is not.
  2. Press "New results arrive", open the letter that Bo gets, and answer it: download csv
  3. Press "Move the clock to tomorrow 09:00": Ann's digest comes with the file.

The command line works meanwhile:
  cd {folder} && ../../.venv/bin/results-bot run --as {ann} results
Ctrl-C ends it. Delete {folder} to begin anew."""


def main() -> None:
    """Set up what is not there yet, then serve until told to stop; a folder may be named."""
    try:
        demonstrate(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)
    except Refusal as refusal:
        sys.exit(str(refusal))


def demonstrate(folder: Path) -> None:
    """In this folder, whose `.env` has its settings; raise Refusal where it cannot be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chdir(folder)
    Path(".env").touch(mode=0o600)
    Path(".env").write_text(ENVIRONMENT.format(secret=secrets.token_hex(16)), encoding="ascii")
    settings = read_settings()
    _require_free(settings)
    if not READY.exists():
        print("Setting up: an organisation, its people, and invented results …", flush=True)
        set_up()
    with _serving() as service:
        _wait_for(service, settings)
        print(_what_next(folder, settings), flush=True)
        service.wait()
    if service.returncode:
        sys.exit(service.returncode)


def set_up() -> None:
    """The sample in the present folder, from nothing; half a sample of before is thrown away."""
    for folder in ("outbox", "outbox-sent", SAMPLE.parent):
        shutil.rmtree(folder, ignore_errors=True)
    for file in Path().glob("results.db*"):
        file.unlink()
    SAMPLE.parent.mkdir(parents=True)
    for words in SET_UP:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            app(words, standalone_mode=False)
    READY.touch()


@contextmanager
def _serving() -> Iterator[subprocess.Popen[bytes]]:
    """`serve` as a process; whatever ends us ends it, and we wait for it."""
    with Path("service.log").open("wb") as log:
        service = subprocess.Popen(  # noqa: S603
            [*PROGRAM, "serve"], stdout=log, stderr=log, start_new_session=True
        )
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: service.terminate())
    try:
        yield service
    finally:
        service.terminate()
        service.wait()


def _wait_for(service: subprocess.Popen[bytes], settings: Settings) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and service.poll() is None:
        try:
            urlopen(f"{_http(settings)}/healthz", timeout=2).close()  # noqa: S310  our own
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise unavailable(
        "not_served",
        "The service did not start. service.log says why:\n{why}",
        why=Path("service.log").read_text(encoding="utf-8", errors="replace")[-2000:],
    )


def _require_free(settings: Settings) -> None:
    slack = urlsplit(settings.slack_api_url).netloc
    http = urlsplit(_http(settings)).netloc
    wanted = {"HTTP_PORT": http, "SMTP_LISTEN": settings.smtp_listen, "SLACK_API_URL": slack}
    for setting, address in wanted.items():
        host, _, port = address.rpartition(":")
        try:
            socket.create_server((host, int(port))).close()
        except OSError as error:
            raise conflict(
                "address_taken",
                "{address} is taken ({reason}). End what listens there (another demo?), or choose "
                "another by RESULTS_{setting}.",
                address=address,
                reason=os.strerror(error.errno or 0),
                setting=setting,
            ) from None


def _what_next(folder: Path, settings: Settings) -> str:
    with SAMPLE.open(encoding="utf-8-sig", newline="") as stream:
        number = list(csv.DictReader(stream))[1]["trfNumber"]
    return WHAT_NEXT.format(
        http=_http(settings), smtp=settings.smtp_listen, folder=folder, number=number, ann=ANN
    )


def _http(settings: Settings) -> str:
    return f"http://{settings.http_host}:{settings.http_port}"


if __name__ == "__main__":
    main()
