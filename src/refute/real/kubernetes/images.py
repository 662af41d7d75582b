"""Container images without a container engine: built from files, kept in one OCI archive.

An image here is what a test wants to see running: one layer of files and a command. Its archive
can be imported into a node, or its blobs pushed to a registry.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

__all__ = ["MANIFEST", "Image", "archive", "build", "program"]

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"
_INDEX = "application/vnd.oci.image.index.v1+json"
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}


@dataclass(frozen=True, slots=True)
class Image:
    """One image: its manifest, and the blobs that this names, by digest."""

    manifest: bytes = field(repr=False)
    blobs: Mapping[str, bytes] = field(repr=False)

    @property
    def digest(self) -> str:
        """``sha256:...`` of the manifest."""
        return _digest(self.manifest)


def build(
    files: Mapping[str, bytes],
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    user: str = "",
) -> Image:
    """An image of one layer: ``files`` by absolute path, all executable, and what it runs.

    ``user`` is a number (and a group after a colon); empty is root. The same arguments give
    the same digest.
    """
    layer = _layer(files)
    config = {
        "architecture": _MACHINES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {
            "Cmd": list(command),
            "Env": [f"{key}={value}" for key, value in (env or {}).items()],
            "User": user,
        },
        "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
    }
    about = json.dumps(config).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _described(_CONFIG, about),
        "layers": [_described(_LAYER, layer)],
    }
    return Image(json.dumps(manifest).encode(), {_digest(about): about, _digest(layer): layer})


def program(path: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Image:
    """An image that holds one static program and runs it."""
    inside = f"/{path.name}"
    return build({inside: path.read_bytes()}, [inside, *arguments], env=env)


def archive(image: Image, name: str) -> bytes:
    """The image as an OCI archive (tar) that carries its name, ``registry/repository:tag``."""
    described = _described(MANIFEST, image.manifest)
    described["annotations"] = {
        "io.containerd.image.name": name,
        "org.opencontainers.image.ref.name": name.rpartition(":")[2],
    }
    index = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": [described]}
    blobs = {**image.blobs, image.digest: image.manifest}
    return _layer(
        {
            "/oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
            "/index.json": json.dumps(index).encode(),
            **{f"/blobs/{digest.replace(':', '/')}": blob for digest, blob in blobs.items()},
        }
    )


def _layer(files: Mapping[str, bytes]) -> bytes:
    """A tar of these files and the folders above them, without times and owners."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.PAX_FORMAT) as tar:
        folders = {str(parent) for name in files for parent in PurePosixPath(name).parents}
        for folder in sorted(folders - {"/", "."}):
            entry = tarfile.TarInfo(folder.lstrip("/"))
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        for name in sorted(files):
            entry = tarfile.TarInfo(name.lstrip("/"))
            entry.size, entry.mode = len(files[name]), 0o755
            tar.addfile(entry, io.BytesIO(files[name]))
    return held.getvalue()


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _described(kind: str, blob: bytes) -> dict[str, Any]:
    return {"mediaType": kind, "digest": _digest(blob), "size": len(blob)}
