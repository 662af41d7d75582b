"""What is needed to speak to a cluster, as a value and as a kubeconfig."""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from refute.errors import fail

__all__ = ["Access", "read"]


@dataclass(frozen=True, slots=True)
class Access:
    """An API server and one user of it; certificates and keys are PEM texts."""

    server: str
    authority: str = ""
    token: str = ""
    certificate: str = ""
    key: str = ""

    def json(self) -> dict[str, str]:
        """What JSON can carry; ``Access(**...)`` takes it back."""
        return asdict(self)

    def kubeconfig(self, namespace: str = "default", name: str = "refute") -> str:
        """A kubeconfig (JSON, which is YAML) with this as its only context."""
        user = {
            "token": self.token,
            "client-certificate-data": _encoded(self.certificate),
            "client-key-data": _encoded(self.key),
        }
        cluster = {"server": self.server, "certificate-authority-data": _encoded(self.authority)}
        context = {"cluster": name, "user": name, "namespace": namespace}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [{"name": name, "cluster": _filled(cluster)}],
            "users": [{"name": name, "user": _filled(user)}],
            "contexts": [{"name": name, "context": context}],
        }
        return json.dumps(document, indent=1) + "\n"


def read(path: Path, kubectl: str, context: str = "") -> Access:
    """The access of a kubeconfig's context, by default its current one.

    kubectl reads it, so that all that this looks up (files, several configurations) is looked up
    the same way. Raises RefuteError ``real-unavailable``, also for contexts that sign in by
    means other than a token or a certificate.
    """
    chosen = [f"--context={context}"] if context else []
    command = [
        *(kubectl, f"--kubeconfig={path}", *chosen, "config", "view"),
        *("--raw", "--minify", "--flatten", "-o", "json"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        fail("real-unavailable", f"{path} is no kubeconfig", detail=done.stderr.splitlines()[-3:])
    document = json.loads(done.stdout)
    cluster, user = document["clusters"][0]["cluster"], document["users"][0]["user"]
    access = Access(
        cluster["server"],
        _decoded(cluster.get("certificate-authority-data")),
        user.get("token", ""),
        _decoded(user.get("client-certificate-data")),
        _decoded(user.get("client-key-data")),
    )
    if not access.token and not access.certificate:
        fail(
            "real-unavailable",
            f"the user of {path} has neither a token nor a certificate",
            remedy="Give a kubeconfig of a user that has one of them.",
        )
    return access


def _filled(entries: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entries.items() if value}


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _decoded(text: str | None) -> str:
    return base64.b64decode(text).decode() if text else ""
