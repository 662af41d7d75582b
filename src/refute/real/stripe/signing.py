"""Webhooks as Stripe signs them: ``Stripe-Signature: t=...,v1=...``."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any

from refute.real.provider import Json


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request that Stripe would send."""

    event: Json
    body: bytes
    headers: dict[str, str]

    @property
    def type(self) -> str:
        """``invoice.paid``, for one."""
        return str(self.event["type"])


def signed(event: Json, secret: str, *, seconds_ago: float = 0.0) -> Webhook:
    """An event as a request, signed with a secret at a moment."""
    body = json.dumps(event, indent=2).encode()
    moment = int(time.time() - seconds_ago)
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    headers: dict[str, Any] = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": f"t={moment},v1={mac}",
    }
    return Webhook(event, body, headers)
