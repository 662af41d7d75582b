"""The application: routes, and one way to answer for all that goes wrong."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from provisioner import telemetry
from provisioner.api.parts import Parts
from provisioner.api.parts import parts as parts_of
from provisioner.api.routes import accounts, admin, billing, health, instances, subscriptions
from provisioner.api.shapes import ProblemOut
from provisioner.db import Busy
from provisioner.domain.problems import Problem
from provisioner.logs import about
from provisioner.portal import desk, door, pages, rooms
from provisioner.portal.visitors import SignInFirst

_log = logging.getLogger("provisioner.api")
_PREFIX = "/v1"
_PROBLEMS = ("4XX", "503")


class _Api(FastAPI):
    """Says of refusals that they come as what they are: FastAPI knows JSON alone."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        for operations in document["paths"].values():
            for operation in operations.values():
                for status in _PROBLEMS:
                    content = operation["responses"].get(status, {}).get("content", {})
                    if "application/json" in content:
                        content["application/problem+json"] = content.pop("application/json")
        return document


def build(parts: Parts, last: Callable[[], None] = lambda: None) -> FastAPI:
    """The API, which closes its part of the database when it ends, and does ``last`` then."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        parts.database.close()
        last()

    app = _Api(
        title="Provisioner",
        version="1",
        summary="Hosted instances of an application, each in a place of its own.",
        lifespan=life,
        # One span a request: its parts tell little that the queries don't.
        telemetry={"operation_spans": False, "logs": False},
        responses={status: {"model": ProblemOut} for status in _PROBLEMS},
    )
    app.state.parts = parts
    app.middleware("http")(_around)
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(Busy, _busy)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(SignInFirst, _sign_in_first)
    app.add_exception_handler(HTTPException, _elsewhere)
    app.add_exception_handler(Exception, _broken)
    for module in (accounts, subscriptions, instances, billing, admin):
        app.include_router(module.router, prefix=_PREFIX)
    app.include_router(health.router)
    for portal in (door, desk, rooms):
        app.include_router(portal.router, include_in_schema=False)
    app.mount("/static", StaticFiles(packages=[("provisioner.portal", "static")]))
    return app


async def _around(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Give each request an id, which its log lines and audit entries carry, and log its end."""
    id = uuid4().hex
    address = request.client.host if request.client else ""
    began = time.perf_counter()
    trace = telemetry.trace_id()
    with about(request=id, address=address, **({"trace": trace} if trace else {})):
        response = await call_next(request)
        _log.info(
            "answered",
            extra={
                "method": request.method,
                "path": request.url.path,
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - began) * 1000, 1),
            },
        )
    response.headers["X-Request-Id"] = id
    if _is_page(request, response):
        response.headers.update(pages.strict(parts_of(request).settings))
    return response


def _is_page(request: Request, response: Response) -> bool:
    """FastAPI's own pages for the API come from elsewhere and would not be shown."""
    kind = response.headers.get("Content-Type", "")
    return kind.startswith("text/html") and not request.url.path.startswith(("/docs", "/redoc"))


def problem(slug: str, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """A refusal as JSON (RFC 9457)."""
    said = ProblemOut(type=slug, title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(said.model_dump(), status, headers, media_type="application/problem+json")


def _say(
    request: Request, slug: str, status: int, detail: str, headers: dict[str, str] | None = None
) -> Response:
    """A refusal for whoever reads it: a program, or somebody in front of a browser."""
    if pages.wanted(request):
        return pages.refusal(request, status, detail, headers)
    return problem(slug, status, detail, headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _say(request, error.slug, error.status, error.detail, error.headers)


async def _busy(request: Request, error: Exception) -> Response:
    _log.warning("turned away: %s", error)
    words = "Too much is going on: try again in a moment."
    return _say(request, "busy", 503, words, {"Retry-After": "1"})


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if pages.wanted(request):
        return pages.refusal(request, 404, "This address leads nowhere.")
    wrong = [
        f"{'.'.join(str(part) for part in one['loc'][1:]) or 'body'}: {one['msg']}"
        for one in error.errors()
    ]
    return problem("bad-request", 422, "; ".join(wrong))


async def _sign_in_first(request: Request, error: Exception) -> Response:
    if request.url.path.endswith("/live"):
        return problem("bad-token", 401, "Sign in first.")
    then = quote(request.url.path) if request.method == "GET" else "/home"
    return RedirectResponse(f"/sign-in?then={then}", 303)


async def _elsewhere(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if pages.wanted(request):
        words = "This address leads nowhere." if error.status_code == 404 else error.detail
        return pages.refusal(request, error.status_code, words)
    return await http_exception_handler(request, error)


async def _broken(request: Request, error: Exception) -> Response:
    _log.error("a request failed", exc_info=error)
    words = "Something went wrong on our side; it has been noted."
    return _say(request, "internal", 500, words)
