"""How far long work has come: a bar on standard error while somebody watches it, else nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar:
    """Appears when it first hears something, so quick work shows none."""

    def __init__(self, title: str, opened: ExitStack) -> None:
        self._title, self._opened = title, opened
        self._shown: tuple[Progress, TaskID] | None = None

    def __call__(self, done: float, total: float, title: str = "") -> None:
        """So much of the total is done; the title may say where it is."""
        if self._shown is None:
            self._shown = self._show()
        bar, task = self._shown
        bar.update(task, completed=done, total=total, description=title or self._title)

    def _show(self) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import Progress

        bar = Progress(console=Console(stderr=True), redirect_stdout=False, redirect_stderr=False)
        return self._opened.enter_context(bar), bar.add_task(self._title, total=None)


@contextmanager
def progress(title: str) -> Iterator[Bar | None]:
    """The bar, or None where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as opened:
        yield Bar(title, opened)
