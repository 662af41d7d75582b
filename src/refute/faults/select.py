"""Which files and mutants a run takes up, and how long it may take."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from refute.baseline import Baseline
from refute.faults.plan import Plan, Planned
from refute.project import Project
from refute.settings import Settings
from refute.sources import matches

_TRIAL = 0.008
"""Seconds that a trial takes beside its tests: fork, first test, report."""
_NOTICED = 0.8
"""The share of mutants that a typical suite notices, for the estimate alone."""
_AGAIN = 0.3
"""What a fault at import costs of the time that collecting takes: pytest is loaded already."""


def selected_files(project: Project, settings: Settings) -> tuple[str, ...]:
    """The project's source files, or those of them that ``--paths`` names."""
    if not settings.paths:
        return project.files
    return tuple(
        file for file in project.files if any(matches(file, pattern) for pattern in settings.paths)
    )


def without_unsafe(plan: Plan, baseline: Baseline) -> tuple[Plan, list[tuple[Planned, str]]]:
    """The plan for a run without a seal, and what it leaves out: mutants whose tests were seen
    to start processes, to delete, write or connect, with the reason.
    """
    out: list[tuple[Planned, str]] = []

    def safe(items: Iterable[Planned]) -> tuple[Planned, ...]:
        kept: list[Planned] = []
        for planned in items:
            crossing = _crossing(planned, baseline)
            if crossing:
                out.append((planned, f"no seal, and a test that runs it may {crossing}"))
            else:
                kept.append(planned)
        return tuple(kept)

    rest = replace(plan, swap=safe(plan.swap), imports=safe(plan.imports), cold=safe(plan.cold))
    return rest, out


def _crossing(planned: Planned, baseline: Baseline) -> str:
    for test in planned.tests:
        for crossing in sorted(baseline.crossings.get(test, frozenset())):
            return crossing
    return ""


def estimate(
    plan: Plan, baseline: Baseline, jobs: int, known: Collection[str] = frozenset()
) -> float:
    """Seconds that the trials may take, from the tests' times on unchanged code; without those
    of mutants whose outcome is ``known``.

    Observation slows tests down, so the quicker of their two runs counts.
    """
    seconds = [test.least or test.seconds for test in baseline.tests]
    sums: dict[tuple[int, ...], tuple[float, float]] = {}
    total = 0.0
    for planned in plan.tried:
        if planned.mutant.id in known:
            continue
        if planned.tests not in sums:
            times = [seconds[test] for test in planned.tests]
            sums[planned.tests] = min(times, default=0.0), sum(times)
        quickest, all_of_them = sums[planned.tests]
        total += _TRIAL + _NOTICED * quickest + (1 - _NOTICED) * all_of_them
    imports = sum(planned.mutant.id not in known for planned in plan.imports)
    total += imports * _AGAIN * baseline.collect_seconds
    return total / jobs
