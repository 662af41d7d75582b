"""The few calls of the Kubernetes API that are not Helm's: namespaces, and how pods do."""

from __future__ import annotations

from typing import Any

import httpx2

from provisioner.cluster.access import Access
from provisioner.cluster.port import Refused, Unreachable

OWNER = "provisioner/instance"
"""The label by which a namespace says whose it is."""

_AGAIN = frozenset({401, 408, 409, 425, 429})


class Kubernetes:
    """One API server. Raises Unreachable or Refused; may be shared by threads."""

    def __init__(self, access: Access, timeout: float = 10.0) -> None:
        self._access = access
        self._http = httpx2.Client(base_url=access.server, verify=access.tls, timeout=timeout)

    def namespace(self, name: str) -> dict[str, Any] | None:
        """A namespace, or None."""
        return self._ask("GET", f"/api/v1/namespaces/{name}")

    def make_namespace(self, name: str, owner: str) -> None:
        """Make a namespace that says whose it is, and holds its pods to the strictest standard."""
        self._ask(
            "POST",
            "/api/v1/namespaces",
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {
                    "name": name,
                    "labels": {
                        OWNER: owner,
                        "pod-security.kubernetes.io/enforce": "restricted",
                    },
                },
            },
        )

    def delete_namespace(self, name: str) -> None:
        """Begin to delete a namespace; fine if it is gone."""
        self._ask("DELETE", f"/api/v1/namespaces/{name}")

    def deployment(self, namespace: str, name: str) -> dict[str, Any] | None:
        """A deployment, or None."""
        return self._ask("GET", f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}")

    def pods(self, namespace: str, name: str) -> list[dict[str, Any]]:
        """The pods of a release."""
        found = self._ask(
            "GET",
            f"/api/v1/namespaces/{namespace}/pods",
            query={"labelSelector": f"app.kubernetes.io/instance={name}"},
        )
        return list((found or {}).get("items") or [])

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> dict[str, Any] | None:
        """The answer's JSON, or None for what is not there."""
        try:
            answer = self._http.request(
                method, path, json=body, params=query, headers=self._access.headers()
            )
        except httpx2.HTTPError as error:
            raise Unreachable(f"the Kubernetes API can't be reached: {error}") from error
        if answer.status_code == 404:
            return None
        if answer.is_success:
            return dict(answer.json())
        words = f"Kubernetes: {method} {path}: {answer.status_code} {_message(answer)}"
        if answer.status_code in _AGAIN or answer.status_code >= 500:
            raise Unreachable(words)
        raise Refused(words)


def _message(answer: httpx2.Response) -> str:
    try:
        return str(answer.json().get("message", ""))
    except (ValueError, AttributeError):
        return answer.text[:200]
