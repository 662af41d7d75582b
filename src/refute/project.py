"""The project as a value: its code, its tests, its state in git, and a print of its content."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from refute.hints import read_hints
from refute.layout import find
from refute.settings import Settings
from refute.sources import SourceRoot, python_files

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
    #: SHA-256, in hex, of the tree's Python files and configuration.
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
    return Project(
        root=settings.root,
        name=read_hints(settings.root).name or settings.root.name,
        sources=layout.sources,
        tests=settings.tests,
        compiled=layout.compiled,
        notes=(*layout.notes, tests),
        commit=commit,
        dirty=dirty,
        fingerprint=fingerprint(settings.root),
    )


def fingerprint(root: Path) -> str:
    """A hash of the names and contents of the tree's Python files and configuration."""
    total = hashlib.sha256()
    for path in _printed(root):
        try:
            content = path.read_bytes()
        except OSError:
            # A file that can't be read (a dangling link) still counts by its name.
            content = b""
        name = path.relative_to(root).as_posix().encode("utf-8", "surrogateescape")
        for part in (name, content):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    return total.hexdigest()


def _printed(root: Path) -> Iterator[Path]:
    yield from python_files(root)
    yield from (root / name for name in CONFIG_FILES if not name.endswith(".py"))


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
