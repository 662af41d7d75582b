"""The bug fixes of a history or of a catalogue, with what each did to the project's files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from pathlib import Path

from refute.errors import fail
from refute.faults.past import Fix, PastBug, Piece, Unfit, Why
from refute.history.git import Commit, Entry, GitError, Repository, apply_patch
from refute.history.options import Options
from refute.history.rule import bug_fix, is_source
from refute.sources import matches

_ID = 8
"""Characters of a commit in an id."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INDEX = re.compile(rb"^index ([0-9a-f]{7,64})\.\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Found:
    """What a history holds: the fixes to be replayed, and what was left aside, in numbers."""

    fixes: tuple[Fix, ...]
    #: Commits that were read.
    commits: int = 0
    #: Bug fixes that change no source of the project: tests, documentation, other files.
    sourceless: int = 0
    #: Older bug fixes, beyond the limit.
    beyond: int = 0
    #: What is not here, in a sentence; empty if all is.
    missing: str = ""


def from_history(
    repository: Repository,
    options: Options,
    known: Collection[str],
    exclude: tuple[str, ...],
    silent: Callable[[tuple[Piece, ...]], bool],
) -> Found:
    """The newest bug fixes with a source part. ``known`` are today's sources, relative to the
    project's root; ``exclude`` are globs of files to leave alone; ``silent`` tells whether a
    fix changes nothing that runs. Raises RefuteError bad-setting.
    """
    commits = repository.commits(*_limits(repository, options.since))
    sourceless = 0
    found: list[Fix] = []
    fixes = [(one, why) for one in commits if (why := bug_fix(one, options.pattern))]
    beyond = 0
    for commit, why in fixes:
        if len(found) == options.limit:
            beyond += 1
            continue
        bug = PastBug(f"b-{commit.hash[:_ID]}", commit.hash, commit.subject, commit.date, why)
        if commit.hash in repository.shallow:
            text = "the clone is shallow and ends here, so that the version before is missing"
            found.append(Fix(replace(bug, unfit=Unfit.MISSING, detail=text)))
            continue
        if not commit.parents:
            sourceless += 1
            continue
        try:
            fix = _read(repository, commit, bug, known, exclude)
        except GitError as error:
            fix = Fix(replace(bug, unfit=Unfit.MISSING, detail=f"git says: {error}"))
        if fix is None or (fix.pieces and silent(fix.pieces)):
            sourceless += 1
        else:
            found.append(fix)
    return Found(tuple(found), len(commits), sourceless, beyond, _missing(repository))


def _missing(repository: Repository) -> str:
    if not repository.shallow:
        return ""
    return (
        "This clone is shallow: bugs that were fixed before its first commit are not seen. "
        "`git fetch --unshallow` brings the whole history."
    )


def _limits(repository: Repository, since: str) -> tuple[str, ...]:
    if not since:
        return ()
    revision = repository.revision(since)
    if revision is not None:
        return (f"^{revision}",)
    if _DAY.fullmatch(since):
        return (f"--since={since}T00:00:00",)
    fail("bad-setting", f"since: {since!r} is neither a revision here nor a day (YYYY-MM-DD).")


def _read(
    repository: Repository,
    commit: Commit,
    bug: PastBug,
    known: Collection[str],
    exclude: tuple[str, ...],
) -> Fix | None:
    """The source part of a commit, or None if there is none. Raises GitError."""
    prefix = repository.prefix
    entries = [
        one
        for one in repository.entries(commit)
        if is_source(one.path, prefix, known)
        and not any(matches(one.path.removeprefix(prefix), pattern) for pattern in exclude)
    ]
    changed = [one for one in entries if one.before is not None]
    gone = [one.path for one in changed if one.after is None]
    if gone and len(changed) < len(entries):
        # What went to new files would not be taken back, but stand beside its old self.
        text = f"the fix also moved {gone[0]} to other files"
        return Fix(replace(bug, unfit=Unfit.CHANGED, detail=text))
    # A module that the fix brought does no harm once nothing uses it, and others may by now.
    pieces = tuple(_piece(repository, commit, one, prefix) for one in changed or entries)
    if all((repository.folder / piece.path).exists() for piece in pieces):
        return Fix(bug, pieces) if pieces else None
    inner = {
        old.removeprefix(prefix): new.removeprefix(prefix)
        for old, new in repository.renamed(commit.hash).items()
        if new.startswith(prefix)
    }
    return Fix(bug, pieces, inner)


