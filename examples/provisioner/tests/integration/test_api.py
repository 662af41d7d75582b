"""The API by its customers: instances, errors, and what it says of itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from provisioner.api.app import build
from provisioner.api.parts import Parts
from provisioner.db import Database
from provisioner.models import (
    Instance,
    Job,
)
from tests.support.people import Person, told


def test_only_a_restart_restarts(ann: Person, database: Database) -> None:
    id = ann.make()
    for status in ("provisioning", "running"):
        with database.service() as session:
            values = {"status": status, "tier": "free", "version": "1.0.0"}
            session.execute(update(Instance).where(Instance.id == id).values(values))
    assert ann.post(f"/instances/{id}/stop").status_code == 202
    with database.service() as session:
        assert session.get_one(Instance, id).restart_mark is None


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
    *("delete /v1/instances/{id}", "get /v1/instances/{id}/events", "get /v1/instances/{id}/key"),
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
    assert client.get("/readyz").json() == {"status": "ready", "database": "0003"}


def test_unknown_instances_are_not_found(ann: Person) -> None:
    nobody = UUID(int=1)
    assert told(ann.get(f"/instances/{nobody}")) == (404, "not-found")
    assert told(ann.post(f"/instances/{nobody}/stop")) == (404, "not-found")
    given = {"subscription": str(nobody), "name": "x"}
    assert told(ann.post("/instances", **given)) == (404, "not-found")
