"""The page: sign in, read, write, let others in. All of it works without JavaScript."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provisioner_instance.matrix import Away, Matrix, Refused
from provisioner_instance.place import Place
from provisioner_instance.settings import Settings
from provisioner_instance.visits import LIFETIME, Visit

_HERE = Path(__file__).parent
_PATIENCE = 20.0
"""Seconds that a page waits for news before it asks again."""
_LONGEST = 4000
_LARGEST = 1 << 16
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_pages = Environment(
    loader=PackageLoader("provisioner_instance"),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)


def build(settings: Settings) -> Starlette:
    """The application of one room."""
    place = Place(settings, Matrix(settings.matrix_url))

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        yield
        await place.matrix.close()

    app = Starlette(
        routes=[
            Route("/", show),
            Route("/sign-in", sign_in, methods=["GET", "POST"]),
            Route("/sign-out", sign_out, methods=["POST"]),
            Route("/messages", news, methods=["GET"]),
            Route("/messages", say, methods=["POST"]),
            Route("/people", invite, methods=["POST"]),
            Route("/healthz", alive),
            Route("/readyz", ready),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ],
        lifespan=life,
        middleware=[Middleware(Guarded)],
        exception_handlers={Away: _away, HTTPException: _failed},
    )
    app.state.place = place
    return app


class Guarded:
    """Gives every answer the headers that keep browsers strict."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if not scope["path"].startswith("/static/"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, sending)


async def show(request: Request) -> Response:
    """The room; whoever has not signed in is led to the page for that."""
    place, visit = _place(request), _visit(request)
    if visit is None:
        return RedirectResponse("/sign-in", 303)
    return await _room(place, visit)


async def _room(place: Place, visit: Visit, error: str = "", status: int = 200) -> Response:
    try:
        messages, since = await place.matrix.last(visit.person, await place.room())
    except Refused:
        # The token has ended, or somebody was shown out.
        return RedirectResponse("/sign-in", 303)
    return _page(
        "room.html",
        status,
        place=place,
        me=visit.person.id,
        word=visit.word,
        messages=messages,
        since=since,
        error=error,
    )


async def sign_in(request: Request) -> Response:
    """By a name and a password of the homeserver, or ``owner`` and the room's own."""
    place = _place(request)
    if request.method == "GET":
        return _page("sign_in.html", place=place, name="", error="")
    form = await _form(request)
    if not _from_here(request, place):
        raise HTTPException(403)
    try:
        cookie = await place.enter(form["name"].strip(), form["password"])
    except Refused as refused:
        words = (
            "Too many attempts: wait a moment."
            if refused.code == "M_LIMIT_EXCEEDED"
            else "Name or password is wrong, or nobody has let you in yet."
        )
        return _page("sign_in.html", 403, place=place, name=form["name"], error=words)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        place.cookie,
        cookie,
        max_age=int(LIFETIME),
        secure=place.secure,
        httponly=True,
        samesite="lax",
    )
    return answer


async def sign_out(request: Request) -> Response:
    """The visit ends, here and at the homeserver."""
    place = _place(request)
    await _sent(request)
    await place.leave(request.cookies.get(place.cookie, ""))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(place.cookie, secure=place.secure, httponly=True, samesite="lax")
    return answer


async def say(request: Request) -> Response:
    """Send a message; a page that reads on by itself wants no page back."""
    place = _place(request)
    visit, form = await _sent(request)
    text = form["text"].strip()
    if not text or len(text) > _LONGEST:
        words = f"A message has between 1 and {_LONGEST} characters."
        return await _room(place, visit, words, 422)
    try:
        await place.matrix.say(visit.person, await place.room(), text)
    except Refused as refused:
        return await _room(place, visit, refused.words, 403)
    if request.headers.get("accept") == "application/json":
        return Response(status_code=204)
    return RedirectResponse("/#last", 303)


async def news(request: Request) -> Response:
    """As JSON: what was said after ``since``; waits a while for it."""
    place, visit = _place(request), _visit(request)
    if visit is None:
        raise HTTPException(401)
    try:
        messages, since = await place.matrix.heard(
            visit.person,
            await place.room(),
            since=request.query_params.get("since", ""),
            wait=_PATIENCE,
        )
    except Refused as refused:
        raise HTTPException(401) from refused
    said = [
        {
            "id": one.id,
            "who": place.shown(one.sender),
            "mine": one.sender == visit.person.id,
            "text": one.text,
            "at": one.at.isoformat(),
        }
        for one in messages
    ]
    return JSONResponse({"messages": said, "since": since})


async def invite(request: Request) -> Response:
    """Let somebody in; anybody here may."""
    place = _place(request)
    visit, form = await _sent(request)
    guest = form["guest"].strip()
    try:
        await place.let_in(guest)
    except Refused as refused:
        return await _room(place, visit, f"{guest} can't be let in: {refused.words}", 422)
    return RedirectResponse("/", 303)


async def alive(request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "alive"})


async def ready(request: Request) -> Response:
    """People can come: the homeserver answers, and the room is there."""
    try:
        await _place(request).room()
    except (Away, Refused) as error:
        return JSONResponse({"status": "not-ready", "why": str(error)}, 503)
    return JSONResponse({"status": "ready"})


def _place(request: Request) -> Place:
    place = request.app.state.place
    assert isinstance(place, Place)
    return place


def _visit(request: Request) -> Visit | None:
    place = _place(request)
    return place.visits.find(request.cookies.get(place.cookie, ""))


async def _form(request: Request) -> dict[str, str]:
    """The texts of a form; what is missing is empty. Raises HTTPException 413."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > _LARGEST:
        raise HTTPException(413, "No form of ours is that large.")
    given = {key: one for key, one in (await request.form()).items() if isinstance(one, str)}
    return {**dict.fromkeys(("name", "password", "text", "guest", "word"), ""), **given}


async def _sent(request: Request) -> tuple[Visit, dict[str, str]]:
    """Who sent a form of ours. Raises HTTPException 401, or 403 if it was not ours."""
    visit, form = _visit(request), await _form(request)
    if visit is None:
        raise HTTPException(401)
    if not visit.sent_by(form["word"]):
        raise HTTPException(403)
    return visit, form


def _from_here(request: Request, place: Place) -> bool:
    """Whether a form without a visit came from a page of ours: browsers say where from."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin)[:2] == urlsplit(place.settings.origin)[:2]


def _page(template: str, status: int = 200, **given: object) -> Response:
    return HTMLResponse(_pages.get_template(template).render(**given), status)


async def _away(request: Request, error: Exception) -> Response:
    return _page(
        "wrong.html",
        503,
        place=_place(request),
        title="The room can't be reached",
        words="Its homeserver does not answer. Try again in a moment: nothing is lost.",
    )


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 401 and request.method == "POST":
        return RedirectResponse("/sign-in", 303)
    words = {
        401: "Sign in first.",
        403: "This form did not come from this page. Go back and send it again.",
        404: "There is no such page here.",
    }
    return _page(
        "wrong.html",
        error.status_code,
        place=_place(request),
        title=HTTPStatus(error.status_code).phrase,
        words=words.get(error.status_code, str(error.detail)),
    )
