"""The fault as a value: one deliberate, reversible change to the project's own code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

EXCLUSIONS = ("suppressed", "equivalent", "unviable")
"""Why a mutant is left out before any trial; the words are verdicts outside the score."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault made by a mutation operator, as a span of text and what replaces it.

    Lines and columns count characters from 1, ends are exclusive. ``start`` and ``end`` are
    character offsets into the decoded source, for tools that patch.
    """

    id: str
    #: Path relative to the project's root, with forward slashes.
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int
    #: Qualified name of the innermost function or class; ``<module>`` at the top.
    function: str
    operator: str
    original: str
    replacement: str
    #: Closed ranges of lines; executing any of them reaches the mutant.
    lines: tuple[tuple[int, int], ...]
    #: Qualified name of the outermost function whose code object can be swapped, or None
    #: for code that runs at import.
    unit: str | None
    #: First line of that function's ``def`` (0 without one): tells namesakes apart.
    unit_line: int
    #: One of EXCLUSIONS, or empty for a mutant that is to be tried.
    excluded: str = ""
    #: The rule that excluded it, in words.
    reason: str = ""

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Mutant:
        """Read one mutant as the project's interpreter sent it."""
        fields = dict(record)
        fields["lines"] = tuple((first, last) for first, last in fields["lines"])
        return cls(**fields)
