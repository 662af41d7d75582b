"""From a template to an answer; what refusals look like; and the headers that keep pages strict."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from provisioner.api.parts import parts
from provisioner.domain.tiers import TIERS
from provisioner.portal.visitors import Visitor, recognise, secure
from provisioner.settings import Settings

_API = ("/v1/", "/healthz", "/readyz", "/openapi.json", "/docs", "/redoc")


def money(cents: int) -> str:
    """``900`` as ``$9``, ``905`` as ``$9.05``."""
    return f"${cents // 100}" if cents % 100 == 0 else f"${cents / 100:.2f}"


def duration(seconds: int) -> str:
    minutes, hours = seconds // 60 % 60, seconds // 3600
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds % 60:02} s"


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b %Y, %H:%M:%S} UTC"


_templates = Environment(
    loader=PackageLoader("provisioner.portal"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters.update(money=money, duration=duration, moment=moment)
_templates.globals.update(tiers=TIERS)


def page(request: Request, template: str, status: int = 200, **given: Any) -> Response:
    """A page for whoever asks; a browser that is new is known again from then on."""
    found: Visitor | None = getattr(request.state, "visitor", None)
    who = {"account": found.account if found else None, "word": found.word if found else ""}
    answer = HTMLResponse(_templates.get_template(template).render(**who, **given), status)
    if found is not None:
        recognise(answer, parts(request).settings, found.browser)
    return answer


def wanted(request: Request) -> bool:
    """Whether a refusal is read by people, in a browser."""
    path = request.url.path
    return not path.startswith(_API) and "text/html" in request.headers.get("accept", "")


def refusal(
    request: Request, status: int, detail: str, headers: dict[str, str] | None = None
) -> Response:
    """What can't be done, as a page."""
    title = {404: "There is nothing here", 429: "A little slower, please"}.get(
        status, "Something is amiss" if status >= 500 else HTTPStatus(status).phrase
    )
    answer = page(request, "wrong.html", status, title=title, detail=detail)
    answer.headers.update(headers or {})
    return answer


def strict(settings: Settings) -> dict[str, str]:
    """Headers of every page. A form may lead to us, and from us to where people pay."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": f"'self' {settings.checkout_origin}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    hsts = {"Strict-Transport-Security": "max-age=31536000"} if secure(settings) else {}
    return {
        "Content-Security-Policy": "; ".join(f"{key} {one}" for key, one in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
        **hsts,
    }
