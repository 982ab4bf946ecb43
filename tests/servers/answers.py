"""An HTTP server that answers each path with what a test gave it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class AnswerServer:
    """`answers` are JSON documents by path, `headers` go with all of them; `asked` is what came."""

    def __init__(self) -> None:
        self.answers: dict[str, object] = {}
        self.headers: dict[str, str] = {}
        self.asked: list[tuple[str, str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _handler(self):
        house = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                house.asked.append((self.path, self.headers.get("Authorization", ""), body))
                found = house.answers.get(self.path)
                self.send_response_only(200 if found is not None else 404)
                for name, value in house.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(json.dumps(found).encode())

            do_POST = do_GET  # noqa: N815  http.server's name

            def log_message(self, *_) -> None:
                pass

        return Handler
