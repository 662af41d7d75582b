"""What is known of each test as a witness: the pairs of faults and tests that were run, counted.

The values of the strength phase. A *pair* is one fault and one test; its *notice* says how the
test noticed the fault, if it did.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum

Pair = tuple[str, int]
"""A fault's id and a test's index."""


class Notice(StrEnum):
    """What one test made of one fault."""

    NONE = "none"
    TOLD = "told"
    TRIPPED = "tripped"
    CRASHED = "crashed"
    TIMEOUT = "timeout"


class TestVerdict(StrEnum):
    """The judgement on a test: the first that holds, in this order."""

    __test__ = False

    FLAKY = "flaky"
    UNTOUCHED = "untouched"
    UNJUDGED = "unjudged"
    PRAYER = "prayer"
    ECHO = "echo"
    SMOKE = "smoke"
    FAINT_WITNESS = "faint_witness"
    WITNESS = "witness"


@dataclass(frozen=True, slots=True)
class Strength:
    """One test's verdict, with the counts that it rests on."""

    verdict: TestVerdict
    #: Faults that could be made on the lines it executes and in its doubles, and how many of
    #: them it was run against.
    faults: int = 0
    tried: int = 0
    #: How many of those it noticed, by the kind of notice (time-outs are noticed, not told).
    told: int = 0
    tripped: int = 0
    crashed: int = 0
    timeout: int = 0
    #: Mild faults that make a difference in it: tried, and told of.
    mild: int = 0
    mild_told: int = 0
    #: Faults that it is told of and no other test notices; None where that was not looked for.
    alone: int | None = None
    #: Arguments that its doubles are sent: tried, and noticed when changed.
    arguments: int = 0
    arguments_noticed: int = 0
    #: Every fault that it is told of is told to a quicker test too; None: not looked for.
    redundant: bool | None = None
    #: Ids of faults, the most telling first: those it was told of, or those it overlooked.
    evidence: tuple[str, ...] = ()

    @property
    def noticed(self) -> int:
        """Faults that it noticed in any way."""
        return self.told + self.tripped + self.crashed + self.timeout

    @property
    def mishap(self) -> str:
        """What befell the faults that it noticed and was not told of, in words."""
        if not self.timeout:
            return "blew up"
        return "blew up or hung" if self.tripped + self.crashed else "hung"


@dataclass(frozen=True, slots=True)
class Matrix:
    """All pairs that were run: fault id -> test index -> notice."""

    pairs: Mapping[str, Mapping[int, Notice]] = field(default_factory=dict)
    #: Pairs that could not be run; they stand outside of all counts.
    void: Set[Pair] = frozenset()

    def of(self, fault: str, test: int) -> Notice | None:
        """What the test made of the fault; None if that was not run."""
        return self.pairs.get(fault, {}).get(test)
