"""The door to the cluster: real Helm and our own client against the stand-in."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from provisioner.cluster import Health, Refused, Release, Unreachable
from provisioner.cluster.access import from_kubeconfig
from provisioner.cluster.helm import Helm
from provisioner.cluster.kube import KubeCluster
from provisioner.cluster.kubernetes import Kubernetes
from provisioner.cluster.values import Place, Wanted, release
from tests.support import helm as helms
from tests.support.kube import Kube

CHART = Path(__file__).resolve().parents[2] / "chart"
ID = UUID("11111111-1111-4111-8111-111111111111")


def wanted(**changes: Any) -> Release:
    kept = Wanted(ID, f"room-{ID}", "free", "1.0.0", True)
    return release(replace(kept, **changes), Place("example/room", "rooms.test"))


def revisions(server: Kube) -> list[str]:
    return [name.rpartition(".")[2] for name in server.names("secrets")]


def test_what_is_as_it_shall_be_is_not_touched(cluster: KubeCluster, server: Kube) -> None:
    cluster.claim(wanted())
    cluster.claim(wanted())
    for _ in range(3):
        cluster.apply(wanted())
    assert revisions(server) == ["v1"]
    cluster.apply(wanted(tier="starter"))
    assert revisions(server) == ["v1", "v2"]


def test_what_somebody_removed_is_put_back(cluster: KubeCluster, server: Kube) -> None:
    cluster.claim(wanted())
    cluster.apply(wanted())
    server.delete(("deployments", f"room-{ID}", "room"))
    assert cluster.readiness(wanted()).health is Health.ABSENT
    cluster.apply(wanted())
    assert server.names("deployments") == ["room"]


def test_new_chart_is_applied_though_the_values_are_the_same(
    cluster: KubeCluster, server: Kube, tmp_path: Path
) -> None:
    cluster.claim(wanted())
    cluster.apply(wanted())
    newer = tmp_path / "chart"
    for file in CHART.rglob("*"):
        if file.is_file():
            target = newer / file.relative_to(CHART)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file.read_text().replace("version: 0.1.0", "version: 0.1.1"))
    config = tmp_path / "kubeconfig"
    other = KubeCluster(
        Helm(helms.program(), newer, config),
        Kubernetes(from_kubeconfig(json.loads(config.read_text()), tmp_path)),
    )
    other.apply(wanted())
    other.close()
    assert revisions(server) == ["v1", "v2"]


VOLUME = ("persistentvolumeclaims", f"room-{ID}", "room")


@pytest.mark.parametrize("part", ["/services", "/deployments"])
def test_install_that_was_refused_half_way_is_made_good(
    part: str, cluster: KubeCluster, server: Kube
) -> None:
    cluster.claim(wanted())
    server.fail("POST", part, 500, times=1)
    with pytest.raises(Unreachable):
        cluster.apply(wanted())
    cluster.apply(wanted())
    assert server.names("deployments") == server.names("services") == ["room"]
    assert server.made[VOLUME] == 1


@pytest.mark.parametrize("first", ["free", "starter"])
def test_data_outlive_a_last_word_that_helm_could_not_write(
    first: str, cluster: KubeCluster, server: Kube
) -> None:
    """Helm then says that all is well, and calls the release pending ever after."""
    cluster.claim(wanted())
    if first == "starter":
        cluster.apply(wanted(tier="professional"))
    server.fail("PUT", "/secrets", 500, times=1)
    cluster.apply(wanted(tier=first))
    cluster.apply(wanted(running=False))
    assert server.get("deployments", f"room-{ID}", "room")["spec"]["replicas"] == 0
    assert server.made[VOLUME] == 1


def test_data_outlive_a_release_that_is_made_anew(cluster: KubeCluster, server: Kube) -> None:
    cluster.claim(wanted())
    cluster.apply(wanted())
    cluster.remove(wanted())
    assert (server.names("deployments"), server.names("secrets")) == ([], [])
    assert server.names("persistentvolumeclaims") == ["room"]
    cluster.apply(wanted())
    assert server.names("deployments") == ["room"]
    assert server.made[VOLUME] == 1


def test_removal_that_was_cut_off_is_finished_before_it_is_made_anew(
    cluster: KubeCluster, server: Kube
) -> None:
    cluster.claim(wanted())
    cluster.apply(wanted())
    server.fail("DELETE", "/services", 500, times=1)
    with pytest.raises(Unreachable):
        cluster.remove(wanted())
    cluster.apply(wanted())
    assert server.names("deployments") == server.names("services") == ["room"]
    assert revisions(server) == ["v1"]
    assert server.made[VOLUME] == 1


def test_helm_that_can_not_say_what_is_there_does_not_begin(
    cluster: KubeCluster, server: Kube
) -> None:
    """That it could not be asked is no sign that there is nothing."""
    cluster.claim(wanted())
    server.fail("GET", "/secrets", 500, times=1)
    with pytest.raises(Unreachable):
        cluster.apply(wanted())
    assert server.names("secrets") == server.names("deployments") == []


def test_values_that_the_chart_refuses(cluster: KubeCluster, server: Kube) -> None:
    cluster.claim(wanted())
    broken = replace(wanted(), values={**wanted().values, "replicas": 2})
    with pytest.raises(Refused, match="replicas"):
        cluster.apply(broken)


def test_removing_what_is_not_there(cluster: KubeCluster, server: Kube) -> None:
    cluster.remove(wanted())
    assert cluster.vanished(wanted())
    cluster.claim(wanted())
    cluster.apply(wanted())
    cluster.remove(wanted())
    while not cluster.vanished(wanted()):
        pass
    assert server.objects == {}


def test_namespace_that_is_going_is_waited_for(cluster: KubeCluster, server: Kube) -> None:
    server.patience = 5
    cluster.claim(wanted())
    assert not cluster.vanished(wanted())
    with pytest.raises(Unreachable, match="is being deleted"):
        cluster.claim(wanted())


def test_namespace_of_somebody_else(cluster: KubeCluster, server: Kube) -> None:
    cluster.claim(wanted())
    cluster.apply(wanted())
    other = replace(wanted(), owner="22222222-2222-4222-8222-222222222222")
    with pytest.raises(Refused):
        cluster.claim(other)
    cluster.remove(other)
    assert cluster.vanished(other)
    assert server.names("deployments") == ["room"]


@pytest.mark.parametrize("status", [401, 409, 429, 500, 503])
def test_answers_that_may_be_others_next_time(
    status: int, cluster: KubeCluster, server: Kube
) -> None:
    server.fail("GET", "/namespaces", status)
    with pytest.raises(Unreachable, match=f"{status}"):
        cluster.claim(wanted())


@pytest.mark.parametrize("status", [400, 403, 422])
def test_answers_that_will_be_the_same(status: int, cluster: KubeCluster, server: Kube) -> None:
    server.fail("GET", "/namespaces", status)
    with pytest.raises(Refused, match=f"{status} a test wants this to fail"):
        cluster.claim(wanted())


def test_cluster_that_is_not_there(tmp_path: Path) -> None:
    access = from_kubeconfig(json.loads(_nowhere().kubeconfig()), tmp_path)
    with pytest.raises(Unreachable, match="can't be reached"):
        Kubernetes(access).namespace("x")


def _nowhere() -> Kube:
    kube = Kube()
    kube.url = "http://127.0.0.1:9"
    return kube


def test_helm_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        Helm(str(tmp_path / "helm"), CHART, None).remove(wanted())


def test_helm_that_takes_too_long(server: Kube, environment: dict[str, str]) -> None:
    config = Path(environment["PROVISIONER_KUBECONFIG"])
    helm = Helm(helms.program(), CHART, config, timeout=0.001)
    with pytest.raises(Unreachable, match="took over"):
        helm.status(wanted())
