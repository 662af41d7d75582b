"""Faults in the bodies of classes (a field's default, a decorator), and who was put to them.

They run at import, so that they are no chance of any test's own, and a trial of one ends with the
first test that is told. Whoever uses such a class could be told as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from refute.baseline import Baseline
from refute.strength import Matrix, Notice
from refute.theatre.chances import Chances
from refute.verdicts import Judged, KillKind


def unmet(baseline: Baseline, judged: Iterable[Judged], matrix: Matrix) -> dict[int, list[str]]:
    """By test that runs a function of a class: the faults in the body of that class of which
    another test was told before it was their turn, and that it was not put to since.
    """
    index = {test.id: number for number, test in enumerate(baseline.tests)}
    users: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    told: list[Judged] = []
    for item in judged:
        mutant = item.mutant
        if mutant.unit is not None:
            users[mutant.file, mutant.function.rpartition(".")[0]].update(item.covered_by)
        elif item.kill_kind is KillKind.TOLD:
            told.append(item)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for item in told:
        id = item.mutant.id
        for name in users.get((item.mutant.file, item.mutant.function), set()):
            test = index.get(name)
            if test is None or name in item.tests_run or matrix.of(id, test) is not None:
                continue
            found[test].append(id)
    return {test: sorted(faults) for test, faults in found.items()}


def worth_meeting(
    baseline: Baseline, judged: Iterable[Judged], chances: Chances, matrix: Matrix
) -> dict[str, list[int]]:
    """By fault, the tests that are to be put to it: those that were told of nothing else, so that
    their verdict hangs on it.
    """
    found: defaultdict[str, list[int]] = defaultdict(list)
    for test, faults in sorted(unmet(baseline, judged, matrix).items()):
        exposure = chances.by_test.get(test)
        if not exposure or any(matrix.of(id, test) is Notice.TOLD for id in exposure.project):
            continue
        for fault in faults:
            if (fault, test) not in matrix.void:
                found[fault].append(test)
    return dict(found)


def met(judged: Iterable[Judged], matrix: Matrix) -> dict[int, dict[str, Notice]]:
    """By test, what it made of such faults when it was put to them."""
    found: defaultdict[int, dict[str, Notice]] = defaultdict(dict)
    for item in judged:
        if item.mutant.unit is None and item.kill_kind is KillKind.TOLD:
            for test, notice in matrix.pairs.get(item.mutant.id, {}).items():
                found[test][item.mutant.id] = notice
    return dict(found)
