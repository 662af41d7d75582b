"""How much work lies ahead of the trials, by what the tests took on unchanged code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from refute.baseline import Baseline
from refute.faults.plan import Plan, Planned
from refute.trials.outcome import Mechanism

TRIAL = 0.008
"""Seconds that a trial takes beside its tests: fork, first test, report."""
SURVIVING = 0.2
"""The share of mutants that a typical suite does not notice, for forecasts alone."""
MOST = 0.35
"""The share of survivors among the last mutants, where there were few before them."""
AGAIN = 0.3
"""What a fault at import costs of the time that collecting takes: pytest is loaded already."""


WEIGHT = 1.0
"""Seconds of work, done as foretold, that a forecast begins with."""


@dataclass(frozen=True, slots=True)
class Work:
    """Seconds of one process for one mutant: if it is killed at once, and what is added if not."""

    least: float
    rest: float


class Forecast:
    """The work of a run, as its mutants get done.

    Those that are killed at once come first, since several of them share a process. So the rate
    of the first half says little of the second: kills and survivors are foretold apart, each by
    how much longer than foretold those before them took.
    """

    def __init__(self, planned: Iterable[Planned], baseline: Baseline) -> None:
        self._open = _works(planned, baseline)
        self._least = sum(work.least for work in self._open.values())
        self._rest = sum(work.rest for work in self._open.values())
        self._whole = len(self._open)
        self._survivors = 0
        self._kills, self._survivals = Pace(), Pace()

    def done(self, id: str, survived: bool, seconds: float) -> None:
        """One mutant has its verdict, after so many seconds of a process."""
        work = self._open.pop(id, None)
        if work is None:
            return
        self._least -= work.least
        self._rest -= work.rest
        self._survivors += survived
        if survived:
            self._survivals.add(work.least + work.rest, seconds)
        else:
            self._kills.add(work.least, seconds)

    @property
    def behind(self) -> float:
        """Seconds that processes have spent on trials."""
        return self._kills.real + self._survivals.real

    @property
    def ahead(self) -> float:
        """Seconds that processes will still spend, by what they have spent so far."""
        if not self._open:
            return 0.0
        survive = self._surviving()
        killed = (1 - survive) * self._least * self._kills.slowdown
        return killed + survive * (self._least + self._rest) * self._survivals.slowdown

    def _surviving(self) -> float:
        """The share of the rest that will survive: as in most suites, less those that were seen,
        and no less than of those that are done.
        """
        rest = len(self._open)
        to_come = (SURVIVING * self._whole - self._survivors) / rest
        seen = self._survivors / max(self._whole - rest, 1)
        return max(SURVIVING, min(to_come, MOST), seen)


@dataclass(slots=True)
class Pace:
    """Foretold and real seconds of what is done."""

    foretold: float = 0.0
    real: float = 0.0

    def add(self, foretold: float, real: float) -> None:
        """One more is done."""
        self.foretold += foretold
        self.real += real

    @property
    def slowdown(self) -> float:
        """How much longer than foretold it takes; 1 while little is known."""
        return (self.real + WEIGHT) / (self.foretold + WEIGHT)


def _works(mutants: Iterable[Planned], baseline: Baseline) -> dict[str, Work]:
    """Observation slows tests down, so the quicker of their two runs counts."""
    seconds = [test.least or test.seconds for test in baseline.tests]
    again = AGAIN * baseline.collect_seconds
    sums: dict[tuple[int, ...], tuple[float, float]] = {}
    works: dict[str, Work] = {}
    for planned in mutants:
        if planned.tests not in sums:
            times = [seconds[test] for test in planned.tests]
            sums[planned.tests] = min(times, default=0.0), sum(times)
        quickest, all_of_them = sums[planned.tests]
        extra = again if planned.mechanism is Mechanism.IMPORT else 0.0
        works[planned.mutant.id] = Work(TRIAL + quickest + extra, all_of_them - quickest)
    return works


def estimate(plan: Plan, baseline: Baseline, jobs: int, known: Iterable[str] = ()) -> float:
    """Seconds that the trials may take, without those whose outcome is ``known``."""
    settled = frozenset(known)
    ahead = (planned for planned in plan.tried if planned.mutant.id not in settled)
    return Forecast(ahead, baseline).ahead / jobs
