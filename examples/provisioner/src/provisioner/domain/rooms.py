"""The Matrix room of an instance: what its account is called, and the key to it. Pure."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from uuid import UUID

OWNER = "owner"
"""What the room's account is called at the instance's own page."""

_SIGNS = 20
"""A hundred bits: nobody tries them all, and somebody can still type them."""


def account(instance: UUID) -> str:
    """The local name of the account that the room belongs to, and of the room's alias."""
    return f"room-{instance}"


def key(secret: str, instance: UUID) -> str:
    """The account's password: always the same, so nobody has to keep it."""
    made = hmac.new(secret.encode(), f"room:{instance}".encode(), hashlib.sha256).digest()
    signs = b32encode(made).decode().lower()[:_SIGNS]
    return "-".join(signs[at : at + 5] for at in range(0, _SIGNS, 5))
