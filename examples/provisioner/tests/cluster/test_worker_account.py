"""The worker with an account of its own: what deploy/worker-rbac.yaml gives is enough for its
work, and gives nothing else. Real RBAC, by a real API server.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from subprocess import CalledProcessError

import pytest
import yaml
from refute.real import Cluster

from provisioner.cluster.kube import KubeCluster
from provisioner.db import Database
from provisioner.worker import Worker
from tests.conftest import settings_of
from tests.support.people import Person
from tests.support.working import settle

_NAME = "provisioner-worker"
_MANIFEST = Path(__file__).resolve().parents[2] / "deploy" / "worker-rbac.yaml"


@pytest.fixture
def account(k8s: Cluster) -> Iterator[Cluster]:
    """The cluster as the worker's account sees it; the account lies in the test's namespace."""
    given = {one["kind"]: one for one in yaml.safe_load_all(_MANIFEST.read_text())}
    given["ClusterRoleBinding"]["subjects"][0]["namespace"] = k8s.namespace
    with k8s.user(_NAME) as seen:
        try:
            k8s.apply(given["ClusterRole"])
            k8s.apply(given["ClusterRoleBinding"])
            yield seen
        finally:
            k8s.delete(f"clusterrolebinding/{_NAME}")
            k8s.delete(f"clusterrole/{_NAME}")


def test_its_rights_are_enough_for_a_whole_life(
    ann: Person, account: Cluster, real_environment: dict[str, str], database: Database
) -> None:
    Path(real_environment["PROVISIONER_KUBECONFIG"]).write_text(account.kubeconfig)
    given = settings_of(real_environment)
    cluster = KubeCluster.of(given)
    worker = Worker(database, cluster, given)
    id = ann.make()
    settle(worker, database)
    said = ann.get(f"/instances/{id}").json()
    assert (said["status"], said["error"]) == ("running", "")
    for request in ("restart", "stop", "start"):
        assert ann.post(f"/instances/{id}/{request}").status_code == 202
        settle(worker, database)
    assert ann.status(id) == "running"
    ann.delete(f"/instances/{id}")
    settle(worker, database)
    cluster.close()
    assert ann.status(id) == "deprovisioned"


@pytest.mark.parametrize(
    "words",
    [
        "list namespaces",
        "create pods",
        "create pods/exec",
        "get nodes",
        "create clusterroles.rbac.authorization.k8s.io",
        "create clusterrolebindings.rbac.authorization.k8s.io",
        "escalate roles.rbac.authorization.k8s.io",
        "bind roles.rbac.authorization.k8s.io",
        "impersonate users",
        "create serviceaccounts/token",
        "delete persistentvolumes",
        "update resourcequotas/status",
    ],
)
def test_it_may_do_nothing_else(words: str, account: Cluster) -> None:
    with pytest.raises(CalledProcessError) as refused:
        account.kubectl("auth", "can-i", *words.split(), "--all-namespaces")
    assert refused.value.stdout.strip() == "no"
