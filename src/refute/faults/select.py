"""Which files and mutants a run takes up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from refute.baseline import Baseline
from refute.faults.plan import Plan, Planned
from refute.project import Project
from refute.settings import Settings
from refute.sources import matches


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
