"""Logs of the service: one JSON object a line on stderr, without anybody's data."""

from __future__ import annotations

import logging
import re
import sys

import structlog

_VALUES = re.compile(
    r"^(?:DETAIL|CONTEXT):.*(?:\n(?!\[|HINT|CONTEXT|Traceback|\s*$).*)*\n?", re.MULTILINE
)
"""What PostgreSQL adds to an error: the row's own values, such as `Key (email)=(…)`."""


def configure_logs() -> None:
    """Ours and the libraries' alike; exceptions with their places and without local variables."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        _without_values,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


def _without_values(
    _logger: object, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """A database's errors tell what was in the row; SQLAlchemy's own keep it (core.database)."""
    if "exception" in event:
        event["exception"] = _VALUES.sub("", event["exception"])
    return event
