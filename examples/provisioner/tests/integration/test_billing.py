"""Subscriptions, usage and what Stripe is asked, by HTTP on a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, update

from provisioner.db import Database
from provisioner.models import (
    Instance,
    Subscription,
    UsagePeriod,
)
from tests.support import stripe_api
from tests.support.people import Person, deliver, pay, told


def test_end_of_a_subscription_is_when_it_was_canceled(ann: Person) -> None:
    """Not when the account was closed, later on."""
    bought = ann.subscribe()
    ann.delete(f"/subscriptions/{bought}")
    before = ann.get("/subscriptions").json()[0]["canceled_at"]
    paid = ann.subscribe("starter")
    assert ann.delete(f"/subscriptions/{paid}").status_code == 202
    after = {one["id"]: one["canceled_at"] for one in ann.get("/subscriptions").json()}
    assert after[str(bought)] == before != after[str(paid)]


def test_tiers_are_for_everybody_to_see(client: TestClient) -> None:
    said = client.get("/v1/tiers").json()
    assert [(one["name"], one["cents"]) for one in said] == [
        ("free", 0),
        ("starter", 900),
        ("professional", 4900),
    ]


def test_paid_tier_is_paid_for_at_stripe(ann: Person, stripe: stripe_api.StripeStandIn) -> None:
    said = ann.post("/subscriptions", tier="starter").json()
    key = f"checkout-{said['id']}"
    assert said["checkout_url"].endswith(key)
    assert said["status"] == "incomplete"
    form = stripe.checkouts[key]
    assert form["subscription_data[metadata][subscription]"] == [said["id"]]
    assert form["line_items[0][price]"] == ["price_starter"]
    assert form["line_items[0][quantity]"] == ["1"]
    assert form["customer_email"] == [ann.email]
    assert form["mode"] == ["subscription"]


def test_no_subscription_without_a_way_to_pay(
    ann: Person, stripe: stripe_api.StripeStandIn
) -> None:
    stripe.broken = 500
    answer = ann.post("/subscriptions", tier="starter")
    assert told(answer) == (503, "payment-unavailable")
    assert answer.headers["Retry-After"] == "30"
    assert ann.get("/subscriptions").json() == []


def test_one_free_subscription(ann: Person) -> None:
    first = ann.subscribe()
    assert told(ann.post("/subscriptions", tier="free")) == (409, "one-free")
    assert told(ann.post("/subscriptions", tier="gold")) == (422, "bad-request")
    assert ann.delete(f"/subscriptions/{first}").json()["status"] == "canceled"
    last = ann.get("/account/audit").json()[-1]
    assert (last["action"], last["subject"]) == ("subscription.canceled", str(first))
    assert told(ann.delete(f"/subscriptions/{first}")) == (404, "not-found")
    ann.subscribe()


@pytest.mark.parametrize(("status", "code"), [(404, 202), (400, 503), (500, 503)])
def test_canceling_what_stripe_answers_oddly(
    status: int, code: int, client: TestClient, ann: Person, stripe: stripe_api.StripeStandIn
) -> None:
    """What Stripe does not know any more has ended; other errors are errors."""
    bought = ann.subscribe("starter")
    pay(client, bought)
    stripe.broken = status
    assert ann.delete(f"/subscriptions/{bought}").status_code == code


def test_checkout_without_a_page_is_no_checkout(
    ann: Person, stripe: stripe_api.StripeStandIn
) -> None:
    stripe.without_page = True
    assert told(ann.post("/subscriptions", tier="starter")) == (503, "payment-unavailable")


def test_upgrade_has_to_be_paid_for(
    client: TestClient, ann: Person, ben: Person, database: Database
) -> None:
    ben.make()
    bought = ann.subscribe("starter")
    pay(client, bought)
    id = ann.make("mine", bought)
    overdue = stripe_api.subscription("past_due", bought)
    deliver(client, stripe_api.event("customer.subscription.updated", overdue, 2_000))
    for status in ("provisioning", "running"):
        with database.service() as session:
            values = {"status": status, "tier": "starter", "version": "1.0.0"}
            session.execute(update(Instance).where(Instance.id == id).values(values))
    assert told(ann.post(f"/instances/{id}/upgrade")) == (402, "not-paid")
    # What runs may go on, and be restarted: once, and by that request alone.
    assert ann.post(f"/instances/{id}/restart").status_code == 202
    assert told(ann.post(f"/instances/{uuid4()}/upgrade")) == (404, "not-found")


def test_canceling_a_paid_one_is_stripes_to_do(
    client: TestClient, ann: Person, stripe: stripe_api.StripeStandIn
) -> None:
    bought = ann.subscribe("starter")
    pay(client, bought)
    stripe.known.add("sub_1")
    assert ann.delete(f"/subscriptions/{bought}").status_code == 202
    assert stripe.canceled == ["sub_1"]
    # Its webhook is what ends it here.
    assert ann.get("/subscriptions").json()[0]["status"] == "active"


def test_usage_is_what_ran_in_the_month(
    client: TestClient, ann: Person, database: Database
) -> None:
    bought = ann.subscribe("starter")
    pay(client, bought)
    id = ann.make("mine", bought)
    start = datetime(2026, 1, 31, 23, tzinfo=UTC)
    with database.service() as session:
        session.execute(update(Subscription).values(created_at=start))
        session.execute(
            insert(UsagePeriod).values(
                instance_id=id,
                account_id=ann.id,
                tier="starter",
                started_at=start,
                ended_at=start + timedelta(hours=3),
            )
        )
    january, february, march = (
        ann.get(f"/usage?month=2026-{month}").json() for month in ("01", "02", "03")
    )
    assert [line["seconds"] for line in january["lines"]] == [3600]
    assert [line["seconds"] for line in february["lines"]] == [7200]
    assert march["lines"] == []
    assert [one["due_cents"] for one in (january, february, march)] == [900, 900, 900]
    assert ann.get("/usage?month=2025-12").json()["due_cents"] == 0


@pytest.mark.parametrize("month", ["2026", "2026-13", "2026-1", "x", "0001-01", "9999-12"])
def test_months_that_are_none(month: str, ann: Person) -> None:
    assert told(ann.get(f"/usage?month={month}")) == (422, "bad-request")
