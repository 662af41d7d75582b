"""The cluster that this machine allows: a Kubernetes node, or as much of one as can be had."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from refute.errors import RefuteError
from refute.real import Cluster, Homeserver, local_k8s_cluster
from refute.real.kubernetes import Refused
from tests.support import kube_http

from local import netns
from local.image import image
from local.kubelet import Kubelet
from local.pods import KubeWithPods
from local.relay import relay

VERSION = "1.0.0"
IMAGE = "ghcr.io/example/room"
_OWNED = "room-"


@dataclass(frozen=True, slots=True)
class Route:
    """A cluster, and how people and pods get where they want."""

    words: str
    kubeconfig: Path
    #: The homeserver as instances see it.
    matrix_url: str
    #: A connection to the instance of a host name. Raises OSError or LookupError.
    connect: Callable[[str], socket.socket]
    #: The namespaces of instances.
    names: Callable[[], list[str]]


@contextmanager
def found(homeserver: Homeserver, folder: Path, route: str = "") -> Iterator[Route]:
    """The best that can be had here, or the one that is insisted on. Raises RefuteError."""
    why = ""
    with ExitStack() as stack:
        for name in [route] if route else ROUTES:
            try:
                taken = stack.enter_context(_KINDS[name](homeserver, folder, why))
                break
            except RefuteError as error:
                if name == (route or ROUTES[-1]):
                    raise
                why = f"; no {name}: {error.message}{why}"
        yield taken


@contextmanager
def _node(homeserver: Homeserver, folder: Path, why: str) -> Iterator[Route]:
    with ExitStack() as stack:
        cluster = stack.enter_context(local_k8s_cluster(route="installed"))
        cluster.load_image(image(), f"{IMAGE}:{VERSION}")
        server = urlsplit(cluster.api.access.server)
        network = stack.enter_context(netns.inside(server.port or 0))
        port = urlsplit(homeserver.url).port or 0
        stack.enter_context(relay(network.listen(port), ("127.0.0.1", port)))
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(cluster.kubeconfig)

        def connect(host: str) -> socket.socket:
            path = f"/api/v1/namespaces/{host.partition('.')[0]}/services/room"
            try:
                service = cluster.api.request("GET", path)
            except Refused as refused:
                raise LookupError(host) from refused
            return network.connect(service["spec"]["clusterIP"], 80)

        yield Route(
            "Kubernetes, a node with real pods",
            kubeconfig,
            f"http://{netns.NODE}:{port}",
            connect,
            lambda: _namespaces(cluster),
        )


def _namespaces(cluster: Cluster) -> list[str]:
    listed = cluster.api.request("GET", "/api/v1/namespaces")["items"]
    names = [str(one["metadata"]["name"]) for one in listed]
    return [name for name in names if name.startswith(_OWNED)]


@contextmanager
def _plane(homeserver: Homeserver, folder: Path, why: str) -> Iterator[Route]:
    with local_k8s_cluster(route="control-plane") as cluster:
        kubelet = Kubelet(cluster.api, folder / "instances.log")
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(cluster.kubeconfig)
        with kubelet.working():
            yield Route(
                f"Kubernetes, a control plane whose pods are processes of this machine{why}",
                kubeconfig,
                homeserver.url,
                lambda host: kubelet.connect(host.partition(".")[0]),
                lambda: _namespaces(cluster),
            )


@contextmanager
def _memory(homeserver: Homeserver, folder: Path, why: str) -> Iterator[Route]:
    kube = KubeWithPods(folder / "instances.log")
    try:
        with kube_http.serving(kube):
            kubeconfig = folder / "kubeconfig"
            kubeconfig.write_text(kube.kubeconfig())
            yield Route(
                "a stand-in: an API server in memory (tests/support/kube.py), whose pods are "
                f"processes of this machine{why}",
                kubeconfig,
                homeserver.url,
                lambda host: kube.connect(host.partition(".")[0]),
                lambda: kube.names("namespaces"),
            )
    finally:
        kube.close()


_KINDS = {"node": _node, "control-plane": _plane, "memory": _memory}
ROUTES = tuple(_KINDS)
"""The best first."""
