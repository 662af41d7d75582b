"""Verdicts on tests: prayer, echo, smoke, faint witness, witness, and why not.

The first that holds, in the order of ``TestVerdict``. Nothing is called a prayer, an echo or
smoke that was not tried to the last fault.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from refute.baseline import Baseline, TestOutcome
from refute.metrics.ranking import USUAL, WEIGHTS
from refute.strength import Matrix, Notice, Strength, TestVerdict
from refute.theatre.bodies import met, unmet
from refute.theatre.chances import Chances, Exposure
from refute.theatre.wanted import FAINT_ALONE, alone_on, mild_sample, noticed, share_is_small
from refute.verdicts import Judged, KillKind

ENOUGH = 5
"""Faults that a test must be tried on before its silence says anything."""
EVIDENCE = 10
"""Ids of faults that a verdict carries with it."""
_SILENT = frozenset({TestVerdict.PRAYER, TestVerdict.SMOKE})
"""Verdicts that need all faults to be tried, also those in doubles."""
_UNTOLD = _SILENT | {TestVerdict.ECHO}
"""Verdicts that say that a test is told of nothing in project code."""


@dataclass(frozen=True, slots=True)
class _Tally:
    """What one test made of one group of faults."""

    faults: int
    notices: Mapping[Notice, int]

    @property
    def tried(self) -> int:
        return sum(self.notices.values())

    @property
    def complete(self) -> bool:
        return self.tried == self.faults

    @property
    def told(self) -> int:
        return self.notices.get(Notice.TOLD, 0)

    @property
    def noticed(self) -> int:
        return self.tried - self.notices.get(Notice.NONE, 0)


def judge_tests(
    baseline: Baseline,
    judged: Iterable[Judged],
    chances: Chances,
    matrix: Matrix,
    *,
    importing: Collection[int] = frozenset(),
    left_out: Collection[str] = frozenset(),
) -> tuple[Strength, ...]:
    """One strength for each test, in the baseline's order.

    ``importing`` are tests that execute no line of the project and yet use names of it: their
    subject ran at import, and they are unjudged rather than untouched. ``left_out`` are source
    files that this run makes no mutants of, or not all: nobody is blamed who executes lines there.
    """
    items = tuple(judged)
    weights = {item.mutant.id: WEIGHTS.get(item.mutant.operator, USUAL) for item in items}
    touching, elsewhere = _touching(baseline), _touching(baseline, left_out)
    beyond = _told_beyond(baseline, chances, items)
    bodies, waiting = met(items, matrix), unmet(baseline, items, matrix)
    prices = [(known.seconds, test) for test, known in enumerate(baseline.tests)]
    quickest = {
        id: min(
            (prices[test] for test, notice in row.items() if notice is Notice.TOLD), default=None
        )
        for id, row in matrix.pairs.items()
    }
    found: list[Strength] = []
    for test, known in enumerate(baseline.tests):
        extra = beyond.get(test, {}) | bodies.get(test, {})
        if known.outcome is TestOutcome.FLAKY:
            found.append(Strength(TestVerdict.FLAKY))
        elif known.outcome is not TestOutcome.PASSED:
            found.append(Strength(TestVerdict.UNJUDGED))
        elif test not in touching and not extra:
            hidden = test in importing or test in baseline.unseen
            found.append(Strength(TestVerdict.UNJUDGED if hidden else TestVerdict.UNTOUCHED))
        else:
            redundant = _redundant(chances, matrix, test, prices, quickest)
            strength = _strength(chances, matrix, test, extra, weights, redundant)
            # It might be told of a fault in its doubles, of which nobody knows.
            unknown = bool(baseline.observed.trouble) and strength.verdict in _SILENT
            # The same holds for a class that it uses, whose body was put before others alone.
            unknown = unknown or (test in waiting and strength.verdict in _UNTOLD)
            if unknown or (test in elsewhere and strength.verdict is not TestVerdict.WITNESS):
                strength = replace(strength, verdict=TestVerdict.UNJUDGED, redundant=None)
            found.append(strength)
    return tuple(found)


def _touching(baseline: Baseline, files: Collection[str] | None = None) -> frozenset[int]:
    """Tests that execute any line of the project, or of these files of it, here or in another
    interpreter.
    """
    coverage = baseline.coverage
    return frozenset(
        test
        for by_line in (coverage.by_line, coverage.elsewhere)
        for file, lines in by_line.items()
        if files is None or file in files
        for tests in lines.values()
        for test in tests
    )


def _told_beyond(
    baseline: Baseline, chances: Chances, judged: Iterable[Judged]
) -> dict[int, dict[str, Notice]]:
    """Faults that tests were told of while they ran, though these are none of their chances:
    faults in what runs at import, or tried in a cold process.
    """
    index = {test.id: number for number, test in enumerate(baseline.tests)}
    found: defaultdict[int, dict[str, Notice]] = defaultdict(dict)
    for item in judged:
        if item.kill_kind is not KillKind.TOLD or item.killed_by not in index:
            continue
        test, id = index[item.killed_by], item.mutant.id
        during = item.failure is not None and item.failure.phase == "call"
        if during and test not in chances.tests_of.get(id, frozenset()):
            found[test][id] = Notice.TOLD
    return found


def _strength(
    chances: Chances,
    matrix: Matrix,
    test: int,
    extra: Mapping[str, Notice],
    weights: Mapping[str, int],
    redundant: bool | None,
) -> Strength:
    exposure = chances.by_test.get(test, Exposure())
    project = {id: matrix.of(id, test) for id in exposure.project if (id, test) not in matrix.void}
    project |= extra
    doubles = {id: matrix.of(id, test) for id in exposure.doubles if (id, test) not in matrix.void}
    inner, outer = _tally(project.values()), _tally(doubles.values())
    mild, mild_told, _ = mild_sample(exposure, matrix, test)
    small = bool(exposure.project) and share_is_small(exposure, matrix, test)
    alone: int | None = None
    if small and inner.told:
        count, pairs = alone_on(chances, matrix, test)
        alone = None if pairs else count
    verdict = _verdict(inner, outer, small and (alone or 0) < FAINT_ALONE)
    witness = verdict in (TestVerdict.WITNESS, TestVerdict.FAINT_WITNESS)
    counts = Counter(dict(inner.notices))
    counts.update(outer.notices)
    arguments, arguments_noticed = _arguments(exposure, matrix, test)
    return Strength(
        verdict=verdict,
        faults=inner.faults + outer.faults,
        tried=inner.tried + outer.tried,
        told=counts[Notice.TOLD],
        tripped=counts[Notice.TRIPPED],
        crashed=counts[Notice.CRASHED],
        timeout=counts[Notice.TIMEOUT],
        mild=mild,
        mild_told=mild_told,
        alone=alone,
        arguments=arguments,
        arguments_noticed=arguments_noticed,
        redundant=redundant if witness else None,
        evidence=_evidence({**project, **doubles}, weights, witness),
    )


def _tally(notices: Iterable[Notice | None]) -> _Tally:
    all_of_them = list(notices)
    return _Tally(len(all_of_them), Counter(one for one in all_of_them if one is not None))


def _verdict(inner: _Tally, outer: _Tally, faint: bool) -> TestVerdict:
    """The rule, for a test that executes project code: faults there, and in its doubles."""
    told = inner.told + outer.told
    complete = inner.complete and outer.complete
    few = inner.faults + outer.faults < ENOUGH
    if not told and (few or not complete):
        return TestVerdict.UNJUDGED
    if not (inner.noticed or outer.noticed):
        return TestVerdict.PRAYER
    if inner.faults and not inner.noticed:
        # It knows its doubles. Whether it knows project code as well takes all faults to say.
        enough = inner.complete and not few
        return TestVerdict.ECHO if enough else TestVerdict.UNJUDGED
    if not told:
        return TestVerdict.SMOKE
    return TestVerdict.FAINT_WITNESS if faint else TestVerdict.WITNESS


def _arguments(exposure: Exposure, matrix: Matrix, test: int) -> tuple[int, int]:
    """Arguments that its doubles are sent: tried, and noticed when changed."""
    notices = [[matrix.of(id, test) for id in faults] for faults in exposure.places.values()]
    tried = sum(any(one is not None for one in place) for place in notices)
    return tried, sum(any(map(noticed, place)) for place in notices)


def _evidence(
    notices: Mapping[str, Notice | None], weights: Mapping[str, int], witness: bool
) -> tuple[str, ...]:
    """What a witness was told; of other tests what they overlooked, or else only tripped over."""
    shown = Notice.TOLD if witness else Notice.NONE
    ids = [id for id, notice in notices.items() if notice is shown]
    ids = ids or [id for id, notice in notices.items() if noticed(notice)]
    return tuple(sorted(ids, key=lambda id: (-weights.get(id, USUAL), id))[:EVIDENCE])


def _redundant(
    chances: Chances,
    matrix: Matrix,
    test: int,
    prices: Sequence[tuple[float, int]],
    quickest: Mapping[str, tuple[float, int] | None],
) -> bool | None:
    """Whether each fault that the test is told of is told to a quicker test too, if known.

    A fault that a quicker test is known to be told of need not be tried on this one. ``prices``
    order all tests, ``quickest`` is the least one of those that are told of each fault: on a
    large suite this is asked of millions of pairs.
    """
    mine, unknown = prices[test], False
    for id in chances.by_test.get(test, Exposure()).project:
        own = matrix.of(id, test)
        if own not in (None, Notice.TOLD) or (id, test) in matrix.void:
            continue
        first = quickest.get(id)
        if first is not None and first < mine:
            continue
        if own is Notice.TOLD and all(
            matrix.of(id, one) is not None for one in chances.tests_of[id] if prices[one] < mine
        ):
            return False
        unknown = True
    return None if unknown else True
