"""/mail/unsubscribe: the address in a letter's List-Unsubscribe (RFC 8058).

Programs that look at every link of a mail ask with GET, so only a POST that says what it wants
does anything. Every token is answered alike: nobody is to learn which exist.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from api.visits import House
from core.unsubscribing import unsubscribe

router = APIRouter(prefix="/mail/unsubscribe", include_in_schema=False)

FIELD, ONE_CLICK = "List-Unsubscribe", "One-Click"
MOST_BYTES = 4096

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

PAGE = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Notifications by mail</title></head>
<body><h1>Notifications by mail</h1>
{said}
</body></html>
"""
ASKED = """<p>End the notifications of new IELTS results that come to you by mail?</p>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">
<button>End them</button></form>
<p>Answers to your own mails still come, and so does what concerns your account.</p>"""
DONE = """<p>No more notifications of new IELTS results come by mail to whoever this address was
given to. They are told so by mail.</p>
<p>To have them again, type <code>notifications mail=on</code> in Slack, or send it as an answer to
a mail of the results desk.</p>"""


@router.get("/{token}")
async def ask(token: str) -> Response:  # noqa: ARG001  the same for any
    """A button: looking at the page changes nothing."""
    return _page(ASKED)


@router.post("/{token}")
async def end(request: Request, token: str) -> Response:
    """End the mail of whoever has the token; a POST that does not say so gets the button."""
    house: House = request.app.state.house
    house.clicks.take(request.client and request.client.host)
    if not await _is_meant(request):
        return _page(ASKED, 400)
    await run_in_threadpool(_end, house, token)
    return _page(DONE)


def _end(house: House, token: str) -> None:
    with house.database.transaction() as session:
        unsubscribe(session, token, now=house.clock())


async def _is_meant(request: Request) -> bool:
    """Whether the form, in either of its encodings, holds RFC 8058's one field."""
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return False
    form = await request.form(max_files=0, max_fields=10)
    return form.get(FIELD) == ONE_CLICK


def _page(said: str, status: int = 200) -> Response:
    return HTMLResponse(PAGE.format(said=said), status, HEADERS)
