"""What the API works with, and how a request is told whose it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from provisioner.billing.gateway import Gateway
from provisioner.db import Database
from provisioner.domain import accounts, limits
from provisioner.domain.passwords import Passwords
from provisioner.domain.problems import Problem
from provisioner.domain.tokens import Tokens
from provisioner.flags import Flags
from provisioner.models import Account
from provisioner.settings import Settings


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """One of each, made when the service starts."""

    settings: Settings
    database: Database
    passwords: Passwords
    tokens: Tokens
    gateway: Gateway
    flags: Flags = field(default_factory=Flags)
    now: Callable[[], datetime] = _now

    @classmethod
    def of(cls, settings: Settings) -> Parts:
        """The parts that the settings ask for."""
        return cls(
            settings,
            Database.of(settings),
            Passwords(),
            Tokens(
                settings.token_secret.get_secret_value(),
                timedelta(minutes=settings.token_minutes),
            ),
            Gateway(settings),
            Flags(settings.flags_file),
        )


def parts(request: Request) -> Parts:
    """The parts of the application that was asked."""
    return cast("Parts", request.app.state.parts)


WithParts = Annotated[Parts, Depends(parts)]

_bearer = HTTPBearer(auto_error=False, description="The token of POST /v1/sessions.")


def limited(request: Request, with_parts: WithParts) -> None:
    """Count a request that nobody has signed, by the address it comes from."""
    host = request.client.host if request.client else "unknown"
    with with_parts.database.service() as session:
        limits.take(session, f"address:{host}", with_parts.settings.rate_anonymous)


def signed_in(
    with_parts: WithParts,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Account:
    """Who asks. Raises Problem ``bad-token``, ``token-expired`` or ``too-many-requests``."""
    if given is None:
        raise Problem("bad-token", 401, "Sign in first.", {"WWW-Authenticate": "Bearer"})
    identity = with_parts.tokens.read(given.credentials)
    with with_parts.database.service() as session:
        account = accounts.holder(session, identity)
        limits.take(session, f"account:{account.id}", with_parts.settings.rate_account)
        return account


SignedIn = Annotated[Account, Depends(signed_in)]


def administrator(account: SignedIn) -> Account:
    """Who asks, if they may do what administrators do. Raises Problem ``not-allowed``."""
    if not account.is_admin:
        raise Problem("not-allowed", 403, "This is for administrators.")
    return account


Administrator = Annotated[Account, Depends(administrator)]
