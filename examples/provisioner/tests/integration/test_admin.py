"""What administrators see and do, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from provisioner.db import Database
from provisioner.models import (
    AuditEntry,
    Job,
)
from tests.support.people import Person, told


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
