"""A large file is read and checked by a process beside the one that writes it down."""

from __future__ import annotations

import fcntl
import os
import pickle
import subprocess
import sys
from collections.abc import Generator, Iterator
from datetime import date
from pathlib import Path
from typing import IO, BinaryIO

from core.intake.checking import Checked, checked
from core.intake.readers import Columns, Reader, columns_of, open_reader
from core.refusals import Kind, Refusal
from core.terms import DateFormat, Format

LARGE = 12 << 20
"""Bytes from which it is worth the third of a second that the process takes to start."""

PIPE = 1 << 20
"""Bytes that may wait between the two: some chunks, for neither keeps an even pace."""

_ROOT = Path(__file__).parents[2]
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from core.intake.ahead import main; main()"


def chunks(
    stream: BinaryIO, reader: Reader, columns: Columns, date_format: DateFormat, today: date
) -> Generator[Checked]:
    """The file's chunks, read here or beside; raise Refusal where it is broken.

    The stream belongs to whoever reads: no one else may move in it until the end.
    """
    if reader.format is Format.CSV and _size(stream) >= LARGE and (os.cpu_count() or 1) > 1:
        return _beside(stream.fileno(), date_format, today)
    return checked(stream, reader, columns, date_format, today)


def _size(stream: BinaryIO) -> int:
    """Bytes on the disk; 0 of what is not there."""
    try:
        return os.fstat(stream.fileno()).st_size
    except OSError:  # io.UnsupportedOperation is one
        return 0


def _beside(file: int, date_format: DateFormat, today: date) -> Generator[Checked]:
    command = [sys.executable, "-c", _PROGRAM, str(_ROOT), str(file)]
    with subprocess.Popen(  # noqa: S603  our own program
        [*command, date_format.value, today.isoformat()],
        stdout=subprocess.PIPE,
        pass_fds=[file],
        start_new_session=True,  # an interruption is ours to hear
    ) as process:
        assert process.stdout is not None  # noqa: S101  a pipe
        _widen(process.stdout.fileno())
        try:
            yield from _sent(process.stdout)
        finally:
            process.kill()


def _sent(pipe: IO[bytes]) -> Iterator[Checked]:
    """What the process sends, up to its last word: None, or a refusal."""
    try:
        while isinstance(sent := pickle.load(pipe), Checked):  # noqa: S301  our own program's
            yield sent
    except EOFError:
        raise RuntimeError("The process that reads the file ended before the file did") from None
    if sent is not None:
        raise Refusal(*sent)


def _widen(pipe: int) -> None:
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


def main() -> None:
    """The process beside: the file is open already, its number an argument."""
    _, _, file, date_format, today = sys.argv
    with os.fdopen(int(file), "rb") as stream, os.fdopen(1, "wb") as pipe:
        try:
            for one in _from_start(stream, DateFormat(date_format), date.fromisoformat(today)):
                _send(pipe, one)
            _send(pipe, None)
        except Refusal as refusal:
            _send(pipe, (Kind(refusal.kind), refusal.code, refusal.message))


def _from_start(stream: BinaryIO, date_format: DateFormat, today: date) -> Iterator[Checked]:
    reader = open_reader(stream)
    return checked(stream, reader, columns_of(reader), date_format, today)


def _send(pipe: BinaryIO, one: object) -> None:
    pickler = pickle.Pickler(pipe, pickle.HIGHEST_PROTOCOL)
    pickler.fast = True  # no cell is looked for among the others
    pickler.dump(one)
    pipe.flush()
