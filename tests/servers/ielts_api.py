"""A local stand-in of both generations of the official results API, with faults on demand."""

import base64
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT, SECRET = "client", "secret"
MOST = 2000
BODIES = {
    "shapeless": b'{"results": "none"}',
    "html": b"<html>Maintenance</html>",
    "contradiction": b'{"results": [], "resultSummary": {"recordCount": "1"}}',
}
PATHS = {"/v1/ielts/result-verification", "/api/v2/ielts/result-verification"}

RECORD = {
    "roName": "University of Exeter",
    "roId": "1",
    "candidateId": "",
    "idType": "P",
    "centreNumber": "GBS03",
    "candidateNumber": "000595",
    "testDate": "20250708",
    "module": "A",
    "familyName": "ZOLA",
    "firstName": "JANE",
    "dateOfBirth": "19820502",
    "gender": "F",
    "listeningScore": "8.50",
    "readingScore": "8.00",
    "writingScore": "7.50",
    "speakingScore": "7.50",
    "overallBandScore": "8.00",
    "trfNumber": "25GB000595ZOLJS03A",
    "telephone": "+44 1392 661000",
    "postalAddress": "1 High Street",
    "addressLine1": "1 High Street",
    "addressLine2": "",
    "addressLine3": "",
    "addressLine4": "",
    "region": "Devon",
    "town": "Exeter",
    "postCode": "EX4 4QJ",
    "country": "United Kingdom",
    "countryCode": "GBR",
    "candidateEmail": "jane@mail.example",
    "status": "RELEASED",
    "lastModifiedDate": "2026-11-25T08:00:00",
}


def a_record(n: int = 595, **changes: str) -> dict[str, Any]:
    """A record as the API gives it."""
    numbers = {"trfNumber": f"25GB{n:06d}ZOLJS03A", "candidateNumber": f"{n:06d}"}
    return RECORD | numbers | changes


class IeltsApi:
    """The server. `faults` are met in turn, `always` after them.

    A fault is a status, `(status, headers)`, seconds to be slow, `cut`, `hang up`, one of BODIES,
    or a function of the query that gives any of these or None.
    """

    def __init__(self, *records: dict[str, Any], port: int = 0) -> None:
        self.records = {one["trfNumber"]: one for one in records}
        self.faults: deque[Any] = deque()
        self.always: Any = None
        self.most = MOST
        self.secret = SECRET
        self.token_seconds = 3600
        self.requests: list[dict[str, str]] = []
        self.tokens: list[str] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", port), type("Bound", (Handler,), {"api": self})
        )
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def put(self, *records: dict[str, Any]) -> None:
        """Add records, or change them."""
        with self._lock:
            self.records |= {one["trfNumber"]: one for one in records}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fault(self, query: dict[str, str]) -> Any:
        fault = self.faults.popleft() if self.faults else self.always
        return fault(query) if isinstance(fault, Callable) else fault

    def is_client(self, authorization: str) -> bool:
        basic = base64.b64encode(f"{CLIENT}:{self.secret}".encode()).decode()
        return authorization in {f"Basic {basic}", *(f"Bearer {one}" for one in self.tokens)}

    def answer(self, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The status and the document."""
        with self._lock:
            records = list(self.records.values())
        if number := query.get("trfNumber"):
            return 200, _document([one for one in records if one["trfNumber"] == number.upper()])
        if "startDateTime" not in query or "endDateTime" not in query:
            return 400, {"error": "trfNumber or a range"}
        found = [
            one
            for one in records
            if query["startDateTime"] <= one["lastModifiedDate"] <= query["endDateTime"]
        ]
        if query.get("photoFlag") != "Y":
            found = [
                {key: value for key, value in one.items() if not key.startswith("photo")}
                for one in found
            ]
        if "page" in query:
            limit = int(query["limit"])
            start = (int(query["page"]) - 1) * limit
            return 200, _document(found[start : start + limit], more=len(found) > start + limit)
        if len(found) > self.most:
            return 400, {"error": "too many records"}
        return 200, _document(found)

    def token(self) -> dict[str, Any]:
        self.tokens.append(f"token-{len(self.tokens)}")
        return {"access_token": self.tokens[-1], "expires_in": self.token_seconds}


def _document(records: list[dict[str, Any]], *, more: bool = False) -> dict[str, Any]:
    return {
        "messageMetadata": {
            "messageRequestDateTime": datetime.now(UTC).isoformat(),
            "nextResultSetUrl": "https://api.example/next" if more else "",
        },
        "results": records,
        "resultSummary": {"recordCount": str(len(records))},
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: IeltsApi

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.api.requests.append(query | {"transaction": self.headers["X-TRANSACTION-ID"]})
        match self.api.fault(query):
            case "hang up":
                self.close_connection = True
            case int(status):
                self._send(status, b"{}")
            case (status, headers):
                self._send(status, b"{}", headers)
            case fault if parts.path in PATHS:
                self._answer(query, fault)
            case _:
                self._send(404, b"{}")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if not self.api.is_client(self.headers["Authorization"]):
            self._send(401, b"{}")
            return
        self._send(200, json.dumps(self.api.token()).encode())

    def _answer(self, query: dict[str, str], fault: Any) -> None:
        if not self.api.is_client(self.headers["Authorization"]):
            self._send(401, b"{}")
            return
        status, document = self.api.answer(query)
        if isinstance(fault, float):
            time.sleep(fault)
        body = BODIES.get(fault) or json.dumps(document).encode()
        self._send(status, body, cut=fault == "cut")

    def _send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        *,
        cut: bool = False,
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):  # the client would wait no longer
            self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass
