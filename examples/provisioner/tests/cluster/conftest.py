"""A real Kubernetes with a node, by `refute.real`; without one these tests are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from refute.errors import RefuteError
from refute.real import Cluster, local_k8s_cluster
from refute.real.kubernetes import build
from refute.real.kubernetes.programs import in_cache

from provisioner.cluster.kube import KubeCluster
from provisioner.db import Database
from provisioner.worker import Worker
from tests.conftest import settings_of
from tests.support import helm


@pytest.fixture
def k8s() -> Iterator[Cluster]:
    """A cluster that runs pods, and knows the image of version 1.0.0.

    Of the application only this is there yet: a small static program that answers on 8080.
    """
    try:
        lease = local_k8s_cluster(route="installed")
        cluster = lease.__enter__()
    except RefuteError as error:
        pytest.skip(f"no cluster that runs pods: {error.message}")
    try:
        programs = in_cache()
        assert programs is not None
        image = build({"/room": (programs / "node").read_bytes()}, ["/room", "hello", "room"])
        cluster.load_image(image, "ghcr.io/example/room:1.0.0")
        yield cluster
    finally:
        lease.__exit__(None, None, None)


@pytest.fixture
def real_environment(environment: dict[str, str], k8s: Cluster) -> dict[str, str]:
    """Helm and our client are led to the real cluster."""
    Path(environment["PROVISIONER_KUBECONFIG"]).write_text(k8s.kubeconfig)
    environment["PROVISIONER_HELM"] = helm.program()
    environment["PROVISIONER_POLL_SECONDS"] = "0.2"
    return environment


@pytest.fixture
def real_worker(database: Database, real_environment: dict[str, str]) -> Iterator[Worker]:
    given = settings_of(real_environment)
    cluster = KubeCluster.of(given)
    yield Worker(database, cluster, given)
    cluster.close()
