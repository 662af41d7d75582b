"""What the page is made of: one judgement, and what is known beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from refute.judgement import Judgement, Past, Suggested

Document = Mapping[str, Any]

NO_DEFECTS = "`refute defects` has not been run"
NO_STABILITY = "`refute stability` has not been run"


@dataclass(frozen=True, slots=True)
class Beside:
    """Reports of other commands; where there is none, why not, in words."""

    defects: Document | str = NO_DEFECTS
    stability: Document | str = NO_STABILITY


@dataclass(frozen=True, slots=True)
class Material:
    """All that the page shows."""

    judgement: Judgement
    beside: Beside = field(default_factory=Beside)
    #: An earlier judgement to compare with, and what lay beside it.
    base: Judgement | None = None
    base_beside: Beside = field(default_factory=Beside)
    #: Past runs, the oldest first, and the name of this judgement's report among them.
    history: Sequence[Past] = ()
    report: str = ""
    #: What `refute suggest` has proven for this judgement.
    suggested: Suggested = field(default_factory=Suggested)
