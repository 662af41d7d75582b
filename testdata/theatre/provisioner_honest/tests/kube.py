"""A Kubernetes API server in miniature, over real HTTP, for the real kubectl and helm.

It keeps namespaces, secrets and deployments as it is sent them, and plays the one controller that
the service waits for: a deployment is available at once, unless its image has the tag `broken`.
It answers in JSON. Some clients send protobuf: of that it reads the name of the object and no more,
which is enough for namespaces and for the secrets that helm keeps its releases in. What it does not
know is refused with 404, as a real server does.
"""

from __future__ import annotations

import http.server
import itertools
import json
import threading
import urllib.parse
from pathlib import Path
from typing import Any

GROUPS = {
    "/api/v1": [("namespaces", "Namespace", False), ("secrets", "Secret", True)],
    "/apis/apps/v1": [("deployments", "Deployment", True)],
}
VERBS = ["create", "delete", "get", "list", "patch", "update"]


def discovery(path: str) -> dict[str, Any] | None:
    """What clients ask of a server before anything else."""
    if path == "/version":
        return {"major": "1", "minor": "32", "gitVersion": "v1.32.0"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        version = {"groupVersion": "apps/v1", "version": "v1"}
        group = {"name": "apps", "versions": [version], "preferredVersion": version}
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group]}
    if path == "/openapi/v3":
        return {
            "paths": {
                root[1:]: {"serverRelativeURL": f"/openapi/v3{root}?hash=1"} for root in GROUPS
            }
        }
    if path.startswith("/openapi/v3/"):
        return openapi(path.removeprefix("/openapi/v3"))
    if path in GROUPS:
        return {
            "kind": "APIResourceList",
            "apiVersion": "v1",
            "groupVersion": group_version(path),
            "resources": [
                {
                    "name": plural,
                    "singularName": "",
                    "namespaced": inside,
                    "kind": kind,
                    "verbs": VERBS,
                }
                for plural, kind, inside in GROUPS[path]
            ],
        }
    return None


def group_version(root: str) -> str:
    """`v1` or `apps/v1`."""
    return root.removeprefix("/apis/").removeprefix("/api/")


def openapi(root: str) -> dict[str, Any] | None:
    """Just enough to say that the server validates fields itself."""
    if root not in GROUPS:
        return None
    group, _, version = group_version(root).rpartition("/")
    paths = {}
    for plural, kind, inside in GROUPS[root]:
        middle = "namespaces/{namespace}/" if inside else ""
        paths[f"{root}/{middle}{plural}/{{name}}"] = {
            "patch": {
                "parameters": [{"name": "fieldValidation", "in": "query"}],
                "x-kubernetes-group-version-kind": {
                    "group": group,
                    "version": version,
                    "kind": kind,
                },
            }
        }
    return {"openapi": "3.0.0", "info": {"title": "kube", "version": "1"}, "paths": paths}


