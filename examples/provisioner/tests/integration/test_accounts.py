"""Accounts, sessions and what belongs to them, by HTTP on a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from provisioner.api.app import build
from provisioner.api.parts import Parts
from provisioner.db import Database
from provisioner.domain.passwords import Passwords
from provisioner.models import (
    Account,
    AuditEntry,
    Job,
    Subscription,
)
from tests.support import stripe_api
from tests.support.people import PASSWORD, Person, pay, told


def test_account_is_what_was_registered(ann: Person) -> None:
    said = ann.get("/account").json()
    assert (said["email"], said["is_admin"]) == ("ann@example.com", False)


def test_addresses_are_the_same_in_capitals(client: TestClient, ann: Person) -> None:
    again = {"email": "ANN@Example.com", "password": PASSWORD}
    assert told(client.post("/v1/accounts", json=again)) == (409, "email-taken")
    assert client.post("/v1/sessions", json=again).status_code == 201


@pytest.mark.parametrize(
    ("given", "slug"),
    [
        ({"email": "ann@example.com", "password": "short"}, "weak-password"),
        ({"email": "longish.name@example.com", "password": "Longish.Name"}, "weak-password"),
        ({"email": "nobody", "password": PASSWORD}, "bad-request"),
        ({"email": "ann@example.com"}, "bad-request"),
        ({"email": "ann@example.com", "password": PASSWORD, "admin": True}, "bad-request"),
    ],
)
def test_registration_that_is_refused(given: Any, slug: str, client: TestClient) -> None:
    assert told(client.post("/v1/accounts", json=given)) == (422, slug)


def test_wrong_password_and_no_account_are_told_alike(client: TestClient, ann: Person) -> None:
    wrong = client.post("/v1/sessions", json={"email": ann.email, "password": "x" * 12})
    nobody = client.post("/v1/sessions", json={"email": "no@example.com", "password": "x" * 12})
    assert told(wrong) == (401, "wrong-credentials")
    assert wrong.json() == nobody.json()


def test_passwords_are_hashed_and_grow_with_their_cost(
    parts: Parts, ann: Person, database: Database
) -> None:
    def kept() -> str:
        with database.service() as session:
            return session.scalars(select(Account.password_hash)).one()

    first = kept()
    assert first.startswith("$argon2id$")
    dearer = replace(parts, passwords=Passwords(cost=2, memory=8))
    with TestClient(build(dearer)) as client:
        given = {"email": ann.email, "password": PASSWORD}
        assert client.post("/v1/sessions", json=given).status_code == 201
        assert kept() != first
        assert client.post("/v1/sessions", json=given).status_code == 201


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer a.b.c"])
def test_without_a_token_there_is_nothing(header: str, client: TestClient) -> None:
    answer = client.get("/v1/account", headers={"Authorization": header} if header else {})
    assert told(answer) == (401, "bad-token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_signing_out_ends_all_tokens(client: TestClient, ann: Person) -> None:
    """Also when one has signed out before."""
    assert ann.delete("/sessions").status_code == 204
    assert told(ann.get("/account")) == (401, "bad-token")
    again = {"email": ann.email, "password": PASSWORD}
    token = client.post("/v1/sessions", json=again).json()["token"]
    again_ann = replace(ann, token=token)
    assert again_ann.get("/account").status_code == 200
    actions = [one["action"] for one in again_ann.get("/account/audit").json()]
    assert actions[2:] == ["account.signed-out", "account.signed-in"]
    assert again_ann.delete("/sessions").status_code == 204
    for old in (ann, again_ann):
        assert told(old.get("/account")) == (401, "bad-token")


def test_token_ends_with_its_hour(parts: Parts, ann: Person) -> None:
    past = replace(parts, now=lambda: datetime.now(UTC) - timedelta(minutes=61))
    with TestClient(build(past)) as client:
        given = {"email": ann.email, "password": PASSWORD}
        said = client.post("/v1/sessions", json=given).json()
    assert datetime.fromisoformat(said["expires_at"]) < datetime.now(UTC)
    assert told(replace(ann, token=said["token"]).get("/account")) == (401, "token-expired")


def test_closed_account_is_gone_with_all_it_had(
    client: TestClient, ann: Person, ben: Person, database: Database
) -> None:
    bought = ann.subscribe()
    id = ann.make("mine", bought)
    his = ben.make()
    assert ann.delete("/account").status_code == 204
    assert told(ann.get("/account")) == (401, "bad-token")
    given = {"email": ann.email, "password": PASSWORD}
    assert told(client.post("/v1/sessions", json=given)) == (401, "wrong-credentials")
    with database.service() as session:
        assert session.get_one(Subscription, bought).status == "canceled"
        jobs = session.scalars(select(Job.instance_id).where(Job.kind == "deprovision")).all()
        down = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "instance.taken-down")
        ).one()
    assert jobs == [id]
    assert (down.actor, down.account_id, down.subject) == ("service", None, str(id))
    assert ben.status(his) == "pending"


def test_account_is_not_closed_while_stripe_would_go_on_charging(
    client: TestClient, ann: Person, stripe: stripe_api.StripeStandIn
) -> None:
    pay(client, ann.subscribe("starter"))
    stripe.broken = 500
    assert told(ann.delete("/account")) == (503, "payment-unavailable")
    assert ann.get("/subscriptions").json()[0]["status"] == "active"


def test_audit_tells_who_did_what(ann: Person, database: Database) -> None:
    bought = ann.subscribe()
    id = ann.make("mine", bought)
    entries = ann.get("/account/audit").json()
    assert [(one["action"], one["subject"]) for one in entries] == [
        ("account.registered", ""),
        ("account.signed-in", ""),
        ("subscription.begun", str(bought)),
        ("instance.created", str(id)),
    ]
    assert {one["actor"] for one in entries} == {str(ann.id)}
    assert entries[-1]["detail"]["name"] == "mine"
    assert len(entries[-1]["detail"]["request"]) == 32
    assert entries[-1]["detail"].keys() == {"name", "request", "address"}
    after = entries[2]["id"]
    assert [one["action"] for one in ann.get(f"/account/audit?after={after}").json()] == [
        "instance.created"
    ]


def test_too_many_requests_of_one_address(parts: Parts) -> None:
    settings = parts.settings.model_copy(update={"rate_anonymous": 3})
    given = {"email": "ann@example.com", "password": "x" * 12}
    with TestClient(build(replace(parts, settings=settings))) as client:
        codes = [client.post("/v1/sessions", json=given).status_code for _ in range(3)]
        refused = client.post("/v1/sessions", json=given)
    assert codes == [401, 401, 401]
    assert told(refused) == (429, "too-many-requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 20


def test_too_many_requests_of_one_account_are_not_anothers(
    parts: Parts, ann: Person, ben: Person
) -> None:
    settings = parts.settings.model_copy(update={"rate_account": 2})
    with TestClient(build(replace(parts, settings=settings))) as client:
        mine, his = replace(ann, client=client), replace(ben, client=client)
        # A bucket that was filled at a higher rate is cut to size.
        assert [mine.get("/account").status_code for _ in range(3)] == [200, 200, 429]
        assert his.get("/account").status_code == 200
