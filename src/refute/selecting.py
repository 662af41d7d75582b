"""Which mutants a run takes up, when it is not to take up all: by changes, by shard."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from refute.baseline import Baseline, TestOutcome
from refute.changes import Changes, changes_since, changes_staged
from refute.errors import fail
from refute.faults.fault import Mutant
from refute.faults.plan import make_plan
from refute.faults.select import selected_files
from refute.ledger import Ledger
from refute.project import Project
from refute.reuse import Tree
from refute.settings import Settings
from refute.verdicts import Judged, Verdict


@dataclass(frozen=True, slots=True)
class Choice:
    """What a run takes up."""

    mutants: tuple[Mutant, ...]
    #: Those that it leaves alone, as pending, so that no test is judged as if they were not.
    outside: tuple[Judged, ...] = ()
    #: Tests that are judged; None for all.
    tests: frozenset[int] | None = None
    #: Sentences that say what was chosen.
    notes: tuple[str, ...] = ()
    #: Node ids of the tests that have changed.
    changed: tuple[str, ...] = field(default=())


def find_changes(settings: Settings) -> Changes | None:
    """The changes that a run is to be about, or None for everything.

    Raises RefuteError: no-git, unknown-revision.
    """
    if settings.since is not None:
        return changes_since(settings.root, settings.since)
    return changes_staged(settings.root) if settings.staged else None


def files_to_judge(project: Project, settings: Settings, changes: Changes | None) -> list[str]:
    """Source files whose mutants may be taken up: those that ``--paths`` names, and of them those
    with changes; all of them when tests have changed, too.

    Raises RefuteError no-such-path when no file is meant by ``--paths``.
    """
    files = selected_files(project, settings)
    if not files and project.files:
        named, more = ", ".join(settings.paths), len(project.files) - 1
        known = project.files[0] + (f" and {more:,} more" if more else "")
        fail("no-such-path", f"--paths {named}: no file is meant by that, of {known}.")
    if changes is None or any(_is_test(file, project) for file in changes.spans):
        return list(files)
    return [file for file in files if file in changes.spans]


def _is_test(file: str, project: Project) -> bool:
    return file in project.contents.python and file not in project.files


def choose(
    mutants: Sequence[Mutant],
    baseline: Baseline,
    tree: Tree,
    changes: Changes | None,
    shard: tuple[int, int] | None,
) -> Choice:
    """Choose by changes: mutants on changed lines, those of functions that hold such lines, and
    all that changed or new tests execute, with these tests to be judged. Then by shard: a
    mutant's shard follows from its id.
    """
    kept: Sequence[Mutant] = mutants
    tests: frozenset[int] | None = None
    notes: list[str] = []
    if changes is not None:
        tests = _changed_tests(baseline, tree, changes)
        kept = [m for m in kept if _has_changed(m, tree, changes) or _meets(m, baseline, tests)]
        notes.append(
            f"Only changes are judged, {changes.what}: {len(kept):,} of {len(mutants):,} "
            f"{'fault' if len(mutants) == 1 else 'faults'}, "
            f"{len(tests):,} changed {'test' if len(tests) == 1 else 'tests'}."
        )
    if shard is not None:
        kept = [m for m in kept if in_shard(m.id, *shard)]
        # A part of its faults says too little of any test.
        tests = frozenset()
        faults = f"{len(kept):,} {'fault' if len(kept) == 1 else 'faults'}"
        notes.append(f"Shard {shard[0]} of {shard[1]}: {faults}.")
    ids = {mutant.id for mutant in kept}
    rest = [mutant for mutant in mutants if mutant.id not in ids]
    outside = Ledger(baseline, lambda event: None)
    outside.begin(rest, make_plan(rest, baseline))
    return Choice(
        mutants=tuple(kept),
        outside=tuple(j for j in outside.judged.values() if j.verdict is Verdict.PENDING),
        tests=tests,
        notes=tuple(notes),
        changed=tuple(baseline.tests[test].id for test in sorted(tests or ())),
    )


def in_shard(id: str, number: int, of: int) -> bool:
    """Whether a mutant belongs to this shard (from 1) of so many."""
    place = int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "big")
    return place % of == number - 1


def _has_changed(mutant: Mutant, tree: Tree, changes: Changes) -> bool:
    if mutant.file not in changes.spans:
        return False
    unit = tree.unit_at(mutant.file, mutant.line)
    if unit is not None:
        return changes.touches(mutant.file, unit.first, unit.last)
    return changes.touches(mutant.file, mutant.line, mutant.end_line)


def _meets(mutant: Mutant, baseline: Baseline, tests: frozenset[int]) -> bool:
    here = baseline.coverage.tests_on(mutant.file, mutant.lines)
    elsewhere = baseline.coverage.elsewhere_on(mutant.file, mutant.lines)
    return not tests.isdisjoint(here | elsewhere)


def _changed_tests(baseline: Baseline, tree: Tree, changes: Changes) -> frozenset[int]:
    """Usable tests whose own function holds a changed line."""
    changed: set[tuple[str, str]] = set()
    for file in changes.spans:
        for unit in tree.test_units.get(file, ()):
            if changes.touches(file, unit.first, unit.last):
                changed.add((file, unit.name.partition("#")[0]))
    return frozenset(
        index
        for index, test in enumerate(baseline.tests)
        if test.outcome is TestOutcome.PASSED
        and (tree.test_names.get(baseline.test_files[index], ""), _function(test.id)) in changed
    )


def _function(id: str) -> str:
    """The qualified name of a test's function, from its node id."""
    return ".".join(id.partition("[")[0].split("::")[1:])
