"""The project as a value: its code, its tests, its state in git, and a print of its content."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from refute.hints import read_hints
from refute.layout import find
from refute.settings import Settings
from refute.sources import SourceRoot, is_foreign, python_files

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
"""So many data files of a tree are looked at, which takes less than a second."""

_BUILT = frozenset({"build", "dist", "htmlcov", "target"})
_BUILT_FROM = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "Cargo.toml"})
"""What tools make, in folders of these names beside a file of those."""

_LITTER = (
    ".pyc", ".swp", "~", ".DS_Store", "coverage.xml", "coverage.json", "coverage.lcov", ".sarif",
    "refute-ratchet.toml", "refute-accept.toml",
)  # fmt: skip
"""Ends of the names of files that come and go without being read by a test."""

_GIT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Project:
    """What is judged. Paths are relative to ``root``, with forward slashes."""

    root: Path
    name: str
    sources: tuple[SourceRoot, ...]
    #: Test paths and node ids for pytest; empty: pytest finds them as it always does.
    tests: tuple[str, ...]
    #: Compiled modules, named because they are not judged.
    compiled: tuple[str, ...]
    #: Sentences that say what was chosen, and why.
    notes: tuple[str, ...]
    #: Full hash of the commit checked out; None without git.
    commit: str | None
    #: True when tracked files differ from that commit; None without git.
    dirty: bool | None
    #: SHA-256, in hex, of all that the tests may read in the tree.
    fingerprint: str

    @property
    def files(self) -> tuple[str, ...]:
        """All source files, in order."""
        return tuple(file for source in self.sources for file in source.files)


def discover(settings: Settings) -> Project:
    """Find out what there is to judge. Reads files only; runs git and nothing else.

    Raises RefuteError: no-sources, several-projects, name-clash, bad-setting.
    """
    layout = find(settings)
    commit, dirty = _git_state(settings.root)
    tests = (
        f"Tests: {', '.join(settings.tests)}, by `tests`."
        if settings.tests
        else "Tests: those that plain pytest runs in the root."
    )
    content, whole = fingerprint(settings.root)
    notes = [*layout.notes, tests]
    if not whole:
        notes.append(
            f"Only {WATCHED:,} data files are watched for changes; there are more, so delete "
            ".refute/ when you change one that tests read."
        )
    return Project(
        root=settings.root,
        name=read_hints(settings.root).name or settings.root.name,
        sources=layout.sources,
        tests=settings.tests,
        compiled=layout.compiled,
        notes=tuple(notes),
        commit=commit,
        dirty=dirty,
        fingerprint=content,
    )


def fingerprint(root: Path, most: int = WATCHED) -> tuple[str, bool]:
    """A hash of what tests may read in the tree, and whether that was all of it.

    Python files and configuration count by name and content; other files, of which there may be
    many and large ones, by name, size and time of change, and no more than ``most`` of them.
    Hidden folders, environments, caches and what tools have built are left out.
    """
    total = hashlib.sha256()
    for path in _printed(root):
        try:
            content = path.read_bytes()
        except OSError:
            # A file that can't be read (a dangling link) still counts by its name.
            content = b""
        _enter(total, path.relative_to(root).as_posix(), content)
    data = _data(root)
    for name, stamp in islice(data, most):
        _enter(total, name, stamp)
    return total.hexdigest(), next(data, None) is None


def _enter(total: hashlib._Hash, name: str, content: bytes) -> None:
    for part in (name.encode("utf-8", "surrogateescape"), content):
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)


def _printed(root: Path) -> Iterator[Path]:
    yield from python_files(root)
    yield from (root / name for name in CONFIG_FILES if not name.endswith(".py"))


def _data(root: Path) -> Iterator[tuple[str, bytes]]:
    """The other files with size and time of change, in a stable order."""
    folders = [""]
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
                yield name, _stamp(entry)
        folders += reversed(inside)


def _is_data(name: str) -> bool:
    if name.endswith((".py", *_LITTER)) or name in CONFIG_FILES:
        return False
    return not name.rpartition("/")[2].startswith(".coverage")


def _stamp(entry: os.DirEntry[str]) -> bytes:
    try:
        status = entry.stat()
    except OSError:
        # A dangling link.
        return b""
    return b"%d %d" % (status.st_size, status.st_mtime_ns)


def _git_state(root: Path) -> tuple[str | None, bool | None]:
    commit = _git(root, "rev-parse", "HEAD")
    # A folder that its repository ignores (an unpacked archive) is not what the commit holds.
    if not commit or _git(root, "check-ignore", "."):
        return None, None
    changes = _git(root, "status", "--porcelain", "--untracked-files=no", "--", ".")
    return commit.strip(), None if changes is None else bool(changes.strip())


def git_top(root: Path) -> Path | None:
    """The top folder of the git work tree that ``root`` lies in, or None."""
    top = _git(root, "rev-parse", "--show-toplevel")
    return Path(top.removesuffix("\n")) if top and top.strip() else None


def _git(root: Path, *arguments: str) -> str | None:
    """What git says, or None where there is no git, no repository or no commit."""
    # Without optional locks `git status` leaves the index as it is: we promise to write nothing.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_GIT_SECONDS,
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
