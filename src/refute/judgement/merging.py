"""Several shards of one run put together: the judgement that one whole run would have given."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from refute.baseline import Baseline, Coverage, Test, TestOutcome
from refute.errors import fail
from refute.finding import ordered
from refute.findings import find
from refute.judgement.document import REPORT, from_json
from refute.judgement.measures import measure_speed
from refute.judgement.place import FOLDER
from refute.judgement.values import Judgement, Remark, Stage, assemble
from refute.metrics.foretelling import together
from refute.metrics.mutation import Estimate
from refute.metrics.speed import Speed
from refute.strength import Matrix
from refute.verdicts import Judged

_OWN = ("selection", "acceptance-expired", "acceptance-unused", "bad-acceptance", "budget")
"""Notes that hold for one shard alone."""


def load_report(path: Path) -> Judgement:
    """A report by its own path, by its project's root, or by the folder that it was put into.

    Raises RefuteError: no-report, bad-report.
    """
    place = report_file(path)
    try:
        return from_json(json.loads(place.read_bytes()))
    except (OSError, ValueError, RecursionError) as error:
        fail("bad-report", f"{place} can't be read: {error}.", cause=error)


def report_file(path: Path) -> Path:
    """The file of a report that is named in one of these ways. Raises RefuteError no-report."""
    for place in (path, path / FOLDER / REPORT, path / REPORT):
        if place.is_file():
            return place
    fail("no-report", f"There is no report at {path}.")


def merge(shards: Sequence[Judgement]) -> Judgement:
    """Put all shards of a run together, whatever their order.

    Counts and findings are made anew; times are added up. Raises RefuteError cant-merge when one
    is missing or twice there, or when they are not of the same code, tests and settings.
    """
    shards = sorted(shards, key=lambda one: _number(one)[0])
    first = shards[0]
    _check(shards)
    tests = _tests(shards)
    baseline = Baseline(
        tests=tests,
        coverage=Coverage({}, {}, {}, {}),
        collect_seconds=first.baseline.collect_seconds,
        suite_seconds=first.baseline.suite_seconds,
        versions={},
        boundaries=first.baseline.boundaries,
        warnings=first.baseline.warnings,
    )
    judged = tuple(chain.from_iterable(one.judged for one in shards))
    unsealed = first.environment.seal.partition("none: ")[2]
    return assemble(
        environment=first.environment,
        selection=replace(first.selection, shard="", left_out=0),
        project=first.project,
        baseline=baseline,
        judged=judged,
        findings=ordered(find(judged, baseline, unsealed=unsealed)),
        sources=dict(chain.from_iterable(one.sources.items() for one in shards)),
        timing=_timing(shards),
        speed=_speed(first.speed, baseline, judged),
        notes=_notes(shards),
        partial=any(one.partial for one in shards),
        estimate=_estimate(shards),
        test_sources=dict(chain.from_iterable(one.test_sources.items() for one in shards)),
    )


def _number(shard: Judgement) -> tuple[int, int]:
    number, slash, of = shard.selection.shard.partition("/")
    if not slash:
        fail("cant-merge", "A report is of a whole run, not of a shard.")
    return int(number), int(of)


def _check(shards: Sequence[Judgement]) -> None:
    numbers = [_number(one) for one in shards]
    of = numbers[0][1]
    if {one for _, one in numbers} != {of}:
        fail("cant-merge", "The reports are of runs with different numbers of shards.")
    counts = Counter(number for number, _ in numbers)
    missing = [str(number) for number in range(1, of + 1) if not counts[number]]
    twice = [str(number) for number, count in counts.items() if count > 1]
    if missing or twice:
        words = [f"missing: {', '.join(missing)}"] if missing else []
        words += [f"more than once: {', '.join(twice)}"] if twice else []
        fail("cant-merge", f"Of {of} shards there are not just all: {'; '.join(words)}.")
    for one in shards[1:]:
        for what, differs in _differences(shards[0], one):
            if differs:
                fail("cant-merge", f"Shards {numbers[0][0]} and {_number(one)[0]} differ: {what}.")
    ids = Counter(item.mutant.id for one in shards for item in one.judged)
    if ids and max(ids.values()) > 1:
        fail("cant-merge", "The same mutant is in two shards: they are not of the same code.")


def _differences(one: Judgement, two: Judgement) -> Iterable[tuple[str, bool]]:
    yield "the version of refute", one.version != two.version
    yield "the commit", one.environment.commit != two.environment.commit
    yield "Python or pytest", _versions(one) != _versions(two)
    yield "the project or its files", one.project != two.project
    yield "the tests", [t.id for t in one.tests] != [t.id for t in two.tests]
    options = [replace(each.selection, shard="", left_out=0) for each in (one, two)]
    yield "the options", options[0] != options[1]
    shared = one.sources.keys() & two.sources.keys()
    changed = [file for file in sorted(shared) if one.sources[file] != two.sources[file]]
    yield f"the content of {', '.join(changed[:3])}", bool(changed)
    yield "the code or the tests", one.environment.tree != two.environment.tree


def _versions(one: Judgement) -> tuple[str, str]:
    return one.environment.python, one.environment.pytest


def _tests(shards: Sequence[Judgement]) -> tuple[Test, ...]:
    """Each test once; one that did otherwise on another machine is flaky."""
    found: list[Test] = []
    for seen in zip(*(one.tests for one in shards), strict=True):
        outcomes = sorted({test.outcome for test in seen})
        detail = next((test.detail for test in seen if test.detail), "")
        if len(outcomes) > 1:
            detail = f"{' and '.join(outcomes)}, in different shards. {detail}".strip()
        outcome = outcomes[0] if len(outcomes) == 1 else TestOutcome.FLAKY
        slowest = max(test.seconds for test in seen)
        found.append(Test(seen[0].id, outcome, slowest, detail, defined=seen[0].defined))
    return tuple(found)


def _speed(first: Speed | None, baseline: Baseline, judged: Sequence[Judged]) -> Speed | None:
    """The speed of the suite as the first shard saw it, with all kills."""
    if first is None:
        return None
    made = measure_speed(baseline, judged, None, Matrix())
    return replace(first, first_failure=made.first_failure, slowest=made.slowest)


def _estimate(shards: Sequence[Judgement]) -> Estimate | None:
    """The score of the whole, where a shard did not come to its end."""
    if not any(one.partial for one in shards):
        return None
    return together((one.counts.scored + one.counts.pending, _of(one)) for one in shards)


def _of(shard: Judgement) -> Estimate:
    if shard.estimate is not None:
        return shard.estimate
    score = shard.counts.score
    return Estimate(0.0, 0.0, 1.0) if score is None else Estimate(score, score, score)


def _timing(shards: Sequence[Judgement]) -> list[Stage]:
    stages: dict[str, Stage] = {}
    for stage in chain.from_iterable(one.timing for one in shards):
        before = stages.get(stage.name, Stage(stage.name, 0.0, 0))
        stages[stage.name] = Stage(
            stage.name, before.seconds + stage.seconds, before.count + stage.count
        )
    return list(stages.values())


def _notes(shards: Sequence[Judgement]) -> list[Remark]:
    """What was said in all shards, each thing once, but for which shard it was, and for what
    somebody has accepted: that is looked up again for the findings of the whole.
    """
    said = chain.from_iterable(one.notes for one in shards)
    notes = list(dict.fromkeys(note for note in said if note.slug not in _OWN))
    spent = sum(one.spent for one in shards)
    if spent:
        text = f"In {spent} of {len(shards)} shards the time ended before the work did."
        notes.append(Remark("budget", text))
    return notes
