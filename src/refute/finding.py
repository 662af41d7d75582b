"""The finding as a value: a slug, a place, the evidence, a command, a remedy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters, the worst first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Slug(StrEnum):
    """The kinds of finding, in the order in which they are listed."""

    UNSEALED = "unsealed"
    RED_TEST = "red-test"
    FLAKY_TEST = "flaky-test"
    MISSED_BUG = "missed-bug"
    SURVIVOR = "survivor"
    UNTESTED_FUNCTION = "untested-function"
    UNNOTICED_FUNCTION = "unnoticed-function"
    SILENT_TEST = "silent-test"
    LEAK = "leak"
    PRAYER = "prayer"
    ECHO = "echo"
    LYING_DOUBLE = "lying-double"
    EMPTY_CLAIM = "empty-claim"
    BLIND_PLACE = "blind-place"
    DEAF_TEST = "deaf-test"
    SMOKE_TEST = "smoke-test"
    FAINT_WITNESS = "faint-witness"
    UNTOUCHED_TEST = "untouched-test"
    UNREAD_ARRANGEMENT = "unread-arrangement"
    UNCLEAR_FAILURE = "unclear-failure"
    UNJUDGED_CODE = "unjudged-code"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Somebody has looked at a finding and said that it may stay."""

    reason: str
    #: The last day on which that holds, as in ``2027-01-31``; None: for good.
    until: str | None
    #: Where it is written: a path, and a line if there is one.
    where: str

    def holds(self, day: str) -> bool:
        """Tell whether it still holds on a day, written likewise."""
        return self.until is None or day <= self.until


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a reader should know, with what it rests on."""

    #: ``f-`` and a hash of what it is about; the same from run to run.
    id: str
    slug: Slug
    severity: Severity
    #: Path relative to the project's root; empty when it is about no file.
    file: str
    #: Line from 1, or None where only the file is known.
    line: int | None
    message: str
    #: Mutant ids, test ids or facts in words, the most telling first.
    evidence: tuple[str, ...]
    #: A command that shows it.
    reproduce: str
    remedy: str
    #: Who said that it may stay; None: nobody did.
    accepted: Acceptance | None = None


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by severity, then kind; within a kind they stay as they were found."""
    severities, slugs = list(Severity), list(Slug)
    return tuple(
        sorted(findings, key=lambda one: (severities.index(one.severity), slugs.index(one.slug)))
    )


def finding_id(slug: Slug, *about: str) -> str:
    """A short id that depends on nothing but what the finding is about."""
    text = "\0".join((slug.value, *about))
    return "f-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
