"""What tests may read in the tree, by content: so that it can be told whether it has changed."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from refute.sources import is_foreign, python_files

CONFIG_FILES = (
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "tox.ini",
    "pytest.ini",
    ".pytest.ini",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "requirements.txt",
)
"""Files that change what a suite does without being Python that it runs."""

WATCHED = 100_000
"""So many data files of a tree are looked at, which takes a few seconds at the most."""

READ = 1 << 20
"""Bytes of the largest data file that counts by content; others by size and time of change."""

READ_IN_ALL = 1 << 28
"""Bytes of data files that are read, in all."""

_BUILT = frozenset({"build", "dist", "htmlcov", "target"})
_BUILT_FROM = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "Cargo.toml"})
"""What tools make, in folders of these names beside a file of those."""

_LITTER = (
    ".pyc", ".swp", "~", ".DS_Store", "coverage.xml", "coverage.json", "coverage.lcov", ".sarif",
    "refute-ratchet.toml", "refute-accept.toml",
)  # fmt: skip
"""Ends of the names of files that come and go without being read by a test."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A tree by content. Digests are SHA-256, in hex."""

    #: Path relative to the root -> digest, of each Python file.
    python: Mapping[str, str]
    #: Configuration and data files, all in one.
    data: str
    #: Variables of the environment that a Python file of the tree names, with their values.
    variables: str
    #: False where there are more data files than are watched.
    whole: bool

    @property
    def code(self) -> str:
        """The Python files in one: the same on every machine that has checked out the same."""
        return digest(x for one in self.python.items() for x in one)

    @property
    def fingerprint(self) -> str:
        """All of it in one."""
        return digest([self.data, self.variables, *(x for one in self.python.items() for x in one)])


def digest(parts: Iterable[str]) -> str:
    """One digest of several texts, which can't run into each other."""
    total = hashlib.sha256()
    for part in parts:
        _enter(total, part.encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def read_contents(
    root: Path, variables: Mapping[str, str] | None = None, most: int = WATCHED
) -> Contents:
    """Look at a tree.

    Python files and configuration count by name and content, and so do other files unless they
    are large: those by name, size and time of change, and no more than ``most`` files in all.
    Hidden folders, environments, caches and what tools have built are left out.
    """
    waiting = {name.encode(): name for name in variables or {} if len(name) > 1}
    named: dict[str, str] = {}
    python: dict[str, str] = {}
    for path in python_files(root):
        content = _content(path)
        python[path.relative_to(root).as_posix()] = hashlib.sha256(content).hexdigest()
        for spelled in [one for one in waiting if one in content]:
            name = waiting.pop(spelled)
            named[name] = (variables or {})[name]
    total = hashlib.sha256()
    for name in CONFIG_FILES:
        _enter(total, name.encode())
        content = _content(root / name)
        _enter(total, _without_ours(content) if name == "pyproject.toml" else content)
    data = _data(root)
    for name, stamp in islice(data, most):
        _enter(total, name.encode("utf-8", "surrogateescape"))
        _enter(total, stamp)
    return Contents(
        python=python,
        data=total.hexdigest(),
        variables=digest(text for one in sorted(named.items()) for text in one),
        whole=next(data, None) is None,
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        # A file that can't be read (a dangling link) still counts by its name.
        return b""


def _without_ours(content: bytes) -> bytes:
    """A pyproject.toml without what it says of refute: of that, no test knows anything, and what
    changes a trial counts by itself.
    """
    try:
        table = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return content
    if isinstance(tools := table.get("tool"), dict):
        tools.pop("refute", None)
        if not tools:
            del table["tool"]
    return repr(table).encode()


def _enter(total: hashlib._Hash, part: bytes) -> None:
    total.update(len(part).to_bytes(8, "big"))
    total.update(part)


def _data(root: Path) -> Iterator[tuple[str, bytes]]:
    """The other files, each with what tells whether it has changed, in a stable order."""
    folders, budget = [""], READ_IN_ALL
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            # What we may not list the tests may not either.
            continue
        top = not folder or not _BUILT_FROM.isdisjoint(entry.name for entry in entries)
        inside: list[str] = []
        for entry in entries:
            name = f"{folder}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if not is_foreign(Path(entry.path)) and not (top and entry.name in _BUILT):
                    inside.append(f"{name}/")
            elif _is_data(name):
                size, stamp = _stamp(entry, budget)
                budget -= size
                yield name, stamp
        folders += reversed(inside)


def _is_data(name: str) -> bool:
    if name.endswith((".py", *_LITTER)) or name in CONFIG_FILES:
        return False
    return not name.rpartition("/")[2].startswith(".coverage")


def _stamp(entry: os.DirEntry[str], budget: int) -> tuple[int, bytes]:
    """How many bytes were read, and what tells this content from another."""
    try:
        status = entry.stat()
        if entry.is_file() and status.st_size <= min(READ, budget):
            return status.st_size, hashlib.sha256(Path(entry.path).read_bytes()).digest()
    except OSError:
        # A dangling link, or a file that we may not read.
        return 0, b""
    return 0, b"%d %d" % (status.st_size, status.st_mtime_ns)
