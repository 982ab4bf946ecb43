"""A CRM's side: reads every result once and in order, whatever happens meanwhile.

    IELTS_URL=https://results.uni.example IELTS_KEY=rb_… python consumer.py crm.db

Needs Python and nothing else. Run it from cron every few minutes, or after a webhook. What it has
read and how far it has come are stored together, so it may be killed anywhere; after a week off
it goes on where it stopped.
"""

import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.request

TABLES = """
CREATE TABLE IF NOT EXISTS ielts (
    trf_number TEXT PRIMARY KEY, status TEXT, overall TEXT, record TEXT, changed_at TEXT);
CREATE TABLE IF NOT EXISTS cursor (name TEXT PRIMARY KEY, value TEXT);
"""
STORE = """
INSERT INTO ielts VALUES (?, ?, ?, ?, ?) ON CONFLICT (trf_number) DO UPDATE SET
    status = excluded.status, overall = excluded.overall, record = excluded.record,
    changed_at = excluded.changed_at
"""


def read_on(crm: sqlite3.Connection) -> int:
    """Store every new version and the cursor behind it; how many there were."""
    read = 0
    while True:
        page = ask(cursor(crm))
        with crm:
            for version in page["results"]:
                store(crm, version)
            crm.execute("INSERT OR REPLACE INTO cursor VALUES ('ielts', ?)", [page["next"]])
        read += len(page["results"])
        if not page["more"]:
            return read


def cursor(crm: sqlite3.Connection) -> str | None:
    """Where we stopped; None before the first time."""
    row = crm.execute("SELECT value FROM cursor WHERE name = 'ielts'").fetchone()
    return row and row[0]


def store(crm: sqlite3.Connection, version: dict) -> None:
    """The newest version wins. Scores are blank unless the status is RELEASED."""
    result = version["result"]
    crm.execute(
        STORE,
        [
            result["trfNumber"],
            version["status"],
            result["overallBandScore"],
            json.dumps(result),
            version["at"],
        ],
    )


def ask(since: str | None) -> dict:
    """One page; waits and tries again when told to."""
    query = "?limit=500" + (f"&since={since}" if since else "")
    request = urllib.request.Request(
        os.environ["IELTS_URL"] + "/v1/results" + query,
        headers={"Authorization": f"Bearer {os.environ['IELTS_KEY']}"},
    )
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503):
                raise SystemExit(f"{error.code}: {json.load(error)['detail']}") from None
            time.sleep(float(error.headers.get("Retry-After", 60)))


if __name__ == "__main__":
    with sqlite3.connect(sys.argv[1]) as database:
        database.executescript(TABLES)
        print(f"{read_on(database)} new versions")
