"""queue: what waits, failed or was shunted, for the operator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from console.opening import open_desk
from console.output import print_answer
from core.refusals import usage

Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers that `queue list` shows.")]
All = Annotated[bool, typer.Option("--all", help="Whatever needs a decision.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    queue = typer.Typer(help="What waits, failed or is in doubt.", no_args_is_help=True)
    queue.command("list")(queue_list)
    queue.command("retry")(queue_retry)
    queue.command("drop")(queue_drop)
    app.add_typer(queue, name="queue")


def queue_list(as_json: AsJson = False) -> None:
    """List it, what needs a decision first, and how the timetable's jobs last went."""
    from console.text import queue  # noqa: F401
    from core.queued import list_queue

    with open_desk() as desk, desk.database.reading() as session:
        print_answer(list_queue(session), as_json=as_json)


def queue_retry(numbers: Numbers = None, everything: All = False, as_json: AsJson = False) -> None:
    """Send now; look first whether a message in doubt has arrived."""
    from core.queued import retry

    _change(retry, numbers, everything, as_json)


def queue_drop(numbers: Numbers = None, everything: All = False, as_json: AsJson = False) -> None:
    """Never send."""
    from core.queued import drop

    _change(drop, numbers, everything, as_json)


def _change(
    change: Callable[..., Any], numbers: list[int] | None, everything: bool, as_json: bool
) -> None:
    from console.text import queue  # noqa: F401
    from core.queued import stuck_ids

    if bool(numbers) == everything:
        raise usage("which", "Say which: numbers that `queue list` shows, or --all.")
    with open_desk() as desk, desk.database.transaction() as session:
        chosen = stuck_ids(session) if everything else numbers
        print_answer(change(session, chosen, now=desk.now), as_json=as_json)
