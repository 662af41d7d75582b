"""A worker is killed with SIGKILL at each named point of a job: another takes over, and what
happens in the world happens once.

The worker is a process of its own, the signal is real, PostgreSQL and Helm are real; the cluster
is the stand-in of `support.kube`.
"""

from __future__ import annotations

import signal
import subprocess
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from provisioner.db import Database
from provisioner.models import AuditEntry, InstanceEvent, Job, UsagePeriod
from provisioner.worker import Worker
from provisioner.worker.plans import PLANS
from tests.support.kube import Kube
from tests.support.people import Person
from tests.support.working import PATIENCE, reached, settle, started

_OBJECTS = (
    *("deployments", "services", "ingresses", "persistentvolumeclaims", "resourcequotas"),
    *("networkpolicies", "serviceaccounts"),
)


def points(kind: str) -> list[str]:
    """All that a worker passes while it does a job of this kind."""
    moments = ("before", "after", "kept")
    steps = [f"{kind}.{step.name}.{one}" for step in PLANS[kind].steps for one in moments]
    return [f"{kind}.taken", *steps]


@pytest.fixture(autouse=True)
def short_leases(environment: dict[str, str]) -> None:
    environment["PROVISIONER_LEASE_SECONDS"] = "0.6"


def kill_at(environment: dict[str, str], point: str) -> None:
    """Start a worker, and kill it when it has come to this point."""
    process = started(environment, point)
    try:
        assert reached(process) == point
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert process.returncode == -signal.SIGKILL


def effects(database: Database) -> dict[str, Any]:
    """What has been written down, once for each time that it happened."""
    with database.service() as session:
        done = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.actor == "service", AuditEntry.action.like("instance.%"))
            .order_by(AuditEntry.id)
        )
        return {
            "audit": list(done),
            "history": list(
                session.scalars(select(InstanceEvent.after).order_by(InstanceEvent.id))
            ),
            "periods": [one.ended_at is None for one in session.scalars(select(UsagePeriod))],
            "jobs": list(session.scalars(select(Job.state).order_by(Job.id))),
        }


def assert_runs_once(database: Database, server: Kube, ann: Person, id: UUID) -> None:
    assert ann.status(id) == "running"
    assert effects(database) == {
        "audit": ["instance.provisioning", "instance.running"],
        "history": ["pending", "provisioning", "running"],
        "periods": [True],
        "jobs": ["done"],
    }
    assert server.made[("namespaces", "", f"room-{id}")] == 1
    made = {kind: server.made[(kind, f"room-{id}", "room")] for kind in _OBJECTS}
    assert made == dict.fromkeys(_OBJECTS, 1)
    # Helm was not asked a second time for what it had done.
    assert server.names("secrets") == ["sh.helm.release.v1.room.v1"]


@pytest.mark.parametrize("point", points("provision"))
def test_provisioning_goes_on(
    point: str,
    ann: Person,
    environment: dict[str, str],
    worker: Worker,
    database: Database,
    server: Kube,
) -> None:
    id = ann.make()
    kill_at(environment, point)
    settle(worker, database)
    assert_runs_once(database, server, ann, id)


@pytest.mark.parametrize("point", points("deprovision"))
def test_deprovisioning_goes_on(
    point: str,
    ann: Person,
    environment: dict[str, str],
    worker: Worker,
    database: Database,
    server: Kube,
) -> None:
    id = ann.make()
    settle(worker, database)
    ann.delete(f"/instances/{id}")
    kill_at(environment, point)
    settle(worker, database)
    assert ann.status(id) == "deprovisioned"
    assert server.objects == {}
    found = effects(database)
    assert found["history"][3:] == ["deprovisioning", "deprovisioned"]
    assert found["audit"].count("instance.deprovisioned") == 1
    assert found["periods"] == [False]
    assert found["jobs"] == ["done", "done"]


