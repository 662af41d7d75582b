"""All that is judged of tests and doubles, as one value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from refute.baseline import Baseline
from refute.faults.double import DoubleFault
from refute.observed import Observed
from refute.strength import Matrix, Notice, Strength
from refute.theatre.boundaries import Boundary, Pyramid, map_boundaries, measure_pyramid
from refute.theatre.chances import Chances
from refute.theatre.claims import Claim, Leak, find_claims, find_leaks
from refute.theatre.commands import Answers as Contracts
from refute.theatre.commands import CheckedCall, checked_calls, with_contracts
from refute.theatre.doubles import MergedDouble, merge_doubles, with_hidden
from refute.theatre.places import (
    BlindPlace,
    DeafTest,
    UnreadArrangement,
    blind_places,
    deaf_tests,
    unread_arrangements,
)
from refute.theatre.raising import Answers, raises_by_double, with_lies
from refute.theatre.swallowed import Difference, Trace, by_double, trace
from refute.theatre.witness import judge_tests
from refute.verdicts import Judged, Verdict


@dataclass(frozen=True, slots=True)
class TriedDouble:
    """One double fault, and what all tests made of it."""

    fault: DoubleFault
    #: Tests that it was run against, and how many of them noticed, by the kind of notice.
    tried: int = 0
    told: int = 0
    tripped: int = 0
    crashed: int = 0
    timeout: int = 0

    @property
    def noticed(self) -> int:
        """Tests that noticed it in any way."""
        return self.told + self.tripped + self.crashed + self.timeout


@dataclass(frozen=True, slots=True)
class Theatre:
    """What tests and doubles are worth. Tests are indices into the baseline's."""

    #: One for each test.
    strengths: tuple[Strength, ...]
    doubles: tuple[MergedDouble, ...] = ()
    double_faults: tuple[TriedDouble, ...] = ()
    blind_places: tuple[BlindPlace, ...] = ()
    deaf_tests: tuple[DeafTest, ...] = ()
    unread: tuple[UnreadArrangement, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    claims: tuple[Claim, ...] = ()
    leaks: tuple[Leak, ...] = ()
    pyramid: Pyramid = field(default_factory=Pyramid)
    #: What became of surviving mutants, by id; those that were not looked into are missing.
    traces: Mapping[str, Trace] = field(default_factory=dict)
    #: Command lines that doubles took, held against the real programs.
    contracts: tuple[CheckedCall, ...] = ()


def assemble_theatre(
    *,
    baseline: Baseline,
    judged: Iterable[Judged],
    observed: Observed,
    double_faults: Iterable[DoubleFault],
    chances: Chances,
    matrix: Matrix,
    differences: Mapping[str, Mapping[int, Difference]] | None = None,
    answers: Answers | None = None,
    left_out: Collection[str] = frozenset(),
    contracts: Contracts | None = None,
) -> Theatre:
    """Judge all there is to judge of tests and doubles.

    ``chances`` must be made of the same mutants and double faults. ``differences`` says of
    survivors what differed in the tests that ran over them, ``answers`` whether real functions
    let out what their doubles raise; ``left_out`` is explained at ``judge_tests``;
    ``contracts`` has what real programs say to the commands that doubles took.
    """
    items = tuple(judged)
    observed = with_contracts(with_lies(observed, answers or {}), contracts or {})
    survivors = {item.mutant.id for item in items if item.verdict is Verdict.SURVIVED}
    traces = {
        id: trace(id, found) for id, found in sorted((differences or {}).items()) if id in survivors
    }
    defined = {item.mutant.function for item in items}
    blind = blind_places(chances, matrix, observed)
    lost = by_double(traces.values())
    raises = raises_by_double(answers or {})
    doubles = merge_doubles(observed, chances, matrix, blind, lost, raises)
    return Theatre(
        strengths=judge_tests(
            baseline, items, chances, matrix, importing=baseline.importing, left_out=left_out
        ),
        doubles=with_hidden(doubles, traces.values(), lost),
        double_faults=tuple(_tried(fault, chances, matrix) for fault in double_faults),
        blind_places=blind,
        deaf_tests=deaf_tests(chances, matrix),
        unread=unread_arrangements(observed),
        boundaries=map_boundaries(baseline, observed, items),
        claims=find_claims(baseline, observed, defined),
        leaks=find_leaks(baseline, observed, defined),
        pyramid=measure_pyramid(baseline, observed),
        traces=traces,
        contracts=checked_calls(observed, contracts or {}),
    )


def _tried(fault: DoubleFault, chances: Chances, matrix: Matrix) -> TriedDouble:
    tests = chances.tests_of.get(fault.id, frozenset())
    counts = Counter(matrix.of(fault.id, test) for test in tests)
    del counts[None]
    return TriedDouble(
        fault=fault,
        tried=counts.total(),
        told=counts[Notice.TOLD],
        tripped=counts[Notice.TRIPPED],
        crashed=counts[Notice.CRASHED],
        timeout=counts[Notice.TIMEOUT],
    )
