"""The defect detection rate: of the past bugs that could be replayed, how many today's tests see.

Counts can be added up; a rate of nothing is None, never 0 or 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from refute.faults.past import Unfit
from refute.replayed import BugFate, Replayed


@dataclass(frozen=True, slots=True)
class DefectCounts:
    """How many past bugs were detected, missed, could not be replayed (by reason). Addable."""

    detected: int = 0
    missed: int = 0
    pending: int = 0
    unfit: Mapping[Unfit, int] = field(default_factory=dict)

    def __add__(self, other: DefectCounts) -> DefectCounts:
        """The counts of two disjoint sets of bugs together."""
        reasons = Counter(self.unfit) + Counter(other.unfit)
        return DefectCounts(
            self.detected + other.detected,
            self.missed + other.missed,
            self.pending + other.pending,
            {reason: reasons[reason] for reason in Unfit if reasons[reason]},
        )

    @property
    def replayed(self) -> int:
        """Bugs that the tests were run against: the denominator of the rate."""
        return self.detected + self.missed

    @property
    def not_replayable(self) -> int:
        """Bugs that say nothing of the tests, for whatever reason."""
        return sum(self.unfit.values())

    @property
    def total(self) -> int:
        """All of them."""
        return self.replayed + self.not_replayable + self.pending

    @property
    def rate(self) -> float | None:
        """Detected of replayed, from 0 to 1; None if nothing was replayed."""
        return self.detected / self.replayed if self.replayed else None


def count(items: Iterable[Replayed]) -> DefectCounts:
    """The counts of these bugs."""
    found = list(items)
    fates = Counter(one.fate for one in found)
    reasons = Counter(one.unfit for one in found if one.unfit is not None)
    return DefectCounts(
        fates[BugFate.DETECTED],
        fates[BugFate.MISSED],
        fates[BugFate.PENDING],
        {reason: reasons[reason] for reason in Unfit if reasons[reason]},
    )
