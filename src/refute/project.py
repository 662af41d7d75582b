"""The project as a value: its code, its tests, its state in git, and a print of its content."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from refute.contents import WATCHED, Contents, read_contents
from refute.git import ask_git
from refute.hints import read_hints
from refute.layout import find
from refute.settings import Settings
from refute.sources import SourceRoot


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
    #: All that the tests may read in the tree.
    contents: Contents

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
    contents = read_contents(settings.root, os.environ)
    notes = [*layout.notes, tests]
    if not contents.whole:
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
        contents=contents,
    )


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
    """What git says, as text."""
    said = ask_git(root, *arguments)
    return None if said is None else os.fsdecode(said)
