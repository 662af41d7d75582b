"""What is known so far of each mutant of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from refute.baseline import Baseline, TestOutcome
from refute.events import Event, TrialDone
from refute.faults.fault import Mutant
from refute.faults.forecast import Forecast
from refute.faults.plan import Plan, Planned
from refute.trials.outcome import Outcome
from refute.verdicts import (
    Judged,
    Reached,
    Verdict,
    judge,
    left_out,
    never_infected,
    pending,
    uncovered,
)


@dataclass(slots=True)
class Ledger:
    """Verdicts by mutant id; those that are to be tried are pending until they are."""

    baseline: Baseline
    tell: Callable[[Event], None]
    judged: dict[str, Judged] = field(default_factory=dict)
    planned: dict[str, Planned] = field(default_factory=dict)
    _names: dict[tuple[int, ...], tuple[str, ...]] = field(default_factory=dict)
    _tried: set[str] = field(default_factory=set)
    _killed: int = 0
    _survived: int = 0
    _forecast: Forecast = field(init=False)

    def begin(self, mutants: Sequence[Mutant], plan: Plan) -> None:
        """Enter all mutants."""
        for mutant in mutants:
            if mutant.excluded:
                self.judged[mutant.id] = left_out(mutant)
        for mutant in plan.uncovered:
            self.judged[mutant.id] = uncovered(mutant)
        for planned in plan.uninfected:
            self.judged[planned.mutant.id] = never_infected(planned.mutant, self._covered(planned))
        for planned in plan.tried:
            self.planned[planned.mutant.id] = planned
            self.judged[planned.mutant.id] = pending(planned.mutant, self._covered(planned))
        self._foretell()

    def leave_out(self, unsafe: Iterable[tuple[Planned, str]]) -> None:
        """Enter mutants that are not tried here, with the reason."""
        for planned, reason in unsafe:
            mutant = replace(planned.mutant, excluded="suppressed", reason=reason)
            self.planned.pop(mutant.id, None)
            self.judged[mutant.id] = left_out(mutant)
        self._foretell()

    def reuse(self, known: Mapping[str, Outcome]) -> frozenset[str]:
        """Take over earlier outcomes; returns the ids of the mutants that they settle."""
        for id, planned in self.planned.items():
            if id in known:
                judged = judge(planned.mutant, known[id], self._covered(planned))
                self._enter(replace(judged, reused=True))
        self._foretell()
        return frozenset(id for id in self.planned if id in known)

    def add(self, planned: Planned, outcome: Outcome) -> None:
        """Enter one outcome and tell the listener."""
        # What came by another mechanism in the end may have been tried by more tests.
        covered = self._covered(self.planned.get(planned.mutant.id, planned))
        judged = judge(planned.mutant, outcome, covered)
        self._enter(judged)
        forecast = self._forecast
        forecast.done(planned.mutant.id, judged.verdict is Verdict.SURVIVED, outcome.seconds)
        self.tell(
            TrialDone(
                judged,
                self.done,
                len(self.planned),
                self._killed,
                self._survived,
                forecast.behind,
                forecast.ahead,
            )
        )

    @property
    def done(self) -> int:
        """Mutants that were tried, in this run or an earlier one."""
        return len(self._tried)

    @property
    def open(self) -> int:
        """Mutants that are still to be tried."""
        return len(self.planned.keys() - self._tried)

    def _foretell(self) -> None:
        """How much work the rest is."""
        rest = (one for id, one in self.planned.items() if id not in self._tried)
        self._forecast = Forecast(rest, self.baseline)

    def _enter(self, judged: Judged) -> None:
        id = judged.mutant.id
        if judged.verdict is Verdict.SURVIVED and self.baseline.infected.get(id):
            judged = replace(judged, reached=Reached.INFECTED)
        before = self.judged[id].verdict
        self._killed -= before in (Verdict.KILLED, Verdict.TIMEOUT)
        self._survived -= before is Verdict.SURVIVED
        self._killed += judged.verdict in (Verdict.KILLED, Verdict.TIMEOUT)
        self._survived += judged.verdict is Verdict.SURVIVED
        self._tried.add(id)
        self.judged[id] = judged

    def _covered(self, planned: Planned) -> tuple[str, ...]:
        if planned.tests not in self._names:
            names = tuple(self.baseline.tests[test].id for test in planned.tests)
            self._names[planned.tests] = names
        return self._names[planned.tests]


def without_unfit(baseline: Baseline, unfit: Mapping[int, str]) -> Baseline:
    """The baseline with those tests set aside that fail in forks without any fault."""
    tests = tuple(
        replace(test, outcome=TestOutcome.FLAKY, detail=f"fails in a fork: {unfit[index]}")
        if index in unfit
        else test
        for index, test in enumerate(baseline.tests)
    )
    return replace(baseline, tests=tests)
