"""The playground's addresses: what people do is done, then they see the page as it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from playground.arrivals import NotDoneError
from playground.cast import CAST
from playground.deeds import Deeds
from playground.files import as_file, as_letter
from playground.forms import uploaded
from playground.mailbox import File
from playground.page import Looking, Page

LOOK_SECONDS = 0.2
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
OWN_PAGES = frozenset({"same-origin", "none"})

Deed = Callable[[Request, Looking, FormData], Awaitable[Looking]]


class Playground:
    """Its pages, over the deeds of the people who are played."""

    def __init__(self, deeds: Deeds, page: Page) -> None:
        self._deeds, self._page = deeds, page
        self.closing = False
        static = StaticFiles(directory=Path(__file__).parent / "static")
        self.app = Starlette(
            routes=[
                Route("/", self._show),
                Route("/events", self._events),
                Route("/file/{file}", self._slack_file),
                Route("/letter/{person}/{letter}", self._letter),
                Route("/letter/{person}/{letter}/{place:int}", self._attachment),
                *(
                    Route(path, self._then_shown(deed), methods=["POST"])
                    for path, deed in self._by_address().items()
                ),
                Mount("/static", static),
            ]
        )

    def _by_address(self) -> dict[str, Deed]:
        return {
            "/say": self._say,
            "/click": self._click,
            "/submit": self._submit,
            "/close": self._close,
            "/shortcut": self._shortcut,
            "/mail": self._mail,
            "/world/{what}": self._world,
        }

    async def _show(self, request: Request) -> Response:
        looking = Looking.of(request)
        if "X-Refresh" not in request.headers:
            await run_in_threadpool(self._deeds.comes, looking)
        html = await run_in_threadpool(self._page.render, looking, _base(request))
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})

    async def _events(self, _: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(self._changes(), media_type="text/event-stream", headers=headers)

    async def _changes(self) -> AsyncIterator[str]:
        """A line whenever something happened. It ends with the playground."""
        version = self._deeds.version
        yield "retry: 1000\n\n"
        while not self.closing:
            await asyncio.sleep(LOOK_SECONDS)
            found = await run_in_threadpool(lambda: self._deeds.version)
            if found != version:
                version = found
                yield "data: changed\n\n"

    def _then_shown(self, deed: Deed) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            if request.headers.get("Sec-Fetch-Site", "none") not in OWN_PAGES:
                return PlainTextResponse("Not from another page.", 403)
            self._page.news = ""
            async with request.form() as form:
                looking = await deed(request, Looking.of(request), form)
            return RedirectResponse(f"{_base(request)}/{looking.query()}", 303)

        return serve

    async def _say(self, _: Request, looking: Looking, form: FormData) -> Looking:
        files = [(name, data) for _, name, _, data in await uploaded(form)]
        await run_in_threadpool(self._deeds.say, looking, _text(form, "text"), files)
        return looking

    async def _click(self, _: Request, looking: Looking, form: FormData) -> Looking:
        where, action = _text(form, "where"), json.loads(_text(form, "act") or "{}")
        await run_in_threadpool(self._deeds.click, looking, where, action)
        return looking

    async def _submit(self, _: Request, looking: Looking, form: FormData) -> Looking:
        files = [(field, name, data) for field, name, _, data in await uploaded(form)]
        await run_in_threadpool(self._deeds.submit, looking, form, files)
        return looking

    async def _close(self, _: Request, looking: Looking, __: FormData) -> Looking:
        self._deeds.close(looking)
        return looking

    async def _shortcut(self, _: Request, looking: Looking, form: FormData) -> Looking:
        name, ts = _text(form, "shortcut"), _text(form, "ts")
        await run_in_threadpool(self._deeds.shortcut, looking, name, ts)
        return looking

    async def _mail(self, _: Request, looking: Looking, form: FormData) -> Looking:
        files = [File(name, kind, data) for _, name, kind, data in await uploaded(form)]
        words = _text(form, "subject"), _text(form, "text")
        self._page.news = await run_in_threadpool(self._deeds.mail, looking, *words, files)
        return looking

    async def _world(self, request: Request, looking: Looking, _: FormData) -> Looking:
        try:
            news = await run_in_threadpool(self._deeds.world, request.path_params["what"])
        except NotDoneError as error:
            news = str(error)
        self._page.news = news
        return looking

    async def _slack_file(self, request: Request) -> Response:
        return as_file(self._deeds.slack_file(request.path_params["file"]))

    async def _letter(self, request: Request) -> Response:
        return as_letter(await self._found(request))

    async def _attachment(self, request: Request) -> Response:
        letter, place = await self._found(request), request.path_params["place"]
        files = letter.files if letter is not None else ()
        return as_file(files[place] if place < len(files) else None)

    async def _found(self, request: Request) -> Any:
        person = CAST.get(request.path_params["person"])
        if person is None:
            return None
        return await run_in_threadpool(self._deeds.letter, person, request.path_params["letter"])


def _base(request: Request) -> str:
    """Where the playground is mounted."""
    return str(request.scope.get("root_path", ""))


def _text(form: FormData, name: str) -> str:
    found = form.get(name)
    return found.strip() if isinstance(found, str) else ""
