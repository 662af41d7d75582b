"""How the stand-in for an API server speaks: paths, discovery, lists and patches over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.kube import Json, Key, Kube, merged

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
        wanted = _selector(query.get("labelSelector", [""])[0])
        with kube.lock:
            there = [one for key, one in kube.objects.items() if key[:2] == (resource, namespace)]
            if resource == "pods":
                there = kube.pods(namespace)
        items = [
            one for one in there if wanted.items() <= (one["metadata"].get("labels") or {}).items()
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
def serving(given: Kube | None = None) -> Iterator[Kube]:
    """A stand-in that listens on the loopback."""
    kube = given or Kube()
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