class Cluster:
    """What is kept: objects by their path, and all requests that changed something."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.changes: list[tuple[str, str]] = []
        self.refused: set[str] = set()
        self.versions = itertools.count(1)

    def names(self, path: str) -> list[str]:
        """The names below a collection, sorted."""
        return sorted(key.rpartition("/")[2] for key in self.objects if is_below(key, path))

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """One request; a status and an object."""
        root = next((root for root in GROUPS if path.startswith(root + "/")), None)
        found = discovery(path)
        if found is not None:
            return 200, found
        if root is None:
            return 404, failure(404, "NotFound", f"no such path: {path}")
        if method != "GET":
            self.changes.append((method, path))
        if f"{method} {path}" in self.refused:
            return 403, failure(403, "Forbidden", f"{method} {path} is forbidden")
        if method == "POST":
            return self.create(root, path, body)
        if path not in self.objects and not self.is_collection(path):
            return 404, failure(404, "NotFound", f"{path} not found")
        if method == "GET":
            return 200, self.objects.get(path) or self.listed(root, path)
        if method == "PUT":
            self.objects[path] = self.settled(root, path, body)
            return 200, self.objects[path]
        if method == "DELETE":
            gone = self.objects.pop(path)
            inside = f"/namespaces/{path.rpartition('/')[2]}/"
            if path.startswith("/api/v1/namespaces/") and path.count("/") == 4:
                self.objects = {k: v for k, v in self.objects.items() if inside not in k}
            return 200, gone
        return 405, failure(405, "MethodNotAllowed", method)

    def create(self, root: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Keep a new object."""
        key = f"{path}/{body['metadata']['name']}"
        parts = path.split("/")
        if key in self.objects:
            return 409, failure(409, "AlreadyExists", f"{key} already exists")
        if "namespaces" in parts[:-1]:
            home = f"/api/v1/namespaces/{parts[parts.index('namespaces') + 1]}"
            if home not in self.objects:
                return 404, failure(404, "NotFound", f"{home} not found")
        self.objects[key] = self.settled(root, key, body)
        return 201, self.objects[key]

    def settled(self, root: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """An object as the server keeps it, with the status that a controller would set."""
        version = next(self.versions)
        body = {**body, "apiVersion": group_version(root)}
        body["metadata"] = {
            **body["metadata"],
            "uid": f"00000000-0000-0000-0000-{version:012}",
            "resourceVersion": str(version),
            "creationTimestamp": "2024-01-01T00:00:00Z",
        }
        if "/deployments/" in key:
            body["status"] = deployment_status(body["spec"])
        return body

    def is_collection(self, path: str) -> bool:
        """True for the path of a kind of object."""
        last = path.rpartition("/")[2]
        return any(last == plural for kinds in GROUPS.values() for plural, _, _ in kinds)

    def listed(self, root: str, path: str) -> dict[str, Any]:
        """All objects of a collection; selectors are of no use to the tests and are left out."""
        kind = next(k for plural, k, _ in GROUPS[root] if path.endswith(plural))
        items = [value for key, value in self.objects.items() if is_below(key, path)]
        return {
            "kind": f"{kind}List",
            "apiVersion": group_version(root),
            "metadata": {},
            "items": items,
        }


def is_below(key: str, path: str) -> bool:
    """True for an object that is directly in a collection."""
    return key.rpartition("/")[0] == path


def deployment_status(spec: dict[str, Any]) -> dict[str, Any]:
    """Ready at once, or failed for the tag `broken`."""
    image = spec["template"]["spec"]["containers"][0]["image"]
    if image.endswith(":broken"):
        condition = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
        return {"replicas": spec["replicas"], "conditions": [condition]}
    return {"replicas": spec["replicas"], "availableReplicas": spec["replicas"]}


def decoded(raw: bytes) -> dict[str, Any]:
    """The body of a request; of a protobuf object (they begin with `k8s`) the name alone."""
    if not raw.startswith(b"k8s\0"):
        return json.loads(raw) if raw else {}
    envelope = fields(raw[4:])
    metadata = fields(fields(envelope.get(2, b"")).get(1, b""))
    return {
        "kind": fields(envelope[1]).get(2, b"").decode(),
        "metadata": {"name": metadata.get(1, b"").decode()},
    }


def fields(message: bytes) -> dict[int, bytes]:
    """The first value of each field of a protobuf message that has a length; others are passed."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        value, at = varint(message, at)
        if key & 7 == 2:
            found.setdefault(key >> 3, message[at : at + value])
            at += value
        elif key & 7 != 0:
            raise ValueError(f"wire type {key & 7}")
    return found


def varint(message: bytes, at: int) -> tuple[int, int]:
    """A number, and where the next one begins."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def failure(code: int, reason: str, message: str) -> dict[str, Any]:
    """A Status, as clients expect it."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }


class Server(http.server.ThreadingHTTPServer):
    """The API of one cluster on a free port of the loopback."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.cluster = Cluster()
        self.lock = threading.Lock()

    def write_kubeconfig(self, path: Path) -> None:
        """A configuration with this server as its one context."""
        address = f"http://127.0.0.1:{self.server_port}"
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [{"name": "test", "cluster": {"server": address}}],
                    "users": [{"name": "test", "user": {}}],
                    "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
                    "current-context": "test",
                }
            )
        )


class Handler(http.server.BaseHTTPRequestHandler):
    """HTTP to the cluster and back."""

    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        """One request of any method."""
        length = int(self.headers.get("Content-Length") or 0)
        body = decoded(self.rfile.read(length))
        path = urllib.parse.urlsplit(self.path).path
        with self.server.lock:
            status, answer = self.server.cluster.answer(self.command, path, body)
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def log_message(self, *arguments: object) -> None:
        """Quiet."""
