"""Kubernetes as the broker has it: by which routes, and how each is started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from refute.real.kubernetes import borrowed, starting
from refute.real.kubernetes.namespaces import Borrowed, Namespaces
from refute.real.kubernetes.programs import VERSION, in_cache, lacking, runtime
from refute.real.provider import Json, Start
from refute.real.routes import Route

__all__ = ["KubernetesProvider"]

ASSETS = "KUBEBUILDER_ASSETS"
"""A folder with etcd, kube-apiserver and kubectl, as Kubernetes' own envtest takes it."""

_NODE = (
    "one node, with no network beyond it: images come from its own registry or by import, load "
    "balancers stay pending, network policies are not enforced, volumes are folders of the node"
)
_ALONE = "there is no node: pods stay pending, services lead nowhere, volumes are not bound"
_ASSETS = (
    "an API server and its store alone: nothing acts on what is applied, no pod is scheduled, "
    "and deleted namespaces stay"
)
_INSTALL = "refute real install kubernetes"


class KubernetesProvider:
    """See `refute.real.provider.Provider`."""

    name = "kubernetes"

    def routes(self, options: Json) -> list[Route]:
        """A cluster that the user names, kind and its like, a node of ours, parts of one."""
        return [
            borrowed.given(_kubectl()),
            *(borrowed.maker(one) for one in borrowed.MAKERS),
            _node(),
            _alone(),
            _assets(),
        ]

    def start(self, start: Start) -> Namespaces:
        """See `Provider.start`."""
        kubectl = _kubectl() or "kubectl"
        match start.route.name:
            case "address":
                started = borrowed.named(kubectl)
                config = start.keeper.directory / "kubeconfig"
                config.touch(mode=0o600)
                config.write_text(started.access.kubeconfig())
                command = [kubectl, f"--kubeconfig={config}"]
                return Borrowed(
                    started,
                    True,
                    kubectl,
                    lambda words: start.keeper.afterwards([*command, *words]),
                )
            case "installed":
                programs = in_cache()
                assert programs is not None, "the route was looked at a moment ago"
                return Namespaces(starting.node(start, programs), True, str(programs / "kubectl"))
            case "control-plane":
                programs = in_cache()
                assert programs is not None, "the route was looked at a moment ago"
                started = starting.alone(start, programs, ours=True)
                return Namespaces(started, False, str(programs / "kubectl"))
            case "assets":
                programs = Path(os.environ[ASSETS])
                started = starting.alone(start, programs, ours=False)
                return Namespaces(started, False, str(programs / "kubectl"))
            case _:
                return Namespaces(borrowed.made(start, kubectl), True, kubectl)


def _kubectl() -> str | None:
    """Ours if it is installed: it fits the cluster."""
    programs = in_cache()
    if programs is not None:
        return str(programs / "kubectl")
    return shutil.which("kubectl")


def _node() -> Route:
    programs = in_cache()
    if programs is None:
        return Route("installed", False, lacking(), _INSTALL)
    missing = runtime().missing
    if missing:
        return Route("installed", False, f"a node needs {', '.join(missing)}", _INSTALL)
    if sys.platform != "linux" or os.geteuid() != 0:
        return Route("installed", False, "only root on Linux may make a node of namespaces")
    command = [str(programs / "node"), "probe"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        return Route("installed", False, f"a node can't be made here: {said}")
    return Route("installed", True, f"Kubernetes {VERSION}, a whole node", limits=_NODE)


def _alone() -> Route:
    if in_cache() is None:
        return Route("control-plane", False, lacking(), _INSTALL)
    detail = f"Kubernetes {VERSION}, its control plane alone"
    return Route("control-plane", True, detail, limits=_ALONE)


def _assets() -> Route:
    folder = os.environ.get(ASSETS)
    if not folder:
        return Route("assets", False, f"{ASSETS} is not set")
    missing = [one for one in ("etcd", "kube-apiserver") if not (Path(folder) / one).exists()]
    if missing:
        return Route("assets", False, f"{folder} lacks {', '.join(missing)}")
    return Route("assets", True, f"etcd and kube-apiserver of {folder}", limits=_ASSETS)
