"""The application: routes, and one way to answer for all that goes wrong."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from provisioner.api.parts import Parts
from provisioner.api.routes import accounts, admin, billing, health, instances, subscriptions
from provisioner.api.shapes import ProblemOut
from provisioner.db import Busy
from provisioner.domain.problems import Problem
from provisioner.logs import about

_log = logging.getLogger("provisioner.api")
_PREFIX = "/v1"


def build(parts: Parts) -> FastAPI:
    """The API, which closes its part of the database when it ends."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        parts.database.close()

    app = FastAPI(
        title="Provisioner",
        version="1",
        summary="Hosted instances of an application, each in a place of its own.",
        lifespan=life,
        responses={"4XX": {"model": ProblemOut}, "503": {"model": ProblemOut}},
    )
    app.state.parts = parts
    app.middleware("http")(_around)
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(Busy, _busy)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _broken)
    for module in (accounts, subscriptions, instances, billing, admin):
        app.include_router(module.router, prefix=_PREFIX)
    app.include_router(health.router)
    return app


async def _around(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Give each request an id, which its log lines and audit entries carry, and log its end."""
    id = uuid4().hex
    address = request.client.host if request.client else ""
    began = time.perf_counter()
    with about(request=id, address=address):
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
    return response


def problem(slug: str, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """A refusal as JSON (RFC 9457)."""
    said = ProblemOut(type=slug, title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(said.model_dump(), status, headers, media_type="application/problem+json")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem(error.slug, error.status, error.detail, error.headers)


async def _busy(request: Request, error: Exception) -> Response:
    _log.warning("turned away: %s", error)
    return problem(
        "busy", 503, "Too much is going on: try again in a moment.", {"Retry-After": "1"}
    )


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = [
        f"{'.'.join(str(part) for part in one['loc'][1:]) or 'body'}: {one['msg']}"
        for one in error.errors()
    ]
    return problem("bad-request", 422, "; ".join(wrong))


async def _broken(request: Request, error: Exception) -> Response:
    _log.error("a request failed", exc_info=error)
    return problem("internal", 500, "Something went wrong on our side; it has been noted.")
