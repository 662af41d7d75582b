"""What can be put before each test: faults on the lines it executes, faults in its doubles."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from refute.baseline import Baseline, TestOutcome
from refute.faults.double import RETURNS, DoubleFault
from refute.faults.fault import Mutant
from refute.observed import Site
from refute.trials.outcome import Mechanism
from refute.verdicts import Judged, Verdict

COARSE = frozenset(
    {
        "whole_body",
        "condition_true",
        "condition_false",
        "condition_negated",
        "match_case",
        "loop_skipped",
        "handler_emptied",
        "handler_raises",
        "raise_removed",
        "call_raises",
    }
)
"""Operators that take away a whole body, branch or failure. Whoever is told anything at all is
told one of these, so that they decide first whether a test is a witness; and since nearly every
test notices them, they say nothing of how fine a witness it is. All other operators are mild."""


@dataclass(frozen=True, slots=True)
class Place:
    """One argument at one call of the project's, with the faults that change it."""

    #: ``p-`` and a short hash, unchanged by edits elsewhere.
    id: str
    #: The same for the call with all its arguments.
    call: str
    site: Site
    path: str
    target: str
    faults: tuple[DoubleFault, ...]


@dataclass(frozen=True, slots=True)
class Exposure:
    """All faults that one test can meet, each group in the order of the ids."""

    coarse: tuple[str, ...] = ()
    mild: tuple[str, ...] = ()
    #: Faults in what its doubles hand back.
    returns: tuple[str, ...] = ()
    #: Faults in what its doubles are handed, by the id of the argument's place.
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def project(self) -> tuple[str, ...]:
        """Faults in project code, coarse ones first."""
        return self.coarse + self.mild

    @property
    def doubles(self) -> tuple[str, ...]:
        """Faults in its doubles."""
        return self.returns + tuple(id for faults in self.places.values() for id in faults)


@dataclass(frozen=True, slots=True)
class Chances:
    """Which test can meet which fault; only tests that can be put to faults have an entry."""

    by_test: Mapping[int, Exposure]
    #: The same, by fault.
    tests_of: Mapping[str, frozenset[int]]
    places: tuple[Place, ...] = ()
    #: Tests of the same function, itself among them; a test that has no entry is by itself.
    kin: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def others(self, test: int) -> Callable[[int], bool]:
        """Tell of a test whether it is another one: no case of the same function."""
        return lambda one: one != test and one not in self.kin.get(test, frozenset())


def make_chances(
    baseline: Baseline,
    judged: Iterable[Judged],
    doubles: Iterable[DoubleFault],
    *,
    unfit: frozenset[int] = frozenset(),
) -> Chances:
    """Sort out what each passed test can meet.

    Of the mutants, those count that can be swapped in (or were tried on all tests in another
    way) against the tests that they infect or may infect; what runs at import alone is no
    chance of any test. ``unfit`` are tests that do not pass alone, and can't be put to anything.
    """
    usable = frozenset(
        index for index, test in enumerate(baseline.tests) if test.outcome is TestOutcome.PASSED
    )
    usable -= unfit
    index = {test.id: number for number, test in enumerate(baseline.tests)}
    # A call that runs at import can't be changed in a process that has imported it.
    faults = tuple(fault for fault in doubles if fault.unit is not None)
    tests_of: dict[str, frozenset[int]] = {}
    mutants = {item.mutant.id: item for item in judged if _can_be_put(item)}
    for id, item in sorted(mutants.items()):
        tests = frozenset(index[name] for name in item.covered_by if name in index) & usable
        if tests and _met_all(item, baseline):
            # Any of them may run the line, or have run it at import; here it must be seen: whose
            # subject lies elsewhere overlooks nothing.
            tests &= _on(item.mutant, baseline)
        tests_of[id] = tests
    for fault in faults:
        tests_of[fault.id] = frozenset(fault.tests) & usable
    places = argument_places(faults)
    groups = {name: defaultdict[int, list[str]](list) for name in ("coarse", "mild", "returns")}
    for id, item in sorted(mutants.items()):
        group = groups["coarse" if item.mutant.operator in COARSE else "mild"]
        for test in tests_of[id]:
            group[test].append(id)
    for fault in sorted(faults, key=lambda one: one.id):
        if fault.path == RETURNS:
            for test in tests_of[fault.id]:
                groups["returns"][test].append(fault.id)
    sent: dict[int, dict[str, list[str]]] = {}
    for place in places:
        for fault in place.faults:
            for test in tests_of[fault.id]:
                sent.setdefault(test, {}).setdefault(place.id, []).append(fault.id)
    by_test = {
        test: Exposure(
            **{name: tuple(group.get(test, ())) for name, group in groups.items()},
            places={place: tuple(ids) for place, ids in sent.get(test, {}).items()},
        )
        for test in sorted(usable)
    }
    return Chances(by_test, tests_of, places, _kin(baseline))


