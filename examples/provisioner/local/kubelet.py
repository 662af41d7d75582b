"""On a control plane without a node: takes pods as a kubelet would, and runs them as processes.

The API server is real, with its admission, quotas and permissions, and so are the controllers;
images, volumes and limits of pods are not.
"""

from __future__ import annotations

import socket
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from refute.real.kubernetes import Refused
from refute.real.kubernetes.api import Api
from tests.support.kube import Json

from local.pods import Pod, container, started

_OFTEN = 0.3
_READY = {
    "status": {
        "phase": "Running",
        "conditions": [{"type": kind, "status": "True"} for kind in ("Ready", "ContainersReady")],
    }
}


class Kubelet:
    """Of all pods in namespaces that begin with ``room-``."""

    def __init__(self, api: Api, log: Path) -> None:
        self._api, self._log = api, log
        self._pods: dict[str, tuple[str, Pod]] = {}

    def connect(self, namespace: str) -> socket.socket:
        """A connection to the pod of a namespace. Raises LookupError or OSError."""
        for there, pod in list(self._pods.values()):
            if there == namespace:
                return socket.create_connection(("127.0.0.1", pod.port), 5)
        raise LookupError(namespace)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Until the block ends, and all pods with it."""
        over = threading.Event()

        def work() -> None:
            while not over.wait(_OFTEN):
                # What has changed meanwhile is seen at the next look.
                with suppress(Refused, OSError):
                    self._look()

        thread = threading.Thread(target=work, name="kubelet", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            for _, pod in self._pods.values():
                pod.end()

    def _look(self) -> None:
        listed = self._api.request("GET", "/api/v1/pods")["items"]
        ours = [one for one in listed if one["metadata"]["namespace"].startswith("room-")]
        for uid in set(self._pods) - {one["metadata"]["uid"] for one in ours}:
            self._pods.pop(uid)[1].end()
        for one in ours:
            uid, namespace = one["metadata"]["uid"], one["metadata"]["namespace"]
            if uid not in self._pods:
                self._pods[uid] = namespace, started(one, self._environment(one), self._log)
            elif one["status"].get("phase") == "Pending" and self._pods[uid][1].ready():
                self._api.request(
                    "PATCH",
                    f"/api/v1/namespaces/{namespace}/pods/{one['metadata']['name']}/status",
                    _READY,
                    kind="application/merge-patch+json",
                )

    def _environment(self, pod: Json) -> dict[str, str]:
        given = {}
        for one in container(pod)["env"]:
            given[one["name"]] = one.get("value") or self._secret(pod, one["valueFrom"])
        return given

    def _secret(self, pod: Json, source: Json) -> str:
        wanted = source["secretKeyRef"]
        path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/secrets/{wanted['name']}"
        return b64decode(self._api.request("GET", path)["data"][wanted["key"]]).decode()
