"""Waiting for the database, which may come later than the service."""

from __future__ import annotations

import threading

import structlog
from sqlalchemy.exc import DBAPIError

from core.database import Database
from core.refusals import Kind, Refusal

log = structlog.get_logger(__name__)

WAIT_SECONDS = 2.0


def wait_for(database: Database, stop: threading.Event) -> bool:
    """Whether there is a database of our age; asked until there is, or until told to stop.

    Started in any order: the database, or whoever runs `init`, may come later.
    """
    while not stop.is_set():
        if _is_ready(database):
            return True
        stop.wait(WAIT_SECONDS)
    return False


def _is_ready(database: Database) -> bool:
    try:
        database.require_current()
    except Refusal as refusal:
        if refusal.kind is not Kind.USAGE:
            raise
        log.warning("waiting-for-database", reason=refusal.message)
    except DBAPIError as outage:
        log.warning("waiting-for-database", reason=str(outage.orig).partition("\n")[0])
    else:
        return True
    return False
