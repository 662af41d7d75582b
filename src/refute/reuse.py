"""Which of the facts that earlier runs kept still hold, and what those of this run rest on.

A trial is taken to be a function of what it executes: of the project's functions that began in
it, fault or not; of all that ran while the suite was collected; of the test files whose tests it
ran, and of other files of the tests that those may use. As long as each of these is what it was,
by content, the trial would end as it did. Where it is not known which functions began, or where
other programs were started, the trial rests on every Python file of the tree.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from refute.baseline import Baseline, TestOutcome
from refute.contents import digest
from refute.facts import Fact, Needs
from refute.faults.fault import Mutant
from refute.faults.plan import LASTING, Plan, Planned
from refute.store import Store
from refute.trials.outcome import Began, Mechanism, Outcome, Result
from refute.trials.scribe import Pieces, Unit

COMMON = "common"
"""The name of what all trials rest on."""
WHOLE = "whole"
"""The name of every Python file of the tree in one."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Everything that a trial can rest on, as it is now."""

    #: Name -> digest.
    digests: Mapping[str, str]
    #: By position in the project's list of files.
    files: tuple[str, ...]
    units: Mapping[str, tuple[Unit, ...]]
    #: Test file of each test, as a number -> names that its tests rest on.
    by_test_file: Mapping[int, frozenset[str]]
    #: The test modules: path by number, and their functions by path.
    test_names: Mapping[int, str] = field(default_factory=dict)
    test_units: Mapping[str, tuple[Unit, ...]] = field(default_factory=dict)

    def unit_at(self, file: str, line: int) -> Unit | None:
        """The unit that a line lies in; None for code outside of units."""
        units = self.units.get(file, ())
        at = bisect_right([unit.first for unit in units], line) - 1
        return units[at] if at >= 0 and line <= units[at].last else None

    def needs(
        self, places: Iterable[tuple[str, int]], began: Began, test_files: Iterable[int]
    ) -> Needs:
        """What a trial rests on: faults at these places (file and line), the functions that
        began in it, and the files of its tests, by number.
        """
        names = {COMMON}
        own = [(file, self.unit_at(file, line)) for file, line in places]
        if began is None or any(unit is None for _, unit in own):
            names.add(WHOLE)
        else:
            for position, lines in began:
                file = self.files[position]
                own += [(file, self.unit_at(file, line)) for line in lines]
            names.update(unit_name(file, unit) for file, unit in own if unit is not None)
            for number in test_files:
                names |= self.by_test_file[number]
        return tuple((name, self.digests[name]) for name in sorted(names))

    def holds(self, needs: Needs) -> bool:
        """Whether everything that was needed is there, and as it was."""
        return all(self.digests.get(name) == digest for name, digest in needs)


def unit_name(file: str, unit: Unit) -> str:
    """The name of a unit among all that a trial can rest on."""
    return f"{file}::{unit.name}"


@dataclass(slots=True)
class Reuse:
    """Takes facts out of the store, and puts them in."""

    store: Store
    context: str
    tree: Tree
    baseline: Baseline
    plan: Plan
    #: Mutants that were kept in this run, with the tests that killed them.
    _killers: dict[str, str | None] = field(default_factory=dict)
    _planned: dict[str, Planned] = field(init=False)
    _usable: frozenset[str] = field(init=False)
    _index: dict[str, int] = field(init=False)
    _covering: dict[tuple[int, ...], tuple[frozenset[str], str]] = field(default_factory=dict)
    _needs: dict[tuple[str, int, frozenset[int], Began], Needs] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tests = self.baseline.tests
        self._planned = {one.mutant.id: one for one in self.plan.tried}
        self._usable = frozenset(t.id for t in tests if t.outcome is TestOutcome.PASSED)
        self._index = {test.id: index for index, test in enumerate(tests)}

    def known(self) -> dict[str, Outcome]:
        """Outcomes of planned mutants that still hold."""
        needs = self.store.needs(self.context)
        valid = {name for name, one in needs.items() if self.tree.holds(one)}
        found: dict[str, Outcome] = {}
        used: list[tuple[str, str]] = []
        for id, facts in self.store.known(self.context, valid).items():
            planned = self._planned.get(id)
            for name, fact in facts if planned is not None else ():
                if planned is not None and self._holds(planned, fact):
                    found[id] = fact.outcome
                    used.append((id, name))
                    break
        self.store.use(self.context, used)
        return found

    def keep(self, planned: Planned, outcome: Outcome) -> None:
        """Keep the outcome of a trial, if it is one to rely on."""
        planned = self._planned.get(planned.mutant.id, planned)
        names, covering = self._cover(planned)
        if outcome.result is Result.PASSED and outcome.mechanism is not Mechanism.COLD:
            every = names if outcome.mechanism is Mechanism.SWAP else self._usable
            if frozenset(outcome.tests_run) != every:
                # Some tests proved unfit under way; whoever comes next should look again.
                return
        needs = self._rests_on(planned.mutant, outcome)
        self._killers[planned.mutant.id] = outcome.test
        self.store.add(self.context, Fact(outcome, covering), needs)

    def forget(self, unfit: Iterable[int]) -> None:
        """Take back what rests on tests that proved unfit later on."""
        names = {self.baseline.tests[index].id for index in unfit}
        wrong = [mutant for mutant, test in self._killers.items() if test in names]
        if wrong:
            self.store.forget(wrong)

    def _holds(self, planned: Planned, fact: Fact) -> bool:
        outcome = fact.outcome
        names, covering = self._cover(planned)
        survived = outcome.result is Result.PASSED
        lasting = planned.mutant.operator in LASTING
        if (survived or lasting or outcome.mechanism is not Mechanism.SWAP) and (
            covering != fact.covering
        ):
            return False
        if outcome.mechanism is Mechanism.SWAP:
            if planned.mechanism is not Mechanism.SWAP or (survived and planned.also_import):
                return False
            return names.issuperset(outcome.tests_run)
        known = [test for test in outcome.tests_run if test in self._index]
        return self._usable.issuperset(known)

    def _cover(self, planned: Planned) -> tuple[frozenset[str], str]:
        """The tests that can notice it, and a digest of their names."""
        if planned.tests not in self._covering:
            names = [self.baseline.tests[test].id for test in planned.tests]
            self._covering[planned.tests] = frozenset(names), digest(names)
        return self._covering[planned.tests]

    def _rests_on(self, mutant: Mutant, outcome: Outcome) -> Needs:
        tests = [self._index.get(test) for test in outcome.tests_run]
        swapped = outcome.mechanism is Mechanism.SWAP and None not in tests
        files = {self.baseline.test_files[test] for test in tests if test is not None}
        began = outcome.began if swapped else None
        key = mutant.file, mutant.line, frozenset(files), began
        if key not in self._needs:
            self._needs[key] = self.tree.needs([(mutant.file, mutant.line)], began, files)
        return self._needs[key]


def units_of(pieces: Mapping[str, Pieces]) -> dict[str, tuple[Unit, ...]]:
    """The units of each file, in the order of their lines."""
    return {
        file: tuple(sorted(piece.units, key=lambda unit: unit.first))
        for file, piece in pieces.items()
    }
