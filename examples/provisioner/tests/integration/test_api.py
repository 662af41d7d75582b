"""The API, by its customers: real database, the whole application, nothing replaced but Stripe."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select, update

from provisioner.api.app import build
from provisioner.api.parts import Parts
from provisioner.db import Database
from provisioner.domain import limits
from provisioner.domain.passwords import Passwords
from provisioner.domain.problems import Problem
from provisioner.models import (
    Account,
    AuditEntry,
    Instance,
    Job,
    RateLimit,
    Subscription,
    UsagePeriod,
)
from tests.support import stripe_api
from tests.support.people import PASSWORD, Person, deliver, join, pay


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]


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


def test_end_of_a_subscription_is_when_it_was_canceled(ann: Person) -> None:
    """Not when the account was closed, later on."""
    bought = ann.subscribe()
    ann.delete(f"/subscriptions/{bought}")
    before = ann.get("/subscriptions").json()[0]["canceled_at"]
    paid = ann.subscribe("starter")
    assert ann.delete(f"/subscriptions/{paid}").status_code == 202
    after = {one["id"]: one["canceled_at"] for one in ann.get("/subscriptions").json()}
    assert after[str(bought)] == before != after[str(paid)]


def test_account_is_not_closed_while_stripe_would_go_on_charging(
    client: TestClient, ann: Person, stripe: stripe_api.StripeStandIn
) -> None:
    pay(client, ann.subscribe("starter"))
    stripe.broken = 500
    assert told(ann.delete("/account")) == (503, "payment-unavailable")
    assert ann.get("/subscriptions").json()[0]["status"] == "active"


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


def test_only_a_restart_restarts(ann: Person, database: Database) -> None:
    id = ann.make()
    for status in ("provisioning", "running"):
        with database.service() as session:
            values = {"status": status, "tier": "free", "version": "1.0.0"}
            session.execute(update(Instance).where(Instance.id == id).values(values))
    assert ann.post(f"/instances/{id}/stop").status_code == 202
    with database.service() as session:
        assert session.get_one(Instance, id).restart_mark is None


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


@pytest.mark.parametrize("name", ["", "Big", "1st", "a_b", "-a", "a-", "x" * 41, "a b", "ü"])
def test_names_that_can_not_be(name: str, ann: Person) -> None:
    answer = ann.post("/instances", subscription=str(ann.subscribe()), name=name)
    assert answer.status_code == 422
    assert answer.json()["type"] in ("bad-name", "bad-request")
    assert ann.get("/instances").json() == []


def test_unknown_and_withdrawn_versions(ann: Person, publish: Any, admin: Person) -> None:
    bought = ann.subscribe()
    given = {"subscription": str(bought), "name": "mine"}
    assert told(ann.post("/instances", **given, version="9")) == (422, "no-such-version")
    publish("2.0.0")
    assert admin.delete("/admin/versions/2.0.0").status_code == 204
    assert told(ann.post("/instances", **given, version="2.0.0")) == (422, "no-such-version")
    assert ann.post("/instances", **given).json()["wanted_version"] == "1.0.0"


def test_what_can_not_be_asked_now(ann: Person, database: Database) -> None:
    id = ann.make()
    for what in ("start", "stop", "restart", "upgrade"):
        answer = ann.post(f"/instances/{id}/{what}")
        assert told(answer) == (409, "not-now")
        assert answer.json()["detail"] == f"An instance that is pending can't {what}."
    assert ann.get(f"/instances/{id}").json()["requests"] == ["deprovision"]
    assert ann.delete(f"/instances/{id}").json()["status"] == "deprovisioning"
    last = ann.get("/account/audit").json()[-1]
    assert (last["action"], last["subject"]) == ("instance.deprovision", str(id))
    assert told(ann.delete(f"/instances/{id}")) == (409, "not-now")
    with database.service() as session:
        assert session.scalars(select(Job.kind).order_by(Job.id)).all() == [
            "provision",
            "deprovision",
        ]


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


@pytest.fixture
def admin(client: TestClient, database: Database) -> Person:
    person = join(client, "admin@example.com")
    with database.service() as session:
        session.get_one(Account, person.id).is_admin = True
    return person


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/accounts"),
        ("GET", "/admin/audit"),
        ("GET", "/admin/jobs"),
        ("POST", "/admin/jobs/1/hurry"),
        ("POST", "/admin/versions"),
        ("DELETE", "/admin/versions/1.0.0"),
        ("DELETE", "/admin/accounts/{ben}"),
    ],
)
def test_admin_is_for_administrators(method: str, path: str, ann: Person, ben: Person) -> None:
    body = {"version": "6.6.6"} if path.endswith("versions") else None
    assert told(ann._ask(method, path.format(ben=ben.id), body)) == (403, "not-allowed")
    assert ben.get("/account").status_code == 200
    assert [one["version"] for one in ann.get("/versions").json()] == ["1.0.0"]


def test_admin_sees_and_closes(admin: Person, ann: Person) -> None:
    assert {one["email"] for one in admin.get("/admin/accounts").json()} == {
        ann.email,
        admin.email,
    }
    assert admin.delete(f"/admin/accounts/{ann.id}").status_code == 204
    assert ann.get("/account").status_code == 401
    entries = admin.get("/admin/audit").json()
    closed = [one for one in entries if one["action"] == "admin.account-closed"]
    assert [(one["actor"], one["account_id"]) for one in closed] == [(str(admin.id), str(ann.id))]
    assert told(admin.delete(f"/admin/accounts/{uuid4()}")) == (404, "not-found")


def test_admin_publishes_versions(admin: Person, ann: Person) -> None:
    assert admin.post("/admin/versions", version="1.1.0").status_code == 201
    assert told(admin.post("/admin/versions", version="1.1.0")) == (409, "version-known")
    assert told(admin.post("/admin/versions", version="no tag")) == (422, "bad-version")
    assert [one["version"] for one in ann.get("/versions").json()] == ["1.1.0", "1.0.0"]
    assert told(admin.delete("/admin/versions/7")) == (404, "not-found")


def test_admin_hurries_work_that_waits(admin: Person, ann: Person, database: Database) -> None:
    id = ann.make()
    with database.service() as session:
        job = session.scalars(select(Job)).one()
        job.run_after, job.attempts = datetime(2100, 1, 1, tzinfo=UTC), 3
        number = job.id
    said = admin.get("/admin/jobs?state=queued").json()
    assert [(one["id"], one["kind"], one["instance_id"]) for one in said] == [
        (number, "provision", str(id))
    ]
    assert admin.get("/admin/jobs?state=dead").json() == []
    assert admin.post(f"/admin/jobs/{number}/hurry").json()["attempts"] == 0
    with database.service() as session:
        assert session.get_one(Job, number).run_after < datetime.now(UTC) + timedelta(minutes=1)
    assert told(admin.post("/admin/jobs/999/hurry")) == (409, "not-now")


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


def test_one_request_a_minute_is_one(database: Database) -> None:
    with database.service() as session:
        limits.take(session, "k", 1)
    with pytest.raises(Problem) as refused, database.service() as session:
        limits.take(session, "k", 1)
    assert 55 <= int(refused.value.headers["Retry-After"]) <= 60


def test_bucket_fills_again_and_is_forgotten_when_full(database: Database) -> None:
    def take() -> int:
        try:
            with database.service() as session:
                limits.take(session, "k", 60)
        except Problem as refused:
            return int(refused.headers["Retry-After"])
        return 0

    def age(seconds: int) -> None:
        with database.service() as session:
            kept = session.get_one(RateLimit, "k")
            kept.tokens, kept.at = 0.0, datetime.now(UTC) - timedelta(seconds=seconds)

    assert take() == 0
    age(0)
    assert take() == 1
    # Half a minute brings half of a minute's requests, and not more.
    age(30)
    with database.service() as session:
        limits.take(session, "k", 60)
        assert 28.9 < session.get_one(RateLimit, "k").tokens < 31
    age(100_000)
    with database.service() as session:
        limits.take(session, "k", 60)
        session.expire_all()
        assert session.get_one(RateLimit, "k").tokens == pytest.approx(59, abs=0.1)
    with database.service() as session:
        assert limits.sweep(session) == 0
    age(121)
    with database.service() as session:
        assert limits.sweep(session) == 1


def test_requests_have_ids_and_errors_have_one_shape(client: TestClient) -> None:
    first, second = client.get("/v1/nowhere"), client.get("/v1/account")
    assert first.status_code == 404
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert second.headers["Content-Type"] == "application/problem+json"
    assert second.json()["title"] == "Unauthorized"


def test_what_breaks_says_nothing_of_how(parts: Parts) -> None:
    app = build(parts)

    @app.get("/breaks")
    def breaks() -> None:
        raise RuntimeError("the password is hunter2")

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/breaks")
    assert told(answer) == (500, "internal")
    assert "hunter2" not in answer.text


PUBLISHED = {
    *("get /healthz", "get /readyz", "get /v1/tiers", "get /v1/versions"),
    *("post /v1/accounts", "get /v1/account", "delete /v1/account", "get /v1/account/audit"),
    *("post /v1/sessions", "delete /v1/sessions"),
    *("get /v1/subscriptions", "post /v1/subscriptions", "delete /v1/subscriptions/{id}"),
    *("get /v1/instances", "post /v1/instances", "get /v1/instances/{id}"),
    *("delete /v1/instances/{id}", "get /v1/instances/{id}/events"),
    *(f"post /v1/instances/{{id}}/{what}" for what in ("start", "stop", "restart", "upgrade")),
    *("get /v1/usage", "get /v1/invoices", "post /v1/webhooks/stripe"),
    *("get /v1/admin/accounts", "delete /v1/admin/accounts/{id}", "get /v1/admin/audit"),
    *("get /v1/admin/jobs", "post /v1/admin/jobs/{id}/hurry"),
    *("post /v1/admin/versions", "delete /v1/admin/versions/{version}"),
}


def test_openapi_is_published_and_names_every_route(client: TestClient) -> None:
    said = client.get("/openapi.json").json()
    found = {f"{method} {path}" for path, one in said["paths"].items() for method in one}
    assert found == PUBLISHED
    assert said["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready", "database": "0002"}


def test_unknown_instances_are_not_found(ann: Person) -> None:
    nobody = UUID(int=1)
    assert told(ann.get(f"/instances/{nobody}")) == (404, "not-found")
    assert told(ann.post(f"/instances/{nobody}/stop")) == (404, "not-found")
    given = {"subscription": str(nobody), "name": "x"}
    assert told(ann.post("/instances", **given)) == (404, "not-found")


def test_audit_is_written_by_administrators_actions_too(admin: Person, database: Database) -> None:
    admin.post("/admin/versions", version="3.0.0")
    admin.delete("/admin/versions/3.0.0")
    with database.service() as session:
        found = session.execute(
            select(AuditEntry.action, AuditEntry.subject).where(AuditEntry.action.like("admin.%"))
        )
        assert [tuple(row) for row in found] == [
            ("admin.version-published", "3.0.0"),
            ("admin.version-withdrawn", "3.0.0"),
        ]
