"""Manifests that a real cluster checks, and keeps nothing of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from refute.contracts import Unknown
from refute.contracts.helm import ClusterAnswer, Rendered, check_manifests, render
from refute.errors import RefuteError
from refute.real.client import disconnect
from refute.real.helm.programs import in_cache
from refute.real.kubernetes import Cluster, local_k8s_cluster
from refute.real.kubernetes.provider import KubernetesProvider

PLANE = {one.name: one for one in KubernetesProvider().routes({})}["control-plane"]
CHARTS = Path(__file__).resolve().parents[2] / "testdata" / "contracts" / "charts"

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: web:1
          ports: [{containerPort: 80}]
"""

needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl here")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if not PLANE.works:
        pytest.skip(PLANE.detail)
    with local_k8s_cluster(route=PLANE.name) as made:
        yield made
    disconnect()


@pytest.fixture
def kubeconfig(cluster: Cluster, tmp_path: Path) -> Path:
    path = tmp_path / "kubeconfig"
    path.touch(mode=0o600)
    path.write_text(cluster.kubeconfig)
    return path


@needs_kubectl
def test_what_a_cluster_takes_is_not_kept(cluster: Cluster, kubeconfig: Path) -> None:
    assert check_manifests(DEPLOYMENT, kubeconfig) == ClusterAnswer(())
    assert cluster.all("deployments") == []


@needs_kubectl
@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("replicas: 2", "replcas: 2", 'unknown field "spec.replcas"'),
        ("replicas: 2", "replicas: many", "replicas"),
        ("kind: Deployment", "kind: Deploymint", 'no matches for kind "Deploymint"'),
        ("labels: {app: web}", "labels: {app: other}", "`selector` does not match template"),
        ("containerPort: 80", "containerPort: 99999", "must be between 1 and 65535"),
        ("name: web\nspec", "name: Web\nspec", "Invalid value"),
    ],
)
def test_what_a_cluster_refuses(right: str, wrong: str, said: str, kubeconfig: Path) -> None:
    assert right in DEPLOYMENT
    answer = check_manifests(DEPLOYMENT.replace(right, wrong), kubeconfig)
    assert isinstance(answer, ClusterAnswer)
    assert said in " ".join(answer.refusals)


@needs_kubectl
def test_clusters_of_others_and_clusters_that_are_gone(tmp_path: Path) -> None:
    def at(server: str) -> Path:
        path = tmp_path / "kubeconfig"
        path.write_text(
            "apiVersion: v1\nkind: Config\ncurrent-context: a\n"
            f"clusters: [{{name: a, cluster: {{server: '{server}'}}}}]\n"
            "contexts: [{name: a, context: {cluster: a}}]\n"
        )
        return path

    with pytest.raises(RefuteError, match="real-refused"):
        check_manifests(DEPLOYMENT, at("https://cluster.example.test:6443"))
    gone = check_manifests(DEPLOYMENT, at("http://127.0.0.1:9"))
    assert isinstance(gone, Unknown)
    assert gone.reason.startswith("the cluster does not answer")


def test_rendering_without_helm(tmp_path: Path) -> None:
    answer = render(CHARTS / "web", environment={"PATH": str(tmp_path)})
    assert answer == Unknown("there is no helm here to render the chart with")


def test_rendering(tmp_path: Path) -> None:
    helm = shutil.which("helm") or in_cache()
    if helm is None:
        pytest.skip("no helm here (`refute real install helm`?)")
    environment = {"PATH": str(Path(helm).parent)}
    found = render(CHARTS / "web", environment=environment)
    assert isinstance(found, Rendered)
    assert "kind: Deployment" in found.manifests
    refused = render(CHARTS / "api", environment=environment)
    assert isinstance(refused, Rendered)
    assert "domain must be given" in refused.refusal
