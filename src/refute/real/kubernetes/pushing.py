"""Pushing an image to a registry on this machine, over the registry's own HTTP API."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from refute.errors import fail
from refute.real.kubernetes.images import MANIFEST, Image

__all__ = ["push"]


def push(image: Image, repository: str, tag: str, host: str, port: int) -> None:
    """Put an image there. Raises RefuteError ``real-unavailable`` with the registry's words."""
    line = http.client.HTTPConnection(host, port, timeout=30)
    root = f"/v2/{repository}"
    try:
        for digest, blob in image.blobs.items():
            if _ask(line, "HEAD", f"{root}/blobs/{digest}") == 200:
                continue
            place = _begin(line, f"{root}/blobs/uploads/")
            mark = "&" if "?" in place else "?"
            _put(line, f"{place}{mark}digest={digest}", blob, "application/octet-stream")
        _put(line, f"{root}/manifests/{tag}", image.manifest, MANIFEST)
    finally:
        line.close()


def _ask(line: http.client.HTTPConnection, method: str, path: str) -> int:
    line.request(method, path)
    answer = line.getresponse()
    answer.read()
    return answer.status


def _begin(line: http.client.HTTPConnection, path: str) -> str:
    """Where to put a blob. The registry may name itself otherwise: the path alone counts."""
    line.request("POST", path, headers={"Content-Length": "0"})
    answer = line.getresponse()
    said = answer.read()
    if answer.status != 202:
        _refused(path, answer.status, said)
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _put(line: http.client.HTTPConnection, path: str, body: bytes, kind: str) -> None:
    line.request("PUT", path, body, {"Content-Type": kind})
    answer = line.getresponse()
    said = answer.read()
    if answer.status != 201:
        _refused(path, answer.status, said)


def _refused(path: str, status: int, said: bytes) -> None:
    words = said.decode(errors="replace").splitlines()[:5]
    fail("real-unavailable", f"the registry answered {status} at {path}", detail=words)
