"""What a test leaves behind in its process and its folders, in words."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from dataclasses import dataclass
from os import environ, scandir
from os import getcwd as _getcwd

_FILES = 20_000
"""So many files are looked at, which takes a moment."""

_SKIPPED = ("__pycache__", "node_modules")
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Traces:
    """What can be seen of a process from outside of its objects."""

    environment: dict[str, str]
    folder: str
    path: tuple[str, ...]
    threads: frozenset[str]
    ports: frozenset[int]
    #: Path to size and time of change.
    files: dict[str, tuple[int, int]]


def look(root: str) -> Traces:
    """What is there now; files below ``root`` and in the temporary folder."""
    files: dict[str, tuple[int, int]] = {}
    _walk(root, files, deep=True)
    _walk(tempfile.gettempdir(), files, deep=False)
    return Traces(
        # pytest itself says there which test runs.
        {name: text for name, text in environ.items() if name != "PYTEST_CURRENT_TEST"},
        _getcwd(),
        tuple(sys.path),
        frozenset(thread.name for thread in threading.enumerate()),
        _ports(),
        files,
    )


def differences(before: Traces, after: Traces, root: str) -> list[str]:
    """What is there after a test and was not before, or is another one, as ends of a sentence
    that begins with "leaves".
    """
    found: list[str] = []
    names = before.environment.keys() | after.environment.keys()
    changed = [
        name
        for name in sorted(names)
        if before.environment.get(name) != after.environment.get(name)
    ]
    if changed:
        found.append(f"the environment changed: {_some(changed)}")
    if after.ports - before.ports:
        found.append(f"network port {_some(map(str, sorted(after.ports - before.ports)))} taken")
    files = [p for p in sorted(after.files) if before.files.get(p) != after.files[p]]
    if files:
        found.append(f"files behind: {_some(_short(path, root) for path in files)}")
    gone = [path for path in sorted(before.files) if path not in after.files]
    if gone:
        found.append(f"files deleted: {_some(_short(path, root) for path in gone)}")
    if after.folder != before.folder:
        found.append(f"another working folder: {_short(after.folder, root)}")
    if after.path != before.path:
        found.append("another sys.path")
    if after.threads - before.threads:
        found.append(f"threads running: {_some(sorted(after.threads - before.threads))}")
    return found


def _short(path: str, root: str) -> str:
    return os.path.relpath(path, root) if path.startswith(root + os.sep) else path


def _some(names: object) -> str:
    words = list(names)  # type: ignore[call-overload]
    more = len(words) - _NAMED
    return ", ".join(words[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _walk(folder: str, files: dict[str, tuple[int, int]], *, deep: bool) -> None:
    try:
        entries = list(scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith((".", "pytest-of-")) or entry.name in _SKIPPED:
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                if deep:
                    _walk(entry.path, files, deep=True)
            elif len(files) < _FILES:
                status = entry.stat(follow_symlinks=False)
                files[entry.path] = (status.st_size, status.st_mtime_ns)
        except OSError:
            continue  # gone meanwhile


def _ports() -> frozenset[int]:
    """TCP and UDP ports that somebody in this network listens at or is bound to."""
    found: set[int] = set()
    for table, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        try:
            with open(f"/proc/net/{table}", encoding="ascii") as lines:
                next(lines, None)
                rows = [line.split() for line in lines]
        except OSError:
            continue
        found.update(int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == state)
    return frozenset(found)
