"""queue: what waits, failed or was shunted, for the operator."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from console.opening import open_desk
from console.output import print_answer
from core.refusals import missing, usage

Numbers = Annotated[
    list[str] | None,
    typer.Argument(help="Numbers that `queue list` shows; those of mails begin with M."),
]
All = Annotated[bool, typer.Option("--all", help="Whatever needs a decision.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_NUMBER = re.compile(r"([Mm]?)([0-9]{1,9})")


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    queue = typer.Typer(
        help="What waits, failed, is in doubt or was put aside.", no_args_is_help=True
    )
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
    """Send now, or work on a mail again; look first whether a message in doubt has arrived."""
    from core import queued, shunted

    _change(queued.retry, shunted.retry, numbers, everything, as_json)


def queue_drop(numbers: Numbers = None, everything: All = False, as_json: AsJson = False) -> None:
    """Never send; forget a mail that was put aside, and what it brought."""
    from core import queued, shunted

    _change(queued.drop, shunted.drop, numbers, everything, as_json)


def _change(
    change_messages: Callable[..., Any],
    change_mails: Callable[..., Any],
    numbers: Sequence[str] | None,
    everything: bool,
    as_json: bool,
) -> None:
    """All of them, or none where one is refused."""
    from console.text import queue  # noqa: F401
    from core.queue_cards import together
    from core.queued import stuck_ids
    from core.shunted import shunted_ids

    if bool(numbers) == everything:
        raise usage("which", "Say which: numbers that `queue list` shows, or --all.")
    messages, mails = _told_apart(numbers or ())
    with open_desk() as desk, desk.database.transaction() as session:
        if everything:
            messages, mails = stuck_ids(session), shunted_ids(session)
        if not messages and not mails:
            raise missing("nothing_stuck", "Nothing needs a decision.")
        answers = [
            change(session, ids, now=desk.now)
            for change, ids in ((change_messages, messages), (change_mails, mails))
            if ids
        ]
        print_answer(together(answers), as_json=as_json)


def _told_apart(numbers: Sequence[str]) -> tuple[list[int], list[int]]:
    """Messages that go out, and mails that came in, each once."""
    found: dict[str, dict[int, None]] = {"": {}, "m": {}}
    for word in numbers:
        match = _NUMBER.fullmatch(word)
        if match is None:
            raise usage(
                "not_a_number",
                "{word} is no number of `queue list`: those are like 12, or M12 for a mail.",
                word=word,
            )
        found[match[1].lower()][int(match[2])] = None
    return list(found[""]), list(found["m"])
