"""Which tests are run against a mutant, in which order, and by which mechanism first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from refute.baseline import Baseline, TestOutcome
from refute.faults.fault import Mutant
from refute.trials.outcome import Mechanism


@dataclass(frozen=True, slots=True)
class Planned:
    """One mutant with the tests that can notice it, by index, and how it is put in."""

    mutant: Mutant
    mechanism: Mechanism
    tests: tuple[int, ...]
    #: True when its lines also run at import: surviving a swap is not the end.
    also_import: bool = False
    #: True when its lines also run in interpreters that tests start.
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All mutants that are to be tried, in an order fixed beforehand, and those no test runs."""

    swap: tuple[Planned, ...]
    imports: tuple[Planned, ...]
    #: Those that may run in interpreters which could not be observed.
    cold: tuple[Planned, ...]
    #: Those whose value was never another one, in any test that runs over them.
    uninfected: tuple[Planned, ...]
    uncovered: tuple[Mutant, ...]

    @property
    def tried(self) -> tuple[Planned, ...]:
        """All that are to be tried."""
        return (*self.swap, *self.imports, *self.cold)


LASTING = frozenset({"assignment_removed", "statement_removed", "statements_swapped"})
"""Operators whose faults may leave something behind (a setting that is not put back) which a
later test notices, though the fault makes no difference in that one."""


def make_plan(mutants: Sequence[Mutant], baseline: Baseline) -> Plan:
    """Choose tests and mechanism for each mutant.

    Mutants are tried in the order of their ids, which are hashes: any prefix of a run is a
    sample without regard to place or operator.
    """
    usable = frozenset(
        index for index, test in enumerate(baseline.tests) if test.outcome is TestOutcome.PASSED
    )
    everything = tuple(sorted(usable))
    coverage = baseline.coverage
    shared: dict[frozenset[int], tuple[int, ...]] = {}
    swap: list[Planned] = []
    imports: list[Planned] = []
    cold: list[Planned] = []
    uninfected: list[Planned] = []
    uncovered: list[Mutant] = []
    for mutant in sorted(mutants, key=lambda m: m.id):
        if mutant.excluded:
            continue
        here = coverage.tests_on(mutant.file, mutant.lines) & usable
        elsewhere = coverage.elsewhere_on(mutant.file, mutant.lines) & usable
        covering = here | elsewhere
        at_import = _touches(mutant, coverage.at_import.get(mutant.file, frozenset()))
        vague = _touches(mutant, coverage.order_dependent.get(mutant.file, frozenset()))
        noticing = covering
        if not (vague or at_import or elsewhere):
            infected = baseline.infected.get(mutant.id, covering)
            if mutant.operator not in LASTING or not infected:
                # Where its value never differed the mutant is the original.
                noticing &= infected
            else:
                # Before it first differs nothing can last.
                noticing = frozenset(test for test in noticing if test >= min(infected))
        tests = everything if vague else shared.setdefault(noticing, tuple(sorted(noticing)))
        if at_import and (mutant.unit is None or not covering):
            imports.append(Planned(mutant, Mechanism.IMPORT, everything, False, bool(elsewhere)))
        elif covering and not tests:
            uninfected.append(Planned(mutant, Mechanism.NONE, tuple(sorted(covering))))
        elif covering:
            swap.append(Planned(mutant, Mechanism.SWAP, tests, at_import, bool(elsewhere)))
        elif baseline.unseen:
            cold.append(Planned(mutant, Mechanism.COLD, tuple(sorted(baseline.unseen))))
        else:
            uncovered.append(mutant)
    return Plan(tuple(swap), tuple(imports), tuple(cold), tuple(uninfected), tuple(uncovered))


def _touches(mutant: Mutant, lines: frozenset[int]) -> bool:
    return bool(lines) and any(
        line in lines for first, last in mutant.lines for line in range(first, last + 1)
    )


BEST = 20
"""Likeliest killers that come first where all of a mutant's tests are to be run."""


class Order:
    """Learns which tests kill, and puts the likeliest and cheapest killer first.

    A test's price for a kill is time x (tries + 2) / (kills + 1), counted for the mutant's
    function with a little of the whole file (Russo-style optimistic start: an untried test is
    tried early when it is quick).
    """

    def __init__(self, seconds: Sequence[float]) -> None:
        self._seconds = seconds
        self._tries: dict[tuple[str, int], float] = defaultdict(float)
        self._kills: dict[tuple[str, int], float] = defaultdict(float)

    def sort(self, planned: Planned) -> list[int]:
        """The plan's tests, best first."""
        place, file = _place(planned.mutant), planned.mutant.file

        def price(test: int) -> tuple[float, int]:
            tries = self._tries[place, test] + 0.2 * self._tries[file, test]
            kills = self._kills[place, test] + 0.2 * self._kills[file, test]
            return (self._seconds[test] + 0.0005) * (tries + 2) / (kills + 1), test

        return sorted(planned.tests, key=price)

    def whole(self, planned: Planned) -> list[int]:
        """All the plan's tests: the best first, then as the suite runs them, since what modules
        and classes set up is shared by neighbours; all in that order if one may disturb the next.
        """
        if planned.mutant.operator in LASTING:
            return list(planned.tests)
        best = self.sort(planned)[:BEST]
        chosen = frozenset(best)
        return [*best, *(test for test in planned.tests if test not in chosen)]

    def learn(self, mutant: Mutant, ran: Sequence[int], killer: int | None) -> None:
        """Take in the result of one trial."""
        for key in (_place(mutant), mutant.file):
            for test in ran:
                self._tries[key, test] += 1
            if killer is not None:
                self._kills[key, killer] += 1


def _place(mutant: Mutant) -> str:
    return f"{mutant.file}:{mutant.unit_line or mutant.function}"
