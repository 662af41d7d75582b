"""Customers, as the API knows them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
from fastapi.testclient import TestClient

from tests.support import stripe_api

PASSWORD = "correct horse battery"
WEBHOOK = "whsec_Zp8bR2xKq4LmN7vT9wYc3sHd"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in."""

    client: TestClient
    id: UUID
    email: str
    token: str

    def _ask(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.request(method, f"/v1{path}", json=body, headers=headers)

    def get(self, path: str) -> httpx2.Response:
        """GET, below /v1."""
        return self._ask("GET", path)

    def post(self, path: str, **body: Any) -> httpx2.Response:
        """POST, below /v1."""
        return self._ask("POST", path, body)

    def delete(self, path: str) -> httpx2.Response:
        """DELETE, below /v1."""
        return self._ask("DELETE", path)

    def subscribe(self, tier: str = "free") -> UUID:
        """A new subscription; one that costs something waits for Stripe."""
        answer = self.post("/subscriptions", tier=tier)
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["id"])

    def make(self, name: str = "mine", subscription: UUID | None = None) -> UUID:
        """A new instance, of a free subscription unless one is given."""
        bought = subscription or self.subscribe()
        answer = self.post("/instances", subscription=str(bought), name=name)
        assert answer.status_code == 202, answer.text
        return UUID(answer.json()["id"])

    def status(self, instance: UUID) -> str:
        """What the API says of an instance."""
        return str(self.get(f"/instances/{instance}").json()["status"])


def join(client: TestClient, email: str) -> Person:
    """Register, and sign in."""
    given = {"email": email, "password": PASSWORD}
    made = client.post("/v1/accounts", json=given)
    assert made.status_code == 201, made.text
    token = client.post("/v1/sessions", json=given).json()["token"]
    return Person(client, UUID(made.json()["id"]), email, token)


def deliver(client: TestClient, event: dict[str, Any]) -> httpx2.Response:
    """Bring an event to the webhook, signed as Stripe signs."""
    body = json.dumps(event).encode()
    headers = {"Stripe-Signature": stripe_api.signed(body, WEBHOOK)}
    return client.post("/v1/webhooks/stripe", content=body, headers=headers)


def pay(client: TestClient, subscription: UUID, at: int = 1_000, id: str = "sub_1") -> None:
    """Let Stripe tell that a subscription has been paid for."""
    told = stripe_api.subscription("active", subscription, id)
    answer = deliver(client, stripe_api.event("customer.subscription.updated", told, at))
    assert answer.json() == {"effect": "active"}


def told(answer: httpx2.Response) -> tuple[int, str]:
    """Status and slug of a refusal."""
    return answer.status_code, str(answer.json()["type"])
