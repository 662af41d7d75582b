"""Stripe's events: late, twice, out of order, forged. Signatures are as Stripe makes them."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from provisioner.db import Database
from provisioner.models import AuditEntry, Instance, Job, StripeEvent, Subscription
from tests.support import stripe_api
from tests.support.people import WEBHOOK, Person, deliver, pay


def subscription_event(
    ours: UUID, status: str, at: int, kind: str = "updated", id: str = "sub_1"
) -> dict[str, Any]:
    told = stripe_api.subscription(status, ours, id)
    return stripe_api.event(f"customer.subscription.{kind}", told, at)


def state(database: Database, id: UUID) -> tuple[str, str | None]:
    with database.service() as session:
        found = session.get_one(Subscription, id)
        return found.status, found.stripe_subscription_id


def test_paid_subscription_becomes_active(
    client: TestClient, ann: Person, database: Database
) -> None:
    bought = ann.subscribe("starter")
    assert state(database, bought) == ("incomplete", None)
    pay(client, bought)
    assert state(database, bought) == ("active", "sub_1")
    with database.service() as session:
        assert session.get_one(Subscription, bought).stripe_customer_id == "cus_1"


def test_second_delivery_changes_nothing(
    client: TestClient, ann: Person, database: Database
) -> None:
    bought = ann.subscribe("starter")
    event = subscription_event(bought, "active", 1_000)
    assert deliver(client, event).json() == {"effect": "active"}
    assert deliver(client, event).json() == {"effect": "repeated"}
    with database.service() as session:
        changed = select(func.count()).where(AuditEntry.action == "subscription.changed")
        assert session.scalar(changed) == 1


def test_many_deliveries_at_once_are_one(
    client: TestClient, ann: Person, database: Database
) -> None:
    bought = ann.subscribe("starter")
    pay(client, bought)
    ann.make("mine", bought)
    event = subscription_event(bought, "canceled", 2_000, "deleted")
    ready = threading.Barrier(4)

    def bring(_: int) -> str:
        ready.wait()
        return str(deliver(client, event).json()["effect"])

    with ThreadPoolExecutor(4) as pool:
        effects = sorted(pool.map(bring, range(4)))
    assert effects == ["canceled", "repeated", "repeated", "repeated"]
    with database.service() as session:
        assert session.scalars(select(Job.kind).order_by(Job.id)).all() == [
            "provision",
            "deprovision",
        ]


@pytest.mark.parametrize("turn", list(permutations(range(4))))
def test_every_order_ends_the_same(
    turn: tuple[int, ...], client: TestClient, ann: Person, database: Database
) -> None:
    """Created and paid within one second, overdue once, and paid again in the end."""
    bought = ann.subscribe("starter")
    events = [
        subscription_event(bought, "incomplete", 1_000, "created"),
        subscription_event(bought, "active", 1_000),
        subscription_event(bought, "past_due", 2_000),
        subscription_event(bought, "active", 3_000),
    ]
    for number in turn:
        deliver(client, events[number])
    assert state(database, bought) == ("active", "sub_1")


@pytest.mark.parametrize("turn", list(permutations(range(3))))
def test_end_is_the_end_in_every_order(
    turn: tuple[int, ...], client: TestClient, ann: Person, database: Database
) -> None:
    bought = ann.subscribe("starter")
    events = [
        subscription_event(bought, "active", 1_000),
        subscription_event(bought, "past_due", 5_000),
        subscription_event(bought, "canceled", 5_000, "deleted"),
    ]
    for number in turn:
        deliver(client, events[number])
    assert state(database, bought) == ("canceled", "sub_1")


def test_end_takes_the_instance_down(client: TestClient, ann: Person, database: Database) -> None:
    bought = ann.subscribe("starter")
    pay(client, bought)
    id = ann.make("mine", bought)
    deliver(client, subscription_event(bought, "canceled", 2_000, "deleted"))
    assert ann.status(id) == "deprovisioning"
    with database.service() as session:
        jobs = session.execute(select(Job.kind, Job.instance_id).order_by(Job.id)).all()
    assert [tuple(job) for job in jobs] == [("provision", id), ("deprovision", id)]


def test_overdue_subscription_gets_nothing_new(client: TestClient, ann: Person) -> None:
    bought = ann.subscribe("starter")
    pay(client, bought)
    deliver(client, subscription_event(bought, "past_due", 2_000))
    answer = ann.post("/instances", subscription=str(bought), name="mine")
    assert (answer.status_code, answer.json()["type"]) == (402, "not-paid")


def signed_otherwise(how: str, body: bytes) -> str:
    """A signature that is none of Stripe's for this body."""
    return {
        "none": "",
        "nonsense": "nonsense",
        "empty": "t=1,v1=00",
        "of another body": stripe_api.signed(b"{}", WEBHOOK),
        "by another secret": stripe_api.signed(body, "whsec_of-somebody-else-entirely"),
    }[how]


@pytest.mark.parametrize(
    "how", ["none", "nonsense", "empty", "of another body", "by another secret"]
)
def test_forged_events_have_no_effect(
    how: str, client: TestClient, ann: Person, database: Database
) -> None:
    bought = ann.subscribe("starter")
    body = json.dumps(subscription_event(bought, "active", 1_000)).encode()
    headers = {"Stripe-Signature": signed_otherwise(how, body)}
    answer = client.post("/v1/webhooks/stripe", content=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "bad-signature")
    assert state(database, bought) == ("incomplete", None)


