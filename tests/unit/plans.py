"""Small baselines and plans: one file of ten lines, and tests that run over some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from refute.baseline import Baseline, Coverage, Test, TestOutcome
from refute.faults.fault import Mutant
from refute.faults.plan import Plan, Planned, make_plan

FILE = "pkg/code.py"


def mutant(id: str, line: int = 1, **more: Any) -> Mutant:
    """A mutant on one line of a function."""
    fields: dict[str, Any] = {
        "id": id,
        "file": FILE,
        "line": line,
        "column": 1,
        "end_line": line,
        "end_column": 2,
        "start": 0,
        "end": 1,
        "function": "f",
        "operator": "number",
        "original": "1",
        "replacement": "2",
        "lines": ((line, line),),
        "unit": "f",
        "unit_line": 1,
    }
    return Mutant(**{**fields, **more})


Lines = Mapping[int, Iterable[int]]


def world(
    tests: int = 4,
    lines: Lines | None = None,
    *,
    at_import: Iterable[int] = (),
    order_dependent: Iterable[int] = (),
    elsewhere: Lines | None = None,
    outcomes: Mapping[int, TestOutcome] | None = None,
    seconds: Mapping[int, float] | None = None,
    **more: Any,
) -> Baseline:
    """A baseline with so many tests; ``lines`` says which tests run over which line."""

    def by_line(found: Lines | None) -> dict[str, dict[int, frozenset[int]]]:
        return {FILE: {line: frozenset(who) for line, who in (found or {}).items()}}

    return Baseline(
        tests=tuple(
            Test(
                f"tests/test_code.py::test_{index}",
                (outcomes or {}).get(index, TestOutcome.PASSED),
                (seconds or {}).get(index, 0.001),
            )
            for index in range(tests)
        ),
        coverage=Coverage(
            by_line(lines),
            {FILE: frozenset(at_import)},
            {FILE: frozenset(order_dependent)},
            by_line(elsewhere),
        ),
        collect_seconds=0.5,
        suite_seconds=1.0,
        versions={"python": "3.12.1", "pytest": "9.2.0"},
        boundaries={},
        **more,
    )


def planned(plan: Plan, id: str) -> Planned:
    """The plan for one mutant."""
    (found,) = [one for one in plan.tried if one.mutant.id == id]
    return found


def plan_one(baseline: Baseline, line: int = 1, **more: Any) -> Plan:
    """The plan for a single mutant, called m."""
    return make_plan([mutant("m", line, **more)], baseline)
