"""A scheduler's tick as a process of its own: it prints how many users it served."""

from datetime import datetime

from core import digests
from core.database import Database


def main(url: str, now: str) -> None:
    database = Database(url)
    print(digests.send_due(database, now=datetime.fromisoformat(now)))
    database.close()
