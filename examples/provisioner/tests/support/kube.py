"""A stand-in for a Kubernetes API server: HTTP, in memory, as much of it as Helm and we speak.

Not a cluster. What is real here: the HTTP requests of the real `helm` and of our own client, the
objects they make, conflicts, labels, patches, namespaces that take a while to go, and any error
that a test asks for. What is not: schemas, admission, RBAC, quotas, schedulers, and pods. A
deployment "becomes ready" after it was looked at a few times. Tests against a real control plane
take the place of these as soon as one can be had; `Cluster` is the same then.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Key = tuple[str, str, str]
"""Resource, namespace (empty for namespaces), name."""


@dataclass(slots=True)
class _Fault:
    method: str
    part: str
    status: int
    times: int


@dataclass(slots=True)
class _Hold:
    method: str
    part: str
    arrived: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)


class Kube:
    """The state of the stand-in, and what tests want of it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.objects: dict[Key, Json] = {}
        #: How often each object was made; deleting and making again counts twice.
        self.made: Counter[Key] = Counter()
        #: How often a deployment must be looked at before it is ready, and a namespace before
        #: it is gone.
        self.patience = 2
        self.url = ""
        self._looks: Counter[Key] = Counter()
        self._faults: list[_Fault] = []
        self._holds: list[_Hold] = []

    def fail(self, method: str, part: str, status: int, times: int = 1) -> None:
        """Answer requests whose path contains ``part`` with an error, so many times."""
        with self.lock:
            self._faults.append(_Fault(method, part, status, times))

    @contextmanager
    def held(self, method: str, part: str) -> Iterator[threading.Event]:
        """Let the first such request wait, unanswered, until the block ends."""
        hold = _Hold(method, part)
        with self.lock:
            self._holds.append(hold)
        try:
            yield hold.arrived
        finally:
            with self.lock:
                if hold in self._holds:
                    self._holds.remove(hold)
            hold.go_on.set()

    def names(self, resource: str) -> list[str]:
        """The names of all objects of a kind."""
        with self.lock:
            return sorted(key[2] for key in self.objects if key[0] == resource)

    def get(self, resource: str, namespace: str, name: str) -> Json:
        """An object. Raises KeyError."""
        with self.lock:
            return self.objects[(resource, namespace, name)]

    def kubeconfig(self) -> str:
        """How to reach it."""
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "stand-in",
                "contexts": [
                    {"name": "stand-in", "context": {"cluster": "stand-in", "user": "tests"}}
                ],
                "clusters": [{"name": "stand-in", "cluster": {"server": self.url}}],
                "users": [{"name": "tests", "user": {"token": "of-the-tests"}}],
            }
        )

    def trouble(self, method: str, path: str) -> int:
        """The error that a test wants here, or 0; waits where a test wants that."""
        with self.lock:
            hold = next((h for h in self._holds if h.method == method and h.part in path), None)
            if hold is not None:
                self._holds.remove(hold)
        if hold is not None:
            hold.arrived.set()
            hold.go_on.wait(60)
        with self.lock:
            for fault in self._faults:
                if fault.times and fault.method == method and fault.part in path:
                    fault.times -= 1
                    return fault.status
        return 0

    def look(self, key: Key) -> Json | None:
        """An object as it is at this moment, and a little later next time."""
        with self.lock:
            found = self.objects.get(key)
            if found is None:
                return None
            self._looks[key] += 1
            going = found["metadata"].get("deletionTimestamp")
            if going and self._looks[key] > self.patience:
                del self.objects[key]
                return None
            if key[0] == "deployments":
                found["status"] = self._status(found, self._looks[key])
            return found

    def _status(self, deployment: Json, looks: int) -> Json:
        wanted, generation = deployment["spec"]["replicas"], deployment["metadata"]["generation"]
        if looks <= 1:
            return {**deployment.get("status", {}), "observedGeneration": generation - 1}
        able = not _broken(deployment) and looks > self.patience
        have = wanted if wanted or looks > self.patience else 1
        status = {"observedGeneration": generation, "replicas": have, "updatedReplicas": have}
        return {**status, "availableReplicas": have if able or not wanted else 0}

    def pods(self, namespace: str) -> list[Json]:
        """The pods that would be there: those that can't start say why."""
        with self.lock:
            return [
                {
                    "metadata": {
                        "name": f"{name}-0",
                        "namespace": namespace,
                        "labels": found["spec"]["template"]["metadata"]["labels"],
                    },
                    "status": {
                        "containerStatuses": [
                            {
                                "state": {
                                    "waiting": {
                                        "reason": "ImagePullBackOff",
                                        "message": f"can't pull {_image(found)}",
                                    }
                                }
                            }
                        ]
                    },
                }
                for (resource, place, name), found in self.objects.items()
                if resource == "deployments" and place == namespace and _broken(found)
            ]

    def make(self, key: Key, given: Json) -> Json | None:
        """A new object; None if there is one of that name."""
        with self.lock:
            if key in self.objects:
                return None
            self.made[key] += 1
            self._looks[key] = 0
            metadata = given.setdefault("metadata", {})
            metadata.update(uid=f"uid-{sum(self.made.values())}", generation=1)
            metadata.update(creationTimestamp="2026-01-01T00:00:00Z", resourceVersion="1")
            self.objects[key] = given
            return given

    def replace(self, key: Key, given: Json) -> Json:
        """Another state of an object."""
        with self.lock:
            before = self.objects[key]
            if before.get("spec") != given.get("spec"):
                given["metadata"]["generation"] = before["metadata"]["generation"] + 1
                self._looks[key] = 0
            self.objects[key] = given
            return given

    def delete(self, key: Key) -> bool:
        """Delete an object; a namespace takes its time, but what is in it goes at once."""
        with self.lock:
            found = self.objects.get(key)
            if found is None:
                return False
            if key[0] != "namespaces":
                del self.objects[key]
                return True
            for inner in [one for one in self.objects if one[1] == key[2]]:
                del self.objects[inner]
            found["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:01Z"
            self._looks[key] = 0
            return True


def _image(deployment: Json) -> str:
    return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])


def _broken(deployment: Json) -> bool:
    return "broken" in _image(deployment)


def merged(old: Any, patch: Any) -> Any:
    """A strategic merge patch, where lists of named things are merged by name."""
    if isinstance(patch, list) and isinstance(old, list):
        if all(isinstance(one, dict) and "name" in one for one in [*old, *patch]):
            result = {one["name"]: one for one in old}
            for one in patch:
                result[one["name"]] = merged(result.get(one["name"], {}), one)
            return list(result.values())
        return patch
    if not isinstance(patch, dict) or not isinstance(old, dict):
        return patch
    out = dict(old)
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        if value is None:
            out.pop(key, None)
        else:
            out[key] = merged(out.get(key), value)
    return out
