"""git, asked and never told: reading commands alone, that touch neither work tree nor index.

Nothing is fetched, no hook, filter or external diff of the repository's is run, and what has to
be applied or merged is done on copies in a temporary folder outside of any repository.
"""

from __future__ import annotations

import difflib
import io
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from refute.errors import fail

_QUIET = {
    # `git status` and friends would refresh the index otherwise.
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
_SECONDS = 120
_CONFIG = tuple(
    word
    for setting in (
        "core.fsmonitor=false",
        "core.quotePath=false",
        "core.autocrlf=false",
        "diff.noprefix=false",
        "apply.ignoreWhitespace=no",
    )
    for word in ("-c", setting)
)
"""Settings of the user's that would change what is said, or how a patch is taken."""


class GitError(Exception):
    """git refused; the message is its own."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as its message tells it."""

    hash: str
    parents: tuple[str, ...]
    #: YYYY-MM-DD, of the committer.
    date: str
    message: str

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.strip().partition("\n")[0].strip()


@dataclass(frozen=True, slots=True)
class Entry:
    """What a commit did to one path: blobs before and after, None where there was none."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository around a project; paths are relative to its top folder."""

    folder: Path
    #: The project's root within it, as ``services/shop/``; empty at the top.
    prefix: str
    #: Hashes of the commits where a shallow clone ends.
    shallow: frozenset[str]

    @classmethod
    def around(cls, root: Path) -> Repository:
        """The repository that ``root`` lies in. Raises RefuteError no-history."""
        try:
            prefix = _git(root, "rev-parse", "--show-prefix").decode(errors="surrogateescape")
            _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
            place = _git(root, "rev-parse", "--git-path", "shallow").decode().rstrip("\n")
        except GitError as error:
            said = str(error) or "there is no commit yet"
            fail("no-history", f"{root} has no git history to read: {said}.", cause=error)
        shallow = root / place
        ends = shallow.read_text().split() if shallow.is_file() else []
        return cls(root, prefix.rstrip("\n"), frozenset(ends))

    def head(self) -> str:
        """The full hash of the commit that is checked out."""
        return self._ask("rev-parse", "HEAD").decode().strip()

    def revision(self, name: str) -> str | None:
        """The full hash of a revision, or None if there is none of this name."""
        if name.startswith("-"):
            return None
        try:
            found = self._ask("rev-parse", "--verify", "--quiet", name + "^{commit}")
        except GitError:
            return None
        return found.decode().strip()

    def commits(self, *limits: str) -> list[Commit]:
        """All commits that lead to HEAD within the limits, the newest first, merges left out."""
        form = "--format=%H%n%P%n%cd%n%B"
        words = ("--no-merges", "--no-show-signature", "--no-color", "--no-notes", "-z")
        fixed = ("--no-mailmap", "--encoding=UTF-8", "--date=format:%Y-%m-%d")
        text = self._ask("log", *words, *fixed, form, *limits, "HEAD", "--")
        records = text.decode("utf-8", "replace").split("\0")
        return [_commit(record) for record in records if record.strip()]

    def entries(self, commit: Commit) -> list[Entry]:
        """What the commit did to each path. Raises GitError if its parent is not here."""
        words = ("-r", "-z", "--raw", "--no-renames", "--no-abbrev")
        parts = self._ask("diff-tree", *words, commit.parents[0], commit.hash).split(b"\0")
        found = []
        for facts, name in zip(parts[::2], parts[1::2], strict=False):
            old_mode, new_mode, old, new, _ = facts.decode().lstrip(":").split(" ")
            path = name.decode(errors="surrogateescape")
            found.append(Entry(path, _blob(old_mode, old), _blob(new_mode, new)))
        return found

    def backwards(self, commit: Commit, path: str) -> bytes:
        """The patch that takes back what the commit did to a path; in the patch it is relative to
        the project's root.
        """
        words = ["-p", "-R", "--no-renames", "--full-index", "--no-ext-diff", "--no-textconv"]
        if self.prefix:
            words.append(f"--relative={self.prefix}")
        return self._ask("diff-tree", *words, commit.parents[0], commit.hash, "--", path)

    def blob(self, name: str) -> bytes:
        """The content of a file's version. Raises GitError when it is not here."""
        return self._ask("cat-file", "blob", name)

    def renamed(self, commit: str) -> dict[str, str]:
        """Paths that have got another name between a commit and HEAD: then -> now."""
        words = ("-r", "-z", "-M50%", "--diff-filter=R", "--name-status")
        try:
            parts = self._ask("diff-tree", *words, commit, "HEAD").split(b"\0")
        except GitError:
            return {}
        texts = [part.decode(errors="surrogateescape") for part in parts]
        return dict(zip(texts[1::3], texts[2::3], strict=False))

    def _ask(self, *words: str) -> bytes:
        # From the top: then all paths are relative to it.
        top = self.folder.joinpath(*[".."] * self.prefix.count("/"))
        return _git(top, *words)


def _commit(record: str) -> Commit:
    name, parents, date, message = (*record.split("\n", 3), "", "", "")[:4]
    return Commit(name, tuple(parents.split()), date, message)


def _blob(mode: str, name: str) -> str | None:
    # A symbolic link or a submodule is no source.
    return name if mode.startswith("100") else None


def apply_patch(patch: bytes, files: Mapping[str, bytes | None]) -> dict[str, bytes | None] | None:
    """The files as a patch makes them of these, or None where it does not fit.

    Files are given by the paths that the patch names, None for one that does not exist.
    """
    with tempfile.TemporaryDirectory(prefix="refute-") as name:
        folder = Path(name)
        for path, content in files.items():
            if content is not None:
                place = folder / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
        (folder / ".patch").write_bytes(patch)
        for strip in ("-p1", "-p0"):
            try:
                _git(folder, "apply", "--whitespace=nowarn", strip, ".patch", outside=True)
            except GitError:
                continue
            return {
                path: (folder / path).read_bytes() if (folder / path).is_file() else None
                for path in files
            }
    return None


def merge(today: bytes, fixed: bytes, buggy: bytes) -> bytes | None:
    """Today's text with the step from fixed to buggy made in it; None where they conflict."""
    with tempfile.TemporaryDirectory(prefix="refute-") as name:
        folder = Path(name)
        names = ("today", "fixed", "buggy")
        for word, content in zip(names, (today, fixed, buggy), strict=True):
            (folder / word).write_bytes(content)
        try:
            return _git(folder, "merge-file", "-p", "-q", *names, outside=True)
        except GitError:
            return None


def graft(today: bytes, fixed: bytes, buggy: bytes) -> bytes | None:
    """The same for short texts, such as one function: a change fits if what it replaces is there
    with one line around it, also where a line beyond has changed; None if it does not fit.
    """
    texts = [io.StringIO(text.decode(), newline="\n").readlines() for text in (fixed, buggy)]
    patch = "".join(difflib.unified_diff(texts[0], texts[1], "a/text", "b/text", n=1))
    made = apply_patch(patch.encode(), {"text": today})
    return None if made is None else made["text"]


def _git(folder: Path, *words: str, outside: bool = False) -> bytes:
    """What git prints. ``outside`` keeps it from seeing any repository. Raises GitError."""
    environment = {**os.environ, **_QUIET}
    if outside:
        environment = {k: v for k, v in environment.items() if not k.startswith("GIT_")}
        environment |= {"GIT_CEILING_DIRECTORIES": str(folder.parent), "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *_CONFIG, *words],
            cwd=folder,
            env=environment,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitError("the program `git` is not there") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitError(str(error)) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise GitError(said.removeprefix("fatal: "))
    return done.stdout
