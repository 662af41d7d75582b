"""What has changed in the work tree, line by line, as git tells it. Reads, and writes nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from refute.errors import fail
from refute.git import ask_git

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_DIFF = (
    "-c", "core.quotePath=false", "diff", "--no-color", "--no-ext-diff", "--no-textconv",
    "--find-renames", "--unified=0", "--relative", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip

Span = tuple[int, int]
"""First and last line, both of them in."""
WHOLE_FILE: Span = (1, 1 << 31)


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that were taken out, and those in their place: where they begin, and how many."""

    old: int
    removed: int
    new: int
    added: int

    @property
    def span(self) -> Span:
        """Lines of the new text that it concerns: of a removal those on both sides."""
        if self.added:
            return self.new, self.new + self.added - 1
        return self.new, self.new + 1


@dataclass(frozen=True, slots=True)
class Changes:
    """Lines of the work tree that have changed, by path relative to the root."""

    #: What was asked for, in words: ``since main (1a2b3c4d)``, ``staged``.
    what: str
    spans: Mapping[str, tuple[Span, ...]]

    def touches(self, file: str, first: int, last: int) -> bool:
        """Whether any of these lines has changed."""
        return any(a <= last and first <= b for a, b in self.spans.get(file, ()))


def changes_since(root: Path, revision: str) -> Changes:
    """What differs from where the branch left ``revision``, committed or not, new files too.

    Raises RefuteError: no-git, unknown-revision.
    """
    _check_repository(root)
    verify = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    commit = ask_git(root, *verify)
    if commit is None:
        _unknown(root, f"git knows no commit `{revision}` here.")
    base = ask_git(root, "merge-base", commit.decode().strip(), "HEAD")
    if base is None:
        _unknown(root, f"`{revision}` and the current commit have no commit in common here.")
    name = base.decode().strip()
    spans = _spans(_hunks(_git(root, *_DIFF, name, "--")))
    untracked = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    for file in _names(untracked):
        spans[file] = (WHOLE_FILE,)
    return Changes(f"since {revision} ({name[:8]})", spans)


def changes_staged(root: Path) -> Changes:
    """What is staged for the next commit, in lines of the work tree: that is what is judged.

    Raises RefuteError: no-git.
    """
    _check_repository(root)
    staged = _hunks(_git(root, *_DIFF, "--cached", "--"))
    later = _hunks(_git(root, *_DIFF, "--"))
    spans = {
        file: tuple(_moved(hunk.span, later.get(file, ())) for hunk in hunks)
        for file, hunks in staged.items()
    }
    words = "staged" + (", as it lies in the work tree" if set(staged) & set(later) else "")
    return Changes(words, spans)


def _moved(span: Span, hunks: Iterable[Hunk]) -> Span:
    """Where lines lie after later edits; an edit of some of them belongs to them."""
    first, last = span
    low, high = first, last
    for hunk in hunks:
        end = hunk.old + max(hunk.removed, 1) - 1
        if end < first or (not hunk.removed and hunk.old < first):
            low += hunk.added - hunk.removed
        if hunk.old <= last and (hunk.removed or hunk.old < last):
            high += hunk.added - hunk.removed
    return min(low, high), max(low, high)


def _hunks(patch: bytes) -> dict[str, list[Hunk]]:
    """The hunks of a patch without context, by the new file's name."""
    found: dict[str, list[Hunk]] = {}
    hunks: list[Hunk] = []
    left = 0
    for line in patch.split(b"\n"):
        if left and line[:1] in b"+-\\":
            left -= line[:1] != b"\\"
        elif line.startswith(b"+++ "):
            name = _unquoted(line[4:].rstrip(b"\t"))
            hunks = found.setdefault(name.removeprefix("b/"), []) if name != "/dev/null" else []
        elif match := _HUNK.match(line):
            old, removed, new, added = (int(n) if n else 1 for n in match.groups())
            hunks.append(Hunk(old, removed, new, added))
            left = removed + added
    return found


def _unquoted(name: bytes) -> str:
    """A file's name as git writes it: in quotes when it holds what would disturb."""
    if name.startswith(b'"'):
        name = name[1:-1].decode("unicode_escape").encode("latin-1")
    return os.fsdecode(name)


def _spans(hunks: Mapping[str, list[Hunk]]) -> dict[str, tuple[Span, ...]]:
    return {file: tuple(hunk.span for hunk in found) for file, found in hunks.items()}


def _names(listing: bytes) -> Iterator[str]:
    return (os.fsdecode(name) for name in listing.split(b"\0") if name)


def _check_repository(root: Path) -> None:
    if ask_git(root, "rev-parse", "--is-inside-work-tree") is None:
        fail("no-git", f"{root} is in no git work tree, or git can't be run there.")
    if ask_git(root, "rev-parse", "--verify", "--quiet", "HEAD") is None:
        fail("no-git", f"The git repository of {root} has no commit yet.")


def _unknown(root: Path, message: str) -> NoReturn:
    shallow = (ask_git(root, "rev-parse", "--is-shallow-repository") or b"").strip() == b"true"
    if shallow:
        fail(
            "unknown-revision",
            f"{message} This clone is shallow: it holds only a part of the history.",
            remedy="Fetch more of it: `git fetch --unshallow`, or `fetch-depth: 0` in CI.",
        )
    fail("unknown-revision", message)


def _git(root: Path, *arguments: str) -> bytes:
    found = ask_git(root, *arguments)
    if found is None:
        fail("no-git", f"`git {' '.join(arguments[:3])} ...` failed in {root}.")
    return found
