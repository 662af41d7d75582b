"""The same journeys on a real cluster: admission, quotas, volumes, pods that really start."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx2
import pytest
from refute.real import Cluster
from refute.real.kubernetes import Refused

from provisioner.cluster.kube import KubeCluster
from provisioner.db import Database
from provisioner.worker import Worker
from tests.conftest import settings_of
from tests.support.people import Person
from tests.support.working import reached, settle, started


def inside(k8s: Cluster, id: UUID) -> Cluster:
    """The instance's namespace, which the worker has made."""
    return replace(k8s, namespace=f"room-{id}")


def pods(k8s: Cluster, id: UUID) -> list[str]:
    return [one["status"]["phase"] for one in inside(k8s, id).all("pods")]


def test_a_whole_life(ann: Person, k8s: Cluster, real_worker: Worker, database: Database) -> None:
    id = ann.make()
    settle(real_worker, database)
    said = ann.get(f"/instances/{id}").json()
    assert (said["status"], said["error"]) == ("running", "")
    room = inside(k8s, id)
    assert pods(k8s, id) == ["Running"]
    assert room.get("persistentvolumeclaim/room")["status"]["phase"] == "Bound"
    assert room.get("resourcequota/room")["status"]["used"]["limits.cpu"] == "250m"
    ann.post(f"/instances/{id}/restart")
    settle(real_worker, database)
    assert (ann.status(id), pods(k8s, id)) == ("running", ["Running"])
    ann.post(f"/instances/{id}/stop")
    settle(real_worker, database)
    assert (ann.status(id), room.get("deployment/room")["spec"]["replicas"]) == ("stopped", 0)
    ann.post(f"/instances/{id}/start")
    settle(real_worker, database)
    with room.port_forward("service/room", 80) as port:
        assert httpx2.get(f"http://127.0.0.1:{port}/").status_code == 200
    ann.delete(f"/instances/{id}")
    settle(real_worker, database)
    assert ann.status(id) == "deprovisioned"
    with pytest.raises(Refused):
        k8s.get(f"namespace/room-{id}")


def test_image_that_is_not_there(
    ann: Person,
    k8s: Cluster,
    real_environment: dict[str, str],
    real_worker: Worker,
    database: Database,
    publish: Any,
) -> None:
    id = ann.make()
    settle(real_worker, database)
    publish("9.9.9")
    ann.post(f"/instances/{id}/upgrade")
    given = settings_of({**real_environment, "PROVISIONER_READY_SECONDS": "15"})
    cluster = KubeCluster.of(given)
    settle(Worker(database, cluster, given), database)
    said = ann.get(f"/instances/{id}").json()
    assert (said["status"], said["version"]) == ("running", "1.0.0")
    assert "Pull" in said["error"]
    assert pods(k8s, id) == ["Running"]
    ann.delete(f"/instances/{id}")
    settle(real_worker, database)
    cluster.close()
    with pytest.raises(Refused):
        k8s.get(f"namespace/room-{id}")


@pytest.mark.parametrize("point", ["provision.claim.after", "provision.apply.after"])
def test_worker_is_killed(
    point: str,
    ann: Person,
    k8s: Cluster,
    real_environment: dict[str, str],
    real_worker: Worker,
    database: Database,
) -> None:
    real_environment["PROVISIONER_LEASE_SECONDS"] = "1"
    id = ann.make()
    process = started(real_environment, point)
    assert reached(process) == point
    process.send_signal(signal.SIGKILL)
    process.communicate()
    settle(real_worker, database)
    assert (ann.status(id), pods(k8s, id)) == ("running", ["Running"])
    secrets = inside(k8s, id).all("secrets", "owner=helm")
    assert [one["metadata"]["name"] for one in secrets] == ["sh.helm.release.v1.room.v1"]
    ann.delete(f"/instances/{id}")
    settle(real_worker, database)
    with pytest.raises(Refused):
        k8s.get(f"namespace/room-{id}")