def _kin(baseline: Baseline) -> dict[int, frozenset[int]]:
    """Test -> all tests of its function, where there is more than one."""
    groups: defaultdict[int, set[int]] = defaultdict(set)
    for test, function in enumerate(baseline.functions):
        groups[function].add(test)
    return {t: frozenset(group) for group in groups.values() if len(group) > 1 for t in group}


def _can_be_put(item: Judged) -> bool:
    if item.verdict is Verdict.PENDING:
        return item.mutant.unit is not None
    if item.verdict is Verdict.SURVIVED:
        # Those that no test was run against were never infected, and make no difference.
        return item.mechanism is not Mechanism.NONE
    return item.verdict in (Verdict.KILLED, Verdict.TIMEOUT) and item.mechanism is Mechanism.SWAP


def _met_all(item: Judged, baseline: Baseline) -> bool:
    """Tell whether the mutant was put before tests that were not seen on its lines."""
    mutant = item.mutant
    if item.mechanism not in (Mechanism.SWAP, Mechanism.NONE):
        return True
    lines = baseline.coverage.order_dependent.get(mutant.file, frozenset())
    return bool(lines) and any(
        line in lines for first, last in mutant.lines for line in range(first, last + 1)
    )


def _on(mutant: Mutant, baseline: Baseline) -> frozenset[int]:
    coverage = baseline.coverage
    here = coverage.tests_on(mutant.file, mutant.lines)
    return here | coverage.elsewhere_on(mutant.file, mutant.lines)


def argument_places(faults: Iterable[DoubleFault]) -> tuple[Place, ...]:
    """The arguments that can be changed, by place in the project, with their faults."""
    sites: dict[Site, list[DoubleFault]] = {}
    for fault in faults:
        if fault.path != RETURNS:
            sites.setdefault(fault.site, []).append(fault)
    found: list[Place] = []
    for site, call, target, group in _named(sites):
        paths: dict[str, list[DoubleFault]] = {}
        for fault in sorted(group, key=lambda one: one.id):
            paths.setdefault(fault.path, []).append(fault)
        for path, members in sorted(paths.items()):
            id = short_id("p-", call, path)
            found.append(Place(id, call, site, path, target, tuple(members)))
    return tuple(found)


def _named(
    sites: Mapping[Site, list[DoubleFault]],
) -> Iterator[tuple[Site, str, str, list[DoubleFault]]]:
    """Each call with an id that does not hang on its line, and with what is called there."""
    ordinals: defaultdict[tuple[str, str, str, str], int] = defaultdict(int)
    for site in sorted(sites, key=lambda one: (one.file, one.line, one.column, one.end_line)):
        group = sites[site]
        target, method = min(
            ((fault.target, fault.method) for fault in group), key=lambda one: (not one[0], one)
        )
        key = (site.file, site.function, target, method)
        yield site, short_id("", *key, str(ordinals[key])), target + method, group
        ordinals[key] += 1


def short_id(prefix: str, *about: str) -> str:
    """A short id that depends on nothing but these texts."""
    text = "\0".join(about)
    return prefix + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
