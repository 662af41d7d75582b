"""What the worker makes of decisions: real PostgreSQL, real Helm, a stand-in for the cluster."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from provisioner.cluster.kube import KubeCluster
from provisioner.db import Database
from provisioner.models import InstanceEvent, Job, Subscription, UsagePeriod
from provisioner.settings import Settings
from provisioner.worker import Worker
from tests.support.kube import Kube
from tests.support.people import Person, pay
from tests.support.working import settle


def history(database: Database) -> list[str]:
    with database.service() as session:
        return list(session.scalars(select(InstanceEvent.after).order_by(InstanceEvent.id)))


def periods(database: Database) -> list[tuple[str, bool]]:
    """Tier, and whether it is over."""
    with database.service() as session:
        found = session.scalars(select(UsagePeriod).order_by(UsagePeriod.id))
        return [(one.tier, one.ended_at is not None) for one in found]


def deployment(server: Kube, instance: object) -> dict[str, Any]:
    return server.get("deployments", f"room-{instance}", "room")


def container(server: Kube, instance: object) -> dict[str, Any]:
    found: dict[str, Any] = deployment(server, instance)["spec"]["template"]["spec"]
    return dict(found["containers"][0])


def test_instance_runs_with_all_that_belongs_to_it(
    ann: Person, worker: Worker, database: Database, server: Kube
) -> None:
    id = ann.make("mine")
    settle(worker, database)
    said = ann.get(f"/instances/{id}").json()
    assert (said["status"], said["tier"], said["version"]) == ("running", "free", "1.0.0")
    assert history(database) == ["pending", "provisioning", "running"]
    assert periods(database) == [("free", False)]
    for kind, names in {
        "namespaces": [f"room-{id}"],
        "deployments": ["room"],
        "services": ["room"],
        "ingresses": ["room"],
        "persistentvolumeclaims": ["room"],
        "resourcequotas": ["room"],
        "networkpolicies": ["room"],
        "serviceaccounts": ["room"],
        "roles": ["room-observer"],
        "rolebindings": ["room-observer"],
    }.items():
        assert server.names(kind) == names
    assert container(server, id)["resources"]["limits"] == {"cpu": "250m", "memory": "256Mi"}
    rule = server.get("ingresses", f"room-{id}", "room")["spec"]["rules"][0]
    assert said["url"] == f"https://{rule['host']}"


def test_it_is_not_running_before_the_deployment_is_ready(
    ann: Person, worker: Worker, database: Database, server: Kube
) -> None:
    server.patience = 10**9
    id = ann.make()
    for _ in range(5):
        worker.once()
    assert ann.status(id) == "provisioning"
    assert periods(database) == []
    server.patience = 0
    settle(worker, database)
    assert ann.status(id) == "running"


def test_stopped_keeps_its_data_and_costs_nothing(
    ann: Person, worker: Worker, database: Database, server: Kube
) -> None:
    id = ann.make()
    settle(worker, database)
    assert ann.post(f"/instances/{id}/stop").status_code == 202
    settle(worker, database)
    assert ann.status(id) == "stopped"
    assert deployment(server, id)["spec"]["replicas"] == 0
    assert server.names("persistentvolumeclaims") == ["room"]
    assert periods(database) == [("free", True)]
    ann.post(f"/instances/{id}/start")
    settle(worker, database)
    assert ann.status(id) == "running"
    assert deployment(server, id)["spec"]["replicas"] == 1
    assert server.made[("persistentvolumeclaims", f"room-{id}", "room")] == 1
    assert periods(database) == [("free", True), ("free", False)]


def test_restart_replaces_the_pods_once(
    ann: Person, worker: Worker, database: Database, server: Kube
) -> None:
    id = ann.make()
    settle(worker, database)
    before = deployment(server, id)["metadata"]["generation"]
    ann.post(f"/instances/{id}/restart")
    settle(worker, database)
    assert ann.status(id) == "running"
    assert deployment(server, id)["metadata"]["generation"] == before + 1
    # What is paid for goes on.
    assert periods(database) == [("free", False)]


def test_upgrade_brings_version_and_tier(
    client: TestClient, ann: Person, worker: Worker, database: Database, server: Kube, publish: Any
) -> None:
    bought = ann.subscribe("starter")
    pay(client, bought)
    id = ann.make("mine", bought)
    settle(worker, database)
    publish("1.1.0")
    with database.service() as session:
        session.get_one(Subscription, bought).tier = "professional"
    assert ann.post(f"/instances/{id}/upgrade", version="1.1.0").status_code == 202
    settle(worker, database)
    said = ann.get(f"/instances/{id}").json()
    assert (said["status"], said["tier"], said["version"]) == ("running", "professional", "1.1.0")
    assert container(server, id)["image"].endswith(":1.1.0")
    assert container(server, id)["resources"]["limits"] == {"cpu": "2", "memory": "2Gi"}
    assert periods(database) == [("starter", True), ("professional", False)]


def test_deprovisioned_leaves_nothing(
    ann: Person, worker: Worker, database: Database, server: Kube
) -> None:
    id = ann.make()
    settle(worker, database)
    assert ann.delete(f"/instances/{id}").status_code == 202
    settle(worker, database)
    assert ann.status(id) == "deprovisioned"
    assert server.objects == {}
    assert periods(database) == [("free", True)]
    assert ann.get("/instances").json() == []
    assert [one["id"] for one in ann.get("/instances?gone=true").json()] == [str(id)]


def test_image_that_cant_be_pulled_is_made_good(
    ann: Person, environment: dict[str, str], publish: Any, make_worker: Any, server: Kube
) -> None:
    publish("2.0.0-broken")
    environment["PROVISIONER_READY_SECONDS"] = "0.2"
    worker, database = make_worker()
    id = ann.make()
    # Trouble while it is made good does not hide what it began with.
    server.fail("DELETE", f"/namespaces/room-{id}", 500, times=1)
    settle(worker, database)
    said = ann.get(f"/instances/{id}").json()
    assert said["status"] == "failed"
    assert "ImagePullBackOff: can't pull" in said["error"]
    assert server.objects == {}
    assert periods(database) == []
    # And the way on from there is to take it away and begin again.
    assert said["requests"] == ["deprovision"]
    ann.delete(f"/instances/{id}")
    settle(worker, database)
    assert ann.status(id) == "deprovisioned"


def test_upgrade_that_fails_goes_back_to_what_ran(
    ann: Person, environment: dict[str, str], publish: Any, make_worker: Any, server: Kube
) -> None:
    environment["PROVISIONER_READY_SECONDS"] = "0.2"
    worker, database = make_worker()
    id = ann.make()
    settle(worker, database)
    publish("2.0.0-broken")
    ann.post(f"/instances/{id}/upgrade")
    settle(worker, database)
    said = ann.get(f"/instances/{id}").json()
    assert (said["status"], said["version"], said["wanted_version"]) == (
        "running",
        "1.0.0",
        "1.0.0",
    )
    assert "ImagePullBackOff" in said["error"]
    assert container(server, id)["image"].endswith(":1.0.0")
    assert periods(database) == [("free", False)]


def test_upgrade_that_can_not_even_be_taken_back_has_failed(
    ann: Person, environment: dict[str, str], publish: Any, make_worker: Any, server: Kube
) -> None:
    """It is said, nothing is removed, and nothing is charged."""
    environment["PROVISIONER_MAX_ATTEMPTS"] = "1"
    worker, database = make_worker()
    id = ann.make()
    settle(worker, database)
    publish("1.1.0")
    server.fail("GET", "/deployments", 503, times=1000)
    ann.post(f"/instances/{id}/upgrade")
    settle(worker, database)
    said = ann.get(f"/instances/{id}").json()
    assert (said["status"], said["requests"]) == ("failed", ["deprovision"])
    assert said["error"].startswith("Kubernetes: ")
    assert server.names("persistentvolumeclaims") == ["room"]
    assert periods(database) == [("free", True)]
    with database.service() as session:
        assert session.scalars(select(Job.state).order_by(Job.id)).all() == ["done", "dead"]


def test_asked_away_in_the_last_moment_it_is_not_running(
    ann: Person, database: Database, cluster: KubeCluster, settings: Settings, server: Kube
) -> None:
    """The worker has seen it ready, and has not yet said so."""
    id = ann.make()
    passed = []

    def listen(point: str) -> None:
        passed.append(point)
        if point == "provision.running.before":
            assert ann.delete(f"/instances/{id}").status_code == 202

    settle(Worker(database, cluster, settings, listener=listen), database)
    assert ann.status(id) == "deprovisioned"
    assert history(database) == ["pending", "provisioning", "deprovisioning", "deprovisioned"]
    assert periods(database) == []
    assert "provision.running.kept" not in passed
    assert passed[-1] == "deprovision.deprovisioned.kept"
    assert server.objects == {}


@pytest.mark.parametrize(("method", "part"), [("POST", "/namespaces"), ("POST", "/deployments")])
def test_trouble_that_passes_is_outlived(
    ann: Person, worker: Worker, database: Database, server: Kube, method: str, part: str
) -> None:
    server.fail(method, part, 503, times=2)
    id = ann.make()
    settle(worker, database)
    assert ann.status(id) == "running"
    assert server.made[("namespaces", "", f"room-{id}")] == 1
    assert history(database) == ["pending", "provisioning", "running"]


def test_trouble_that_stays_is_given_up_and_nothing_is_left(
    ann: Person, worker: Worker, database: Database, server: Kube
) -> None:
    server.fail("POST", "/services", 503, times=1000)
    id = ann.make()
    settle(worker, database)
    assert ann.status(id) == "failed"
    assert server.objects == {}
    with database.service() as session:
        job = session.scalars(select(Job)).one()
        assert (job.state, job.amending) == ("dead", True)


def test_refusal_is_not_tried_again(
    ann: Person, worker: Worker, database: Database, server: Kube
) -> None:
    server.fail("POST", "/namespaces", 403, times=1)
    id = ann.make()
    settle(worker, database)
    said = ann.get(f"/instances/{id}").json()
    assert said["status"] == "failed"
    assert "403" in said["error"]


def test_namespace_of_somebody_else_is_left_alone(
    ann: Person, worker: Worker, database: Database, server: Kube
) -> None:
    id = ann.make()
    key = ("namespaces", "", f"room-{id}")
    server.make(key, {"metadata": {"name": key[2], "labels": {"provisioner/instance": "other"}}})
    settle(worker, database)
    said = ann.get(f"/instances/{id}").json()
    assert said["status"] == "failed"
    assert "belongs to somebody else" in said["error"]
    assert server.names("namespaces") == [key[2]]
    assert "deletionTimestamp" not in server.objects[key]["metadata"]


def test_deprovision_while_it_is_being_provisioned(
    ann: Person, worker: Worker, database: Database, server: Kube
) -> None:
    server.patience = 10**9
    id = ann.make()
    for _ in range(3):
        worker.once()
    assert ann.status(id) == "provisioning"
    assert ann.delete(f"/instances/{id}").status_code == 202
    server.patience = 1
    settle(worker, database)
    assert ann.status(id) == "deprovisioned"
    assert server.objects == {}
    assert history(database) == ["pending", "provisioning", "deprovisioning", "deprovisioned"]
    assert periods(database) == []


@pytest.mark.parametrize("status", [403, 500])
def test_removal_that_fails_is_tried_until_it_works(
    status: int, ann: Person, worker: Worker, database: Database, server: Kube
) -> None:
    id = ann.make()
    settle(worker, database)
    server.fail("DELETE", f"/namespaces/room-{id}", status, times=8)
    ann.delete(f"/instances/{id}")
    settle(worker, database)
    assert ann.status(id) == "deprovisioned"
    assert server.objects == {}


def test_nobody_pays_for_an_instance_that_was_canceled_before_it_began(
    ann: Person, worker: Worker, database: Database, server: Kube
) -> None:
    bought = ann.subscribe()
    id = ann.make("mine", bought)
    # As if the one who canceled had not yet seen the instance.
    with database.service() as session:
        session.execute(text("UPDATE subscriptions SET status = 'canceled', canceled_at = now()"))
    settle(worker, database)
    assert ann.status(id) == "deprovisioned"
    assert server.made[("deployments", f"room-{id}", "room")] == 0
