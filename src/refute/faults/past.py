"""The past bug as a value: a fault that the project once had, put back into today's code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Why(StrEnum):
    """What makes a commit a bug fix, or where a bug comes from."""

    REVERT = "revert"
    """It takes another commit back."""
    ISSUE = "issue"
    """Its message says that it fixes or closes an issue."""
    MESSAGE = "message"
    """Its subject speaks of a fix, a bug, a crash."""
    RULE = "rule"
    """Its message matches the user's own rule."""
    CATALOGUE = "catalogue"
    """It is a patch of a catalogue."""


class How(StrEnum):
    """How a fix was taken back, the surest way first."""

    PATCH = "patch"
    """The fix, applied backwards, fits today's file."""
    MERGE = "merge"
    """A three-way merge of today's file with the one before the fix has no conflict."""
    FUNCTION = "function"
    """Only the functions that the fix changed were taken back, wherever they lie today."""


class Unfit(StrEnum):
    """Why a past bug can't be replayed."""

    GONE = "gone"
    """Nothing is left of the fix: without it, today's code is the same."""
    CHANGED = "changed"
    """The code has changed too much since."""
    DELETED = "deleted"
    """The code that was fixed is no longer there."""
    MISSING = "missing"
    """Git does not have the versions before and after the fix here."""
    SYNTAX = "syntax"
    """What comes out is no Python that today's interpreter takes."""
    REPEATED = "repeated"
    """Another fix, taken back, gives the same code: the same bug, which is counted once."""
    CODE_NEEDS_IT = "code-needs-it"
    """Today's code can't be imported, or can't run, without what the fix brought."""
    TESTS_NEED_IT = "tests-need-it"
    """Test files can't be imported without it, and the other tests pass."""
    UNSTABLE = "unstable"
    """With the same change the tests fail at one time and pass at another."""
    BROKEN = "broken"
    """The tests could not be run with the change."""


@dataclass(frozen=True, slots=True)
class Altered:
    """One file of today's tree, and what it becomes when the fix is taken back."""

    #: Path relative to the project's root, with forward slashes.
    path: str
    #: Content now and with the bug; None where there is no such file.
    today: bytes | None
    buggy: bytes | None
    #: The functions of today's file that differ, as closed ranges of lines; None when the
    #: change goes beyond the bodies of functions, so that any test may meet it.
    lines: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, slots=True)
class PastBug:
    """A bug of the project's own history, or of a catalogue, with the change that puts it back.

    Either ``files`` and ``how`` are set, or ``unfit`` says why there is nothing to replay.
    """

    #: ``b-`` and the first characters of the commit, or of a hash for a catalogue's patch.
    id: str
    #: Full hash of the fixing commit, or the name of the patch in its catalogue.
    commit: str
    subject: str
    #: Date of the commit as YYYY-MM-DD; empty for a catalogue's patch.
    date: str
    why: Why
    how: How | None = None
    files: tuple[Altered, ...] = ()
    unfit: Unfit | None = None
    #: Why it is unfit, in words.
    detail: str = ""
    #: The fixed files as they were just before the fix; none for a catalogue's patch.
    before: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """What a fix did to one file: enough to take it back.

    ``patch`` leads from the fixed to the buggy version. The two versions are None where there
    was no such file, or where they are not known (``known`` is False then).
    """

    path: str
    patch: bytes
    fixed: bytes | None = None
    buggy: bytes | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Fix:
    """A bug fix as it was found: what it is, and what it did to each file."""

    bug: PastBug
    pieces: tuple[Piece, ...] = ()
    #: Paths that were renamed since: then -> now.
    renamed: Mapping[str, str] = field(default_factory=dict)
