"""Kubernetes' API over plain HTTPS, with the standard library: one connection a thread."""

from __future__ import annotations

import http.client
import json
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from refute.real.kubernetes.kubeconfig import Access

__all__ = ["Api", "Refused", "Resource"]

_APPLY = "application/apply-patch+yaml"


class Refused(Exception):
    """The API server said no. ``reason`` is its own word: ``Forbidden``, ``Conflict`` ..."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{reason or status}: {message}")
        self.status = status
        self.reason = reason
        self.message = message


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of thing the API has: where it is found, and whether it lies in namespaces."""

    group_version: str
    kind: str
    plural: str
    namespaced: bool
    #: The names by which people ask for it.
    words: frozenset[str]

    def path(self, namespace: str, name: str = "") -> str:
        """The path of all of them, or of one."""
        root = "/api/" if "/" not in self.group_version else "/apis/"
        inside = f"/namespaces/{namespace}" if self.namespaced else ""
        return f"{root}{self.group_version}{inside}/{self.plural}" + (f"/{name}" if name else "")


class Api:
    """One user's requests to one API server, each within ``patience`` seconds.

    May be used from several threads.
    """

    def __init__(self, access: Access, patience: float = 30.0) -> None:
        self.access = access
        self._patience = patience
        self._context = _trust(access)
        self._local = threading.local()
        self._known: list[Resource] = []
        self._lines: list[http.client.HTTPSConnection] = []

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        kind: str = "application/json",
    ) -> dict[str, Any]:
        """One request and the object it is answered by. Raises Refused, and OSError."""
        text = self.text(method, path, body, query=query, kind=kind)
        answer: dict[str, Any] = json.loads(text)
        return answer

    def text(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        kind: str = "application/json",
    ) -> str:
        """As `request`, for answers that are no JSON."""
        target = f"{path}?{urlencode(query)}" if query else path
        headers = {"Accept": "application/json, */*", "Content-Type": kind}
        sent = None if body is None else json.dumps(body).encode()
        status, read = self._exchange(method, target, sent, headers)
        if status < 400:
            return read
        said: dict[str, Any] = {}
        with suppress(ValueError):
            said = json.loads(read)
        raise Refused(status, str(said.get("reason", "")), str(said.get("message", read)).strip())

    def _exchange(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, str]:
        """Status and text; a connection that the server has closed meanwhile is opened anew."""
        if self.access.token:
            headers = {**headers, "Authorization": f"Bearer {self.access.token}"}
        kept = getattr(self._local, "line", None)
        self._local.line = None
        if kept is not None:
            with suppress(http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                answer = _send(kept, method, target, body, headers)
                self._local.line = kept
                return answer
            kept.close()
        parts = urlsplit(self.access.server)
        line = http.client.HTTPSConnection(
            parts.hostname or "", parts.port or 443, timeout=self._patience, context=self._context
        )
        self._lines.append(line)
        answer = _send(line, method, target, body, headers)
        # Kept only after a whole answer: a connection can't be used again in the middle of one.
        self._local.line = line
        return answer

    def close(self) -> None:
        """Close the connections of all threads; the next request opens one anew."""
        while self._lines:
            self._lines.pop().close()

    def resource(self, word: str, group_version: str = "") -> Resource:
        """The resource of a kind, plural or short name, of one version if asked.

        Raises Refused (``NotFound``) if the server has none.
        """
        for refresh in (False, True):
            if refresh or not self._known:
                self._known = list(self._discover())
            for resource in self._known:
                fits = group_version in ("", resource.group_version)
                if fits and word.lower() in resource.words:
                    return resource
        of = f" in {group_version}" if group_version else ""
        raise Refused(404, "NotFound", f"the server has no resource {word!r}{of}")

    def _discover(self) -> Iterator[Resource]:
        """All resources, those of the core first: two requests, in the aggregated form."""
        kind = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        for root in ("/api", "/apis"):
            _, text = self._exchange("GET", root, None, {"Accept": kind})
            for group in json.loads(text).get("items", []):
                name = group["metadata"].get("name", "")
                for version in group["versions"]:
                    full = f"{name}/{version['version']}" if name else version["version"]
                    yield from (_resource(full, one) for one in version["resources"])

    def apply(self, manifest: Mapping[str, Any], namespace: str) -> dict[str, Any]:
        """Have the server make or change one object (server-side apply). Raises Refused."""
        resource = self.resource(manifest["kind"], manifest["apiVersion"])
        meta = manifest["metadata"]
        path = resource.path(meta.get("namespace", namespace), meta["name"])
        query = {"fieldManager": "refute", "force": "true"}
        return self.request("PATCH", path, manifest, query=query, kind=_APPLY)


def _send(
    line: http.client.HTTPSConnection,
    method: str,
    target: str,
    body: bytes | None,
    headers: Mapping[str, str],
) -> tuple[int, str]:
    line.request(method, target, body, dict(headers))
    answer = line.getresponse()
    return answer.status, answer.read().decode(errors="replace")


def _resource(group_version: str, described: Mapping[str, Any]) -> Resource:
    kind = described["responseKind"]["kind"]
    words = {
        described["resource"],
        described.get("singularResource", ""),
        kind,
        *described.get("shortNames", []),
    }
    return Resource(
        group_version,
        kind,
        described["resource"],
        described["scope"] == "Namespaced",
        frozenset(word.lower() for word in words if word),
    )


def _trust(access: Access) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=access.authority or None)
    # Authorities of clusters are often made without the extensions that this asks for.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if access.certificate:
        # The ssl module takes client certificates from files alone.
        with tempfile.TemporaryDirectory() as folder:
            pair = Path(folder) / "pair.pem"
            pair.touch(mode=0o600)
            pair.write_text(f"{access.certificate}\n{access.key}\n")
            context.load_cert_chain(pair)
    return context
