"""Who looks at a page, by cookies; and whether a form came from a page of ours."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from provisioner.api.parts import Parts, WithParts
from provisioner.domain import accounts, limits
from provisioner.domain.problems import Problem
from provisioner.models import Account
from provisioner.settings import Settings

_SESSION, _BROWSER = "session", "browser"
_LARGEST = 1 << 14
_YEAR = 365 * 24 * 3600


class SignInFirst(Exception):
    """A page for customers was asked for by somebody who has not signed in."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody in front of a browser."""

    account: Account | None
    #: What tells this browser from others; also before anybody signs in.
    browser: str
    #: What the forms of this browser and this session carry: other sites don't know it.
    word: str


def visitor(request: Request, parts: WithParts) -> Visitor:
    """Who asks for this page. Raises Problem ``too-many-requests``."""
    token = request.cookies.get(_name(_SESSION, parts.settings), "")
    account = _account(parts, token) if token else None
    browser = request.cookies.get(_name(_BROWSER, parts.settings), "")
    if not (20 <= len(browser) <= 100 and browser.isascii()):
        browser = secrets.token_urlsafe(24)
    signed = token if account else ""
    found = Visitor(account, browser, _word(parts.settings, browser, signed))
    request.state.visitor = found
    return found


def _account(parts: Parts, token: str) -> Account | None:
    """Whose session it is; None if it has ended."""
    with parts.database.service() as session:
        try:
            account = accounts.holder(session, parts.tokens.read(token))
        except Problem:
            return None
        limits.take(session, f"account:{account.id}", parts.settings.rate_account)
        return account


def _word(settings: Settings, browser: str, token: str) -> str:
    secret = settings.token_secret.get_secret_value().encode()
    return hmac.new(secret, f"form:{browser}:{token}".encode(), hashlib.sha256).hexdigest()


AnyVisitor = Annotated[Visitor, Depends(visitor)]


def customer(found: AnyVisitor) -> Account:
    """Who has signed in. Raises SignInFirst."""
    if found.account is None:
        raise SignInFirst
    return found.account


Customer = Annotated[Account, Depends(customer)]


async def form(request: Request, found: AnyVisitor) -> dict[str, str]:
    """The texts of a form of ours. Raises Problem ``not-our-form`` or ``too-large``."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > _LARGEST:
        raise Problem("too-large", 413, "No form of ours is that large.")
    given = {key: one for key, one in (await request.form()).items() if isinstance(one, str)}
    # Browsers say from where a form comes; those that don't are held to the word alone.
    site = request.headers.get("sec-fetch-site", "same-origin")
    ours = hmac.compare_digest(given.get("word", "").encode(), found.word.encode())
    if not ours or site not in ("same-origin", "none"):
        raise Problem(
            "not-our-form", 403, "This form is out of date. Go back, load the page, send it again."
        )
    return given


Form = Annotated[dict[str, str], Depends(form)]


def remember(response: Response, settings: Settings, token: str, until: datetime) -> None:
    """Keep somebody signed in, for as long as the token is good."""
    _keep(response, settings, _SESSION, token, expires=until)


def forget(response: Response, settings: Settings) -> None:
    """Sign out of this browser."""
    response.delete_cookie(
        _name(_SESSION, settings), secure=secure(settings), httponly=True, samesite="lax"
    )


def recognise(response: Response, settings: Settings, browser: str) -> None:
    """Know this browser again: without that no form of its would be ours."""
    _keep(response, settings, _BROWSER, browser, max_age=_YEAR)


def _keep(
    response: Response,
    settings: Settings,
    name: str,
    value: str,
    *,
    max_age: int | None = None,
    expires: datetime | None = None,
) -> None:
    response.set_cookie(
        _name(name, settings),
        value,
        max_age=max_age,
        expires=expires,
        secure=secure(settings),
        httponly=True,
        samesite="lax",
    )


def secure(settings: Settings) -> bool:
    """Whether customers reach us by https: cookies are for that alone then."""
    return urlsplit(settings.public_url).scheme == "https"


def _name(name: str, settings: Settings) -> str:
    """A name that browsers take from this very host alone, and by https; where there is https."""
    return f"__Host-{name}" if secure(settings) else name