def _piece(repository: Repository, commit: Commit, entry: Entry, prefix: str) -> Piece:
    patch = repository.backwards(commit, entry.path)
    fixed, buggy = (
        None if name is None else repository.blob(name) for name in (entry.after, entry.before)
    )
    return Piece(entry.path.removeprefix(prefix), patch, fixed, buggy)


def from_catalogue(folder: Path, repository: Repository | None, limit: int) -> Found:
    """The patches of a folder, in the order of their names; each of them puts a bug in.

    Raises RefuteError no-patches.
    """
    names = sorted(p for p in folder.iterdir() if p.suffix in (".patch", ".diff") and p.is_file())
    if not names:
        fail("no-patches", f"{folder} holds no file that ends in .patch or .diff.")
    fixes = (_patch(path, repository) for path in islice(names, limit))
    return Found(tuple(fixes), beyond=max(0, len(names) - limit))


def _patch(path: Path, repository: Repository | None) -> Fix:
    content = path.read_bytes()
    digest = hashlib.sha256(path.name.encode() + b"\0" + content).hexdigest()
    bug = PastBug(f"b-{digest[:_ID]}", path.name, _title(path, content), "", Why.CATALOGUE)
    pieces = tuple(_section(text, repository) for text in _sections(content))
    if not pieces:
        return Fix(replace(bug, unfit=Unfit.BROKEN, detail="the file holds no patch"))
    return Fix(bug, pieces)


def _title(path: Path, content: bytes) -> str:
    """What stands above the patch: a mail's subject, or the first line; else the file's name."""
    head = re.split(rb"^(?:diff --git |--- )", content, maxsplit=1, flags=re.MULTILINE)[0]
    lines = [line.strip() for line in head.decode("utf-8", "replace").splitlines() if line.strip()]
    mail = [line for line in lines if line.startswith("Subject:")]
    if mail:
        return re.sub(r"^Subject:\s*(?:\[[^\]]*\]\s*)?", "", mail[0])
    plain = [line for line in lines if not re.match(r"From |[\w-]+: |index ", line)]
    return plain[0] if plain else path.stem.replace("_", " ").replace("-", " ")


def _sections(content: bytes) -> Iterator[bytes]:
    """The parts of a patch, one for each file."""
    starts: list[int] = []
    git = False
    offset = 0
    for line in content.splitlines(keepends=True):
        if line.startswith(b"diff --git "):
            starts.append(offset)
            git = True
        elif line.startswith(b"--- ") and not git:
            following = content[offset + len(line) :]
            if following.startswith(b"+++ "):
                starts.append(offset)
        offset += len(line)
    for first, end in pairwise([*starts, len(content)]):
        yield content[first:end]


def _section(text: bytes, repository: Repository | None) -> Piece:
    """One file's part, with the version that the patch was made for, if git still has it."""
    path = _path(text)
    index = _INDEX.search(text)
    if repository is not None and index is not None:
        try:
            fixed = repository.blob(index.group(1).decode())
        except GitError:
            return Piece(path, text, known=False)
        made = apply_patch(text, {path: fixed})
        if made is not None:
            return Piece(path, text, fixed, made[path])
    return Piece(path, text, known=False)


def _path(text: bytes) -> str:
    """The file that a part of a patch is about."""
    for mark in (b"--- ", b"+++ "):
        line = re.search(rb"^" + re.escape(mark) + rb"([^\n\t]+)", text, re.MULTILINE)
        name = line.group(1).decode(errors="surrogateescape").strip() if line else "/dev/null"
        if name != "/dev/null":
            return re.sub(r"^[ab]/", "", name)
    return ""