@pytest.mark.parametrize(("age", "status"), [(240, 200), (420, 400)])
def test_overheard_request_is_good_for_minutes_only(
    age: int, status: int, client: TestClient, ann: Person
) -> None:
    body = json.dumps(subscription_event(ann.subscribe("starter"), "active", 1_000)).encode()
    signature = stripe_api.signed(body, WEBHOOK, int(time.time()) - age)
    answer = client.post(
        "/v1/webhooks/stripe", content=body, headers={"Stripe-Signature": signature}
    )
    assert answer.status_code == status


@pytest.mark.parametrize("body", [b"{}", b"[]", b"x", b'{"id": "evt_1", "type": "x"}'])
def test_signed_nonsense_is_refused(body: bytes, client: TestClient) -> None:
    headers = {"Stripe-Signature": stripe_api.signed(body, WEBHOOK)}
    answer = client.post("/v1/webhooks/stripe", content=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "bad-event")


def test_endless_body_is_cut_off(client: TestClient) -> None:
    answer = client.post("/v1/webhooks/stripe", content=b"x" * (2 << 20))
    assert answer.status_code == 413


def test_event_that_fails_is_not_on_record_and_comes_again(
    client: TestClient, ann: Person, database: Database
) -> None:
    """Stripe delivers again what was answered with an error; it must not count as taken."""
    bought = ann.subscribe("starter")
    event = subscription_event(bought, "active", 1_000)
    broken = {**event, "data": {"object": {**event["data"]["object"], "metadata": 7}}}
    with pytest.raises(AttributeError):
        deliver(client, broken)
    with database.service() as session:
        assert session.scalars(select(StripeEvent.id)).all() == []
    assert deliver(client, event).json() == {"effect": "active"}


def test_events_of_others_are_left_alone(
    client: TestClient, ann: Person, database: Database
) -> None:
    bought = ann.subscribe("starter")
    pay(client, bought)
    unknown = subscription_event(uuid4(), "canceled", 9_000, id="sub_9")
    assert deliver(client, unknown).json() == {"effect": "not-ours"}
    # Ours is tied to sub_1: another one that claims to be it is not believed.
    claims = subscription_event(bought, "canceled", 9_000, id="sub_2")
    assert deliver(client, claims).json() == {"effect": "not-ours"}
    odd = subscription_event(bought, "something_new", 9_000)
    assert deliver(client, odd).json() == {"effect": "not-ours"}
    other = stripe_api.event("customer.created", {"id": "cus_1"}, 9_000)
    assert deliver(client, other).json() == {"effect": "ignored"}
    assert state(database, bought) == ("active", "sub_1")


def test_what_carries_no_id_of_ours_is_known_by_stripes(
    client: TestClient, ann: Person, ben: Person, database: Database
) -> None:
    """As with subscriptions that were changed by hand, and invoices of older versions."""
    others = ben.subscribe("starter")
    pay(client, others, id="sub_9")
    bought = ann.subscribe("starter")
    pay(client, bought)
    bare = {"id": "sub_1", "object": "subscription", "status": "past_due", "metadata": None}
    late = stripe_api.event("customer.subscription.updated", bare, 2_000)
    assert deliver(client, late).json() == {"effect": "past_due"}
    assert [state(database, one)[0] for one in (bought, others)] == ["past_due", "active"]
    old = {"id": "in_7", "object": "invoice", "currency": "usd", "created": 1_700_000_000}
    for told in ({**old, "subscription": "sub_1"}, {**old, "id": "in_8"}):
        deliver(client, stripe_api.event("invoice.paid", told, 2_000))
    assert [(one["id"], one["amount_cents"]) for one in ann.get("/invoices").json()] == [
        ("in_7", 0)
    ]
    assert ben.get("/invoices").json() == []


def test_late_events_do_not_bring_a_closed_account_back(
    client: TestClient, ann: Person, database: Database, stripe: stripe_api.StripeStandIn
) -> None:
    bought = ann.subscribe("starter")
    pay(client, bought)
    ann.make("mine", bought)
    stripe.known.add("sub_1")
    assert ann.delete("/account").status_code == 204
    assert stripe.canceled == ["sub_1"]
    late = subscription_event(bought, "active", 9_000)
    assert deliver(client, late).json() == {"effect": "unwanted"}
    assert stripe.canceled == ["sub_1"]
    assert state(database, bought)[0] == "canceled"
    with database.service() as session:
        assert session.scalars(select(Instance.status)).all() == ["deprovisioning"]


def test_who_pays_after_leaving_is_not_charged_on(
    client: TestClient, ann: Person, database: Database, stripe: stripe_api.StripeStandIn
) -> None:
    """The page where one pays was still open when the account was closed."""
    bought = ann.subscribe("starter")
    ann.delete("/account")
    stripe.known.add("sub_1")
    paid = subscription_event(bought, "active", 9_000)
    stripe.broken = 500
    assert deliver(client, paid).status_code == 503
    stripe.broken = 0
    assert deliver(client, paid).json() == {"effect": "unwanted"}
    assert stripe.canceled == ["sub_1"]
    ended = subscription_event(bought, "canceled", 9_001, "deleted")
    assert deliver(client, ended).json() == {"effect": "outdated"}
