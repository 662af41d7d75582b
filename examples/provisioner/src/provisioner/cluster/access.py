"""Where the Kubernetes API is, and who we are there: from a kubeconfig, or from inside a pod."""

from __future__ import annotations

import os
import ssl
import tempfile
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_POD = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class NoAccess(Exception):
    """There is no usable configuration; the words say what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to speak to an API server."""

    server: str
    #: False where the connection is not encrypted, or the server is not to be checked.
    tls: ssl.SSLContext | bool
    #: Read anew for each request where it is a file: those are replaced while a pod runs.
    token: str | Path | None = None

    def headers(self) -> dict[str, str]:
        """What to send with a request."""
        token = self.token.read_text() if isinstance(self.token, Path) else self.token
        return {"Authorization": f"Bearer {token.strip()}"} if token else {}


def find(kubeconfig: Path | None) -> Access:
    """Our access by this file, or from inside a pod if it is None. Raises NoAccess."""
    if kubeconfig is not None:
        try:
            said = yaml.safe_load(kubeconfig.read_text())
        except (OSError, yaml.YAMLError) as error:
            raise NoAccess(f"{kubeconfig} can't be read: {error}") from error
        return from_kubeconfig(said, kubeconfig.parent)
    host = os.environ.get("KUBERNETES_SERVICE_HOST")
    if not host:
        raise NoAccess("this is no pod, and PROVISIONER_KUBECONFIG is not set")
    port = os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    authority = ssl.create_default_context(cafile=str(_POD / "ca.crt"))
    return Access(f"https://{host}:{port}", authority, _POD / "token")


def from_kubeconfig(said: Any, folder: Path) -> Access:
    """Our access by the current context. ``folder``: what paths are relative to."""
    try:
        context = _named(said["contexts"], said["current-context"])["context"]
        cluster = _named(said["clusters"], context["cluster"])["cluster"]
        user = _named(said["users"], context["user"]).get("user") or {}
        server = str(cluster["server"])
    except (KeyError, TypeError) as error:
        raise NoAccess(f"this is no whole kubeconfig: {error} is missing") from error
    if "exec" in user or "auth-provider" in user:
        raise NoAccess("sign-in by a program is not supported: use a token or a certificate")
    token = user.get("token") or (folder / user["tokenFile"] if user.get("tokenFile") else None)
    return Access(server, _tls(server, cluster, user, folder), token)


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for entry in entries:
        if entry["name"] == name:
            return entry
    raise KeyError(name)


def _tls(
    server: str, cluster: dict[str, Any], user: dict[str, Any], folder: Path
) -> ssl.SSLContext | bool:
    if server.startswith("http://"):
        return False
    authority = _bytes(cluster, "certificate-authority", folder)
    context = ssl.create_default_context(cadata=authority.decode() if authority else None)
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    certificate = _bytes(user, "client-certificate", folder)
    key = _bytes(user, "client-key", folder)
    if certificate and key:
        # The library takes files alone. They are gone before anybody else could read them.
        with tempfile.TemporaryDirectory() as scratch:
            files = Path(scratch) / "certificate", Path(scratch) / "key"
            files[0].write_bytes(certificate)
            files[1].write_bytes(key)
            context.load_cert_chain(*files)
    return context


def _bytes(entry: dict[str, Any], name: str, folder: Path) -> bytes | None:
    if entry.get(f"{name}-data"):
        return b64decode(entry[f"{name}-data"])
    if entry.get(name):
        return (folder / str(entry[name])).read_bytes()
    return None
