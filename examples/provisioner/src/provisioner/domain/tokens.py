"""Signed tokens (JWT, HS256) that say whose request it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import jwt

from provisioner.domain.problems import Problem

_ISSUER = "provisioner"
_AUDIENCE = "authenticated"
_WANTED = ("sub", "exp", "iat", "aud", "iss", "generation")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token speaks for."""

    account: UUID
    #: Of the account's tokens: signing out everywhere begins the next one.
    generation: int


class Tokens:
    """Issues and reads tokens."""

    def __init__(self, secret: str, lifetime: timedelta) -> None:
        self._secret, self._lifetime = secret, lifetime

    def issue(self, identity: Identity, now: datetime) -> tuple[str, datetime]:
        """A token, and when it ends."""
        until = now + self._lifetime
        claims = {
            "sub": str(identity.account),
            "role": _AUDIENCE,
            "aud": _AUDIENCE,
            "iss": _ISSUER,
            "iat": now,
            "exp": until,
            "jti": str(uuid4()),
            "generation": identity.generation,
        }
        return jwt.encode(claims, self._secret, algorithm="HS256"), until

    def read(self, token: str) -> Identity:
        """Whose it is. Raises Problem ``bad-token``, or ``token-expired``."""
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=["HS256"],
                audience=_AUDIENCE,
                issuer=_ISSUER,
                options={"require": list(_WANTED)},
            )
            return Identity(UUID(claims["sub"]), int(claims["generation"]))
        except jwt.ExpiredSignatureError as error:
            raise _refused("token-expired", "Your session has ended: sign in again.") from error
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise _refused("bad-token", "Sign in first.") from error


def _refused(slug: str, detail: str) -> Problem:
    return Problem(slug, 401, detail, {"WWW-Authenticate": "Bearer"})
