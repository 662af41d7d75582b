"""The mutation score: counts that can be added up, and what follows from them.

All shares keep their numerator and denominator; a share of nothing is None, never 0 or 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

from refute.verdicts import SCORED, Judged, KillKind, Verdict

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many mutants got which verdict, and how the kills were noticed. Addable."""

    killed: int = 0
    timeout: int = 0
    survived: int = 0
    no_coverage: int = 0
    unstable: int = 0
    equivalent: int = 0
    unviable: int = 0
    suppressed: int = 0
    error: int = 0
    pending: int = 0
    #: Kinds of kill: ``told + tripped + crashed`` is ``killed``, if each kill has its kind.
    told: int = 0
    tripped: int = 0
    crashed: int = 0
    #: Survivors that needed no trial, known before the first: no test sees a difference.
    settled: int = 0

    def __add__(self, other: Counts) -> Counts:
        """The counts of two disjoint sets of mutants together."""
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)))

    @property
    def detected(self) -> int:
        """Mutants that the suite noticed: the numerator of the score."""
        return self.killed + self.timeout

    @property
    def tried(self) -> int:
        """Mutants on executed lines that have a verdict of the score."""
        return self.detected + self.survived

    @property
    def scored(self) -> int:
        """The denominator of the score."""
        return self.tried + self.no_coverage

    @property
    def missed(self) -> int:
        """Mutants that the suite did not notice, whether it ran them or not."""
        return self.survived + self.no_coverage

    @property
    def candidates(self) -> int:
        """All mutants that ought to get a score: none equivalent, unviable or suppressed."""
        return self.scored + self.unstable + self.error + self.pending

    @property
    def score(self) -> float | None:
        """Share of the scored mutants that were noticed, from 0 to 1."""
        return share(self.detected, self.scored)

    @property
    def score_covered(self) -> float | None:
        """The same among mutants on lines that tests execute."""
        return share(self.detected, self.tried)

    @property
    def judged_share(self) -> float | None:
        """Share of the candidates that have a verdict of the score."""
        return share(self.scored, self.candidates)

    @property
    def coverage(self) -> float | None:
        """Share of the mutants that lie on lines which tests execute; those yet to try do."""
        return share(self.tried + self.pending, self.scored + self.pending)

    @property
    def oracle_gap(self) -> float | None:
        """Coverage minus score: the share that is executed, and that nobody checks. Of a run
        that was not finished: so far.
        """
        return share(self.survived, self.scored)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run that was not finished says of the whole: score and 95% bounds, 0 to 1."""

    score: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some mutants stand outside the score, and how many."""

    verdict: Verdict
    reason: str
    count: int


def share(part: int, whole: int) -> float | None:
    """``part / whole``, or None when there is no whole."""
    return part / whole if whole else None


def percent(part: int, whole: int) -> str:
    """A percentage for readers, with one decimal: never rounded up to 100 or down to 0."""
    if not whole:
        return "n/a"
    return percentage(part / whole)


def percentage(fraction: float) -> str:
    """The same for a fraction from 0 to 1."""
    if fraction <= 0 or fraction >= 1:
        return f"{100 * fraction:.0f}%"
    return f"{min(max(100 * fraction, 0.1), 99.9):.1f}%"


def total(judged: Iterable[Judged]) -> Counts:
    """The counts of all of them."""
    tally = Counter((item.verdict, item.kill_kind, item.settled) for item in judged)
    found: Counter[str] = Counter()
    for (verdict, kind, settled), number in tally.items():
        found[verdict.value] += number
        found["settled"] += number * settled
        if verdict is Verdict.KILLED and kind not in (None, KillKind.TIMEOUT):
            found[kind.value] += number
    return Counts(**found)


def by(judged: Iterable[Judged], key: Callable[[Judged], K]) -> dict[K, Counts]:
    """Counts by whatever ``key`` says, in the order in which the keys first come up."""
    groups: dict[K, list[Judged]] = {}
    for item in judged:
        groups.setdefault(key(item), []).append(item)
    return {name: total(items) for name, items in groups.items()}


def by_file(judged: Iterable[Judged]) -> Mapping[str, Counts]:
    """Counts by path."""
    return by(judged, lambda item: item.mutant.file)


def by_function(judged: Iterable[Judged]) -> Mapping[tuple[str, str], Counts]:
    """Counts by path and qualified name of the innermost function or class."""
    return by(judged, lambda item: (item.mutant.file, item.mutant.function))


def by_operator(judged: Iterable[Judged]) -> Mapping[str, Counts]:
    """Counts by the name of the mutation operator."""
    return by(judged, lambda item: item.mutant.operator)


def left_out(judged: Iterable[Judged]) -> tuple[Reason, ...]:
    """What stands outside the score and why, the largest group first."""
    tally = Counter(
        (item.verdict, item.reason or item.mutant.reason)
        for item in judged
        if item.verdict not in SCORED
    )
    ordered = sorted(tally.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(Reason(verdict, reason, number) for (verdict, reason), number in ordered)
