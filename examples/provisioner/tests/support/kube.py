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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
_GROUPS = {
    "v1": {
        "namespaces": "Namespace",
        "secrets": "Secret",
        "services": "Service",
        "serviceaccounts": "ServiceAccount",
        "persistentvolumeclaims": "PersistentVolumeClaim",
        "resourcequotas": "ResourceQuota",
        "pods": "Pod",
    },
    "apps/v1": {"deployments": "Deployment"},
    "networking.k8s.io/v1": {"ingresses": "Ingress", "networkpolicies": "NetworkPolicy"},
    "rbac.authorization.k8s.io/v1": {"roles": "Role", "rolebindings": "RoleBinding"},
}
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
                    "metadata": {"name": f"{name}-0", "namespace": namespace},
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


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Whole answers, at once: pieces would wait for one another on the way.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    kube: Kube

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not printed."""

    def _answer(self, status: int, body: Json) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _fail(self, status: int, message: str) -> None:
        reasons = {404: "NotFound", 409: "AlreadyExists", 403: "Forbidden", 422: "Invalid"}
        reason = reasons.get(status, "InternalError")
        said = {"kind": "Status", "apiVersion": "v1", "status": "Failure"}
        self._answer(status, {**said, "code": status, "reason": reason, "message": message})

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        url = urlsplit(self.path)
        try:
            wrong = self.kube.trouble(self.command, url.path)
            if wrong:
                self._fail(wrong, "a test wants this to fail")
            elif not self._discover(url.path):
                self._resource(url.path, parse_qs(url.query), body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def _discover(self, path: str) -> bool:
        names = {"/api/v1": "v1", **{f"/apis/{g}": g for g in _GROUPS if "/" in g}}
        if path == "/version":
            self._answer(200, {"major": "1", "minor": "31", "gitVersion": "v1.31.0"})
        elif path == "/api":
            self._answer(200, {"kind": "APIVersions", "versions": ["v1"]})
        elif path == "/apis":
            groups = [
                {
                    "name": group.split("/")[0],
                    "versions": [{"groupVersion": group, "version": "v1"}],
                    "preferredVersion": {"groupVersion": group, "version": "v1"},
                }
                for group in _GROUPS
                if "/" in group
            ]
            self._answer(200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
        elif path in names:
            self._answer(200, _resources(names[path]))
        else:
            return False
        return True

    def _resource(self, path: str, query: dict[str, list[str]], body: Json) -> None:
        parts = [part for part in path.split("/") if part]
        group = "v1" if parts[0] == "api" else "/".join(parts[1:3])
        rest = parts[2:] if parts[0] == "api" else parts[3:]
        namespace = ""
        if rest and rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        if group not in _GROUPS or not rest or rest[0] not in _GROUPS[group]:
            self._fail(404, "the server could not find the requested resource")
            return
        if len(rest) == 1:
            self._many(group, rest[0], namespace, query, body)
        else:
            self._one((rest[0], namespace, rest[1]), body)

    def _many(
        self, group: str, resource: str, namespace: str, query: dict[str, list[str]], body: Json
    ) -> None:
        kube = self.kube
        if self.command == "POST":
            if namespace and ("namespaces", "", namespace) not in kube.objects:
                self._fail(404, f'namespaces "{namespace}" not found')
                return
            key = (resource, namespace, body["metadata"]["name"])
            body["metadata"].setdefault("namespace", namespace)
            made = kube.make(key, body)
            if made is None:
                self._fail(409, f'{resource} "{key[2]}" already exists')
            else:
                self._answer(201, made)
            return
        if resource == "pods":
            items = kube.pods(namespace)
        else:
            wanted = _selector(query.get("labelSelector", [""])[0])
            with kube.lock:
                items = [
                    one
                    for key, one in kube.objects.items()
                    if key[:2] == (resource, namespace)
                    and wanted.items() <= (one["metadata"].get("labels") or {}).items()
                ]
        kind = _GROUPS[group][resource]
        self._answer(200, {"kind": f"{kind}List", "apiVersion": group, "items": items})

    def _one(self, key: Key, body: Json) -> None:
        kube = self.kube
        found = kube.look(key)
        if found is None:
            self._fail(404, f'{key[0]} "{key[2]}" not found')
        elif self.command == "GET":
            self._answer(200, found)
        elif self.command == "DELETE":
            kube.delete(key)
            self._answer(200, found)
        else:
            new = body if self.command == "PUT" else merged(found, body)
            self._answer(200, kube.replace(key, new))


def _selector(text: str) -> dict[str, str]:
    return {
        name: value for name, _, value in (part.partition("=") for part in text.split(",") if part)
    }


def _resources(group: str) -> Json:
    verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group,
        "resources": [
            {
                "name": name,
                "singularName": "",
                "namespaced": name != "namespaces",
                "kind": kind,
                "verbs": verbs,
            }
            for name, kind in _GROUPS[group].items()
        ],
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True


@contextmanager
def serving() -> Iterator[Kube]:
    """A stand-in that listens on the loopback."""
    kube = Kube()
    handler = type("Handler", (_Handler,), {"kube": kube})
    server = _Server(("127.0.0.1", 0), handler)
    kube.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield kube
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
