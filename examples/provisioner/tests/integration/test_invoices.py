"""Invoices, as Stripe tells of them: late, twice, in every order."""

from __future__ import annotations

from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from tests.support import stripe_api
from tests.support.people import Person, deliver


def invoice(ours: UUID, kind: str, id: str = "in_1") -> dict[str, Any]:
    told = {
        "id": id,
        "object": "invoice",
        "amount_due": 900,
        "currency": "usd",
        "created": 1_700_000_000,
        "parent": {
            "subscription_details": {
                "metadata": {"subscription": str(ours)},
                "subscription": "sub_1",
            }
        },
    }
    return stripe_api.event(f"invoice.{kind}", told, 1_000)


@pytest.mark.parametrize("turn", list(permutations(["finalized", "payment_failed", "paid"])))
def test_paid_invoice_stays_paid_in_every_order(
    turn: tuple[str, ...], client: TestClient, ann: Person
) -> None:
    bought = ann.subscribe("starter")
    for kind in turn:
        assert deliver(client, invoice(bought, kind)).status_code == 200
    shown = ann.get("/invoices").json()
    assert [(one["id"], one["status"], one["amount_cents"]) for one in shown] == [
        ("in_1", "paid", 900)
    ]
    assert shown[0]["subscription_id"] == str(bought)


def test_failed_invoice_is_news_while_it_is_open(client: TestClient, ann: Person) -> None:
    bought = ann.subscribe("starter")
    deliver(client, invoice(bought, "payment_failed"))
    deliver(client, invoice(bought, "finalized"))
    assert [one["status"] for one in ann.get("/invoices").json()] == ["failed"]


def test_invoice_of_others_is_left_alone(client: TestClient, ann: Person) -> None:
    assert deliver(client, invoice(uuid4(), "paid")).json() == {"effect": "not-ours"}
    assert ann.get("/invoices").json() == []
