"""Without a node: the in-memory API server of the tests, whose pods are processes here.

Real Helm and our real client speak to it, and each instance really runs; but nothing is
scheduled, limited or kept apart. It says that a deployment is ready when its process is.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.support.kube import Json, Key, Kube

_SOURCES = Path(__file__).resolve().parents[1] / "src"


@dataclass(frozen=True, slots=True)
class Pod:
    """An instance as a process."""

    template: Json
    process: subprocess.Popen[bytes]
    port: int

    def ready(self) -> bool:
        """What a kubelet would ask it."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def end(self) -> None:
        """As a kubelet would in the end."""
        self.process.kill()
        self.process.wait()


def container(template: Json) -> Json:
    """The one container of a pod or of a template for one."""
    (only,) = template["spec"]["containers"]
    found: Json = only
    return found


def started(template: Json, environment: dict[str, str], log: Path) -> Pod:
    """An instance as a process, with what its container's environment says."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    kept = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_SOURCES)}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "provisioner_instance"],
            env={**kept, **environment, "HOST": "127.0.0.1", "PORT": str(port)},
            stdout=out,
            stderr=out,
        )
    return Pod(template, process, port)


class KubeWithPods(Kube):
    """See `Kube`; deployments start and stop processes."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log
        self.running: dict[str, Pod] = {}

    def connect(self, namespace: str) -> socket.socket:
        """A connection to an instance. Raises KeyError or OSError."""
        return socket.create_connection(("127.0.0.1", self.running[namespace].port), 5)

    def delete(self, key: Key) -> bool:
        """See `Kube.delete`: what ran in a namespace, or of a deployment, ends."""
        if key[0] in ("namespaces", "deployments"):
            self._stop(key[2] if key[0] == "namespaces" else key[1])
        return super().delete(key)

    def close(self) -> None:
        """End all processes."""
        for namespace in list(self.running):
            self._stop(namespace)

    def _status(self, deployment: Json, looks: int) -> Json:
        metadata, spec = deployment["metadata"], deployment["spec"]
        namespace, wanted = metadata["namespace"], spec["replicas"]
        found = self.running.get(namespace)
        if found is not None and (not wanted or found.template != spec["template"]):
            self._stop(namespace)
        if wanted and namespace not in self.running:
            self.running[namespace] = self._start(namespace, spec["template"])
        ready = wanted if wanted and self.running[namespace].ready() else 0
        return {
            "observedGeneration": metadata["generation"],
            "replicas": wanted,
            "updatedReplicas": wanted,
            "availableReplicas": ready,
        }

    def _start(self, namespace: str, template: Json) -> Pod:
        env = {one["name"]: self._value(namespace, one) for one in container(template)["env"]}
        return started(template, env, self._log)

    def _value(self, namespace: str, variable: Json) -> str:
        if "value" in variable:
            return str(variable["value"])
        wanted = variable["valueFrom"]["secretKeyRef"]
        secret = self.objects[("secrets", namespace, wanted["name"])]
        return str(secret["stringData"][wanted["key"]])

    def _stop(self, namespace: str) -> None:
        pod = self.running.pop(namespace, None)
        if pod is not None:
            pod.end()
