"""Letters and files as a browser may open them: nothing in them ever runs."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from playground.mailbox import File, Letter

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
LETTER = f"{SANDBOX.replace('sandbox;', 'sandbox allow-same-origin;')}; frame-ancestors 'self'"
PLAIN = (".csv", ".json", ".xml", ".txt")


def as_file(file: File | None) -> Response:
    """Text is shown as text, everything else is saved."""
    if file is None:
        return PlainTextResponse("There is no such file.", 404)
    name = file.name
    is_text = name.endswith(PLAIN)
    kind = "text/plain; charset=utf-8" if is_text else file.media_type
    how = "inline" if is_text else "attachment"
    headers = {
        "Content-Disposition": f"{how}; filename*=utf-8''{quote(name)}",
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.data, headers=headers, media_type=kind)


def as_letter(letter: Letter | None) -> Response:
    """A letter's own page, for a frame."""
    if letter is None:
        return PlainTextResponse("There is no such letter.", 404)
    return HTMLResponse(letter.html, headers={"Content-Security-Policy": LETTER})