def test_a_life_with_a_death_at_every_point(
    ann: Person, environment: dict[str, str], worker: Worker, database: Database, server: Kube
) -> None:
    id = ann.make()
    for point in points("provision"):
        kill_at(environment, point)
    settle(worker, database)
    assert_runs_once(database, server, ann, id)
    ann.post(f"/instances/{id}/stop")
    for point in points("stop"):
        kill_at(environment, point)
    settle(worker, database)
    assert ann.status(id) == "stopped"
    ann.delete(f"/instances/{id}")
    for point in points("deprovision"):
        kill_at(environment, point)
    settle(worker, database)
    assert ann.status(id) == "deprovisioned"
    assert server.objects == {}
    assert effects(database)["periods"] == [False]


@pytest.mark.parametrize(
    ("method", "part"),
    [
        ("POST", "/deployments"),
        ("POST", "/services"),
        ("PUT", "/secrets"),
        ("POST", "/namespaces"),
    ],
)
def test_killed_in_the_middle_of_helm(
    method: str,
    part: str,
    ann: Person,
    environment: dict[str, str],
    worker: Worker,
    database: Database,
    server: Kube,
) -> None:
    id = ann.make()
    with server.held(method, part) as arrived:
        process = started(environment, "never")
        assert arrived.wait(PATIENCE)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    settle(worker, database)
    assert ann.status(id) == "running"
    assert effects(database)["periods"] == [True]
    assert effects(database)["history"] == ["pending", "provisioning", "running"]
    assert server.names("deployments") == ["room"]


def test_upgrade_that_was_cut_off_is_made_good(
    ann: Person,
    environment: dict[str, str],
    worker: Worker,
    database: Database,
    server: Kube,
    publish: Any,
) -> None:
    id = ann.make()
    settle(worker, database)
    publish("1.1.0")
    ann.post(f"/instances/{id}/upgrade")
    with server.held("PATCH", "/deployments") as arrived:
        process = started(environment, "never")
        assert arrived.wait(PATIENCE)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    settle(worker, database)
    assert ann.get(f"/instances/{id}").json()["version"] == "1.1.0"
    assert ann.status(id) == "running"


def test_worker_that_was_frozen_does_no_harm_when_it_wakes(
    ann: Person, environment: dict[str, str], worker: Worker, database: Database, server: Kube
) -> None:
    """Its lease has run out, and the job was done by another: it finds that out, and ends."""
    id = ann.make()
    with server.held("POST", "/deployments") as arrived:
        process = started(environment, "never")
        assert arrived.wait(PATIENCE)
        process.send_signal(signal.SIGSTOP)
    settle(worker, database)
    ann.delete(f"/instances/{id}")
    settle(worker, database)
    process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    process.communicate()
    assert ann.status(id) == "deprovisioned"
    assert server.objects == {}
    assert effects(database)["jobs"] == ["done", "done"]


def test_worker_that_is_asked_to_stop_finishes_its_step_and_gives_the_job_back(
    ann: Person, environment: dict[str, str], database: Database, server: Kube
) -> None:
    ann.make()
    with server.held("POST", "/services") as arrived:
        process = started(environment, "never")
        assert arrived.wait(PATIENCE)
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
    assert process.wait(PATIENCE) == 0
    process.communicate()
    with database.service() as session:
        job = session.scalars(select(Job)).one()
        steps = [step.name for step in PLANS["provision"].steps]
        assert (job.state, steps[job.step], job.attempts) == ("queued", "ready", 0)


def test_job_that_kills_every_worker_is_given_up(
    ann: Person, environment: dict[str, str], worker: Worker, database: Database, server: Kube
) -> None:
    environment["PROVISIONER_MAX_ATTEMPTS"] = "5"
    id = ann.make()
    for _ in range(5):
        kill_at(environment, "provision.apply.before")
    settle(worker, database)
    assert ann.status(id) == "failed"
    assert "its worker died each time" in ann.get(f"/instances/{id}").json()["error"]
    assert server.objects == {}
