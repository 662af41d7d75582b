"""Clusters that others make: one that the user names, and those of kind, k3d and minikube."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from refute.errors import RefuteError, fail
from refute.real.kubernetes.kubeconfig import read
from refute.real.kubernetes.starting import Started
from refute.real.provider import Start
from refute.real.routes import Route, refuse_foreign

__all__ = ["ADDRESS", "MAKERS", "given", "made", "maker", "named"]

ADDRESS = "REFUTE_KUBERNETES"
"""A kubeconfig of a cluster to use; after a ``#`` its context, else the current one."""

MAKERS = ("kind", "k3d", "minikube")
_LIMITS = {
    "kind": "the nodes are containers",
    "k3d": "the nodes are containers, and run K3s, which leaves parts of Kubernetes out",
    "minikube": "the node may be a container; trials of refute in their seal can't reach it",
}


def given(kubectl: str | None) -> Route:
    """Whether the user has named a cluster, and it can be asked."""
    value = os.environ.get(ADDRESS)
    if not value:
        return Route("address", False, f"{ADDRESS} is not set")
    if kubectl is None:
        return Route("address", False, "no kubectl to read the kubeconfig with")
    path, _, context = value.partition("#")
    try:
        access = read(Path(path), kubectl, context)
    except RefuteError as error:
        return Route("address", False, error.message)
    return Route("address", True, f"{access.server}, from {ADDRESS}")


def named(kubectl: str) -> Started:
    """The user's cluster. Raises RefuteError ``real-refused`` if it is not on this machine."""
    path, _, context = os.environ[ADDRESS].partition("#")
    access = read(Path(path), kubectl, context)
    refuse_foreign("kubernetes", access.server)
    return Started(access, lambda: True, lambda: "")


def maker(name: str) -> Route:
    """Whether one of MAKERS and its Docker engine are there."""
    if shutil.which(name) is None:
        return Route(name, False, f"no `{name}` on the PATH")
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return Route(name, False, "Docker does not answer")
    if done.returncode:
        return Route(name, False, "Docker does not answer")
    return Route(name, True, f"{name} on Docker {done.stdout.strip()}", limits=_LIMITS[name])


def made(start: Start, kubectl: str) -> Started:
    """A cluster of a maker's, removed at the end. Raises RefuteError ``real-start-failed``."""
    name, folder = start.route.name, start.keeper.directory
    cluster, config, port = folder.name, folder / "kubeconfig", start.ports.take()
    kind = folder / "kind.yaml"
    kind.write_text(
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"
        f"networking: {{apiServerAddress: 127.0.0.1, apiServerPort: {port}}}\n"
    )
    make, remove = {
        "kind": (
            ["create", "cluster", "--name", cluster, "--config", str(kind), "--wait", "120s"],
            ["delete", "cluster", "--name", cluster],
        ),
        "k3d": (
            ["cluster", "create", cluster, "--api-port", f"127.0.0.1:{port}", "--wait"],
            ["cluster", "delete", cluster],
        ),
        "minikube": (
            ["start", "--profile", cluster, "--driver", "docker", "--wait", "all"],
            ["delete", "--profile", cluster],
        ),
    }[name]
    program = shutil.which(name) or name
    start.keeper.afterwards([program, *remove])
    env = {**os.environ, "KUBECONFIG": str(config)}
    done = subprocess.run([program, *make], env=env, capture_output=True, text=True)
    if done.returncode:
        words = done.stderr.splitlines()[-10:]
        fail("real-start-failed", f"{name} could not make a cluster", detail=words)
    return Started(read(config, kubectl), lambda: True, lambda: "")
