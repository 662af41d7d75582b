"""Small worlds for the tests of the theatre: tests, faults that they can meet, what they notice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.unit import factory

from refute.baseline import Baseline, Coverage, Test, TestOutcome
from refute.faults.double import DoubleFault
from refute.observed import Argument, Call, Crossing, Double, DoubleKind, Observed, Seen, Site
from refute.strength import Matrix, Notice
from refute.theatre.chances import Chances, make_chances
from refute.verdicts import Judged, Verdict

FILE = "src/shop/money.py"
CLOUD = "src/shop/cloud.py"
QUIET = Notice.NONE


def named(*names: str, outcome: TestOutcome = TestOutcome.PASSED) -> list[Test]:
    """Tests; the first is the quickest."""
    return [
        Test(name if "::" in name else f"tests/test_a.py::{name}", outcome, 0.01 * (n + 1))
        for n, name in enumerate(names)
    ]


def baseline(known: Sequence[Test], *, touching: Iterable[int] | None = None) -> Baseline:
    """A baseline in which these tests (all, unless given) execute a line of the project."""
    lines = range(len(known)) if touching is None else touching
    covered = {FILE: {5: frozenset(lines)}}
    return replace(
        factory.baseline(known), tests=tuple(known), coverage=Coverage(covered, {}, {}, {})
    )


def mutant(id: str, operator: str, names: Iterable[str], **more: object) -> Judged:
    """A mutant on a line that these tests execute, whose trials are still to come."""
    made = replace(factory.fault("and", "or"), id=id, operator=operator)
    found = Judged(made, Verdict.PENDING, covered_by=tuple(names))
    return replace(found, **more)  # type: ignore[arg-type]


def site(line: int = 12, *, file: str = CLOUD, column: int = 5, function: str = "delete") -> Site:
    """A call in project code."""
    return Site(file, line, column, line, column + 30, function)


def double_fault(
    id: str,
    path: str,
    on: Iterable[int],
    *,
    at: Site | None = None,
    change: str = "typo",
    original: str = "'delete'",
    replacement: str = "'deleet'",
    target: str = "shop.cloud.run_kubectl",
) -> DoubleFault:
    """A fault at a double that these tests put in place."""
    place = at or site()
    return DoubleFault(
        id, place, target, "", path, change, original, replacement, tuple(on), place.function, 10
    )


def call(*arguments: tuple[str, str], at: Site | None = None, method: str = "") -> Call:
    """A call with these arguments, by path and value."""
    sent = tuple(Argument(path, "str", shown) for path, shown in arguments)
    return Call(at or site(), method, sent, "int", "0")


def double(target: str = "shop.cloud.run_kubectl", **more: object) -> Double:
    """A mock that a test puts in place."""
    made = Double(target, "", DoubleKind.MOCK, False, "tests/test_a.py", 3)
    return replace(made, **more)  # type: ignore[arg-type]


def seen(*doubles: Double, crosses: Iterable[str] = (), markers: Iterable[str] = ()) -> Seen:
    """A test as observed; crossings as ``process kubectl @12``, with the project's line."""
    return Seen(tuple(doubles), tuple(map(_crossing, crosses)), tuple(markers))


def _crossing(text: str) -> Crossing:
    words, _, line = text.partition(" @")
    kind, _, what = words.partition(" ")
    return Crossing(kind, what, CLOUD, int(line)) if line else Crossing(kind, what)


def observed(*of: Seen) -> Observed:
    """The tests, in their order."""
    return Observed(dict(enumerate(of)))


@dataclass
class World:
    """Tests and the faults they can meet, with the truth of what they would notice."""

    known: Sequence[Test]
    judged: Sequence[Judged]
    doubles: Sequence[DoubleFault]
    truth: Mapping[str, Mapping[int, Notice]]
    base: Baseline
    chances: Chances

    @property
    def whole(self) -> Matrix:
        """Everything that can be known."""
        return Matrix(self.truth)


def world(
    mutants: Mapping[str, tuple[str, Mapping[int, Notice]]],
    doubles: Sequence[tuple[DoubleFault, Mapping[int, Notice]]] = (),
    *,
    count: int = 1,
    functions: tuple[int, ...] = (),
) -> World:
    """A world of ``count`` tests; each mutant has its operator, and what its tests make of it."""
    known = named(*(f"test_{n}" for n in range(count)))
    base = replace(baseline(known), functions=functions)
    judged = [
        mutant(id, operator, [known[test].id for test in row])
        for id, (operator, row) in mutants.items()
    ]
    faults = [fault for fault, _ in doubles]
    truth = {id: dict(row) for id, (_, row) in mutants.items()}
    truth |= {fault.id: dict(row) for fault, row in doubles}
    return World(known, judged, faults, truth, base, make_chances(base, judged, faults))
