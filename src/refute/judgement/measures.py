"""The measures that are worked out when a run is put together, and their place in the document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from refute.baseline import Baseline, TestOutcome
from refute.judgement import clarity_document
from refute.judgement.values import Judgement
from refute.metrics import speed
from refute.metrics.mutation import Counts
from refute.metrics.speed import FirstFailure, Kill, SlowTest, Speed, Taken, TimedTest
from refute.strength import Matrix, Notice
from refute.theatre.crossings import real
from refute.theatre.theatre import Theatre
from refute.verdicts import Judged, Verdict

Document = dict[str, Any]


def measure_speed(
    baseline: Baseline, judged: Iterable[Judged], theatre: Theatre | None, matrix: Matrix
) -> Speed:
    """The speed of the suite, by all pairs of faults and tests that were run."""
    index = {test.id: number for number, test in enumerate(baseline.tests)}
    kills = [_kill(item, index, matrix) for item in judged if item.verdict is Verdict.KILLED]
    noticed = Counter(test for kill in kills for test in kill.noticed)
    version = tuple(map(int, re.findall(r"\d+", baseline.versions.get("python", ""))[:2]))
    tests = [
        TimedTest(
            seconds=test.seconds,
            passed=test.outcome is TestOutcome.PASSED,
            kills=noticed[number],
            redundant=None if theatre is None else theatre.strengths[number].redundant,
            sleeps=any(one.kind == "sleep" for one in _crossings(baseline, number)),
            real=any(real(one) for one in _crossings(baseline, number)),
        )
        for number, test in enumerate(baseline.tests)
    ]
    # Earlier interpreters tell nobody that they sleep.
    return speed.measure(tests, kills, baseline.suite_seconds, sleeps_seen=version >= (3, 13))


def _crossings(baseline: Baseline, test: int) -> Sequence[Any]:
    seen = baseline.observed.tests.get(test)
    return () if seen is None else seen.crossings


def _kill(item: Judged, index: Mapping[str, int], matrix: Matrix) -> Kill:
    """What is known of one killed mutant: from its own trial, and from the strength phase."""
    row = matrix.pairs.get(item.mutant.id, {})
    noticed = {test for test, notice in row.items() if notice is not Notice.NONE}
    passed = {index[name] for name in item.tests_run if name in index}
    if item.killed_by is not None and item.killed_by in index:
        noticed.add(index[item.killed_by])
    passed.update(test for test, notice in row.items() if notice is Notice.NONE)
    covered = {index[name] for name in item.covered_by if name in index}
    return Kill(frozenset(noticed), frozenset(passed - noticed), frozenset(covered))


def members(judgement: Judgement) -> Document:
    """The member ``metrics`` of the document."""
    return {
        "mutation": _mutation(judgement),
        "speed": None if judgement.speed is None else _speed(judgement.speed),
        "clarity": clarity_document.member(judgement.clarity),
    }


def _mutation(judgement: Judgement) -> Document:
    counts, foretold = judgement.counts, judgement.estimate
    gap, coverage = counts.oracle_gap, counts.coverage
    if foretold is not None and coverage is not None:
        gap = coverage - foretold.score
    functions = judgement.by_function.items()
    return asdict(counts) | {
        "score": counts.score,
        "score_covered": counts.score_covered,
        "judged_share": counts.judged_share,
        "coverage": counts.coverage,
        "oracle_gap": gap,
        "estimate": None if foretold is None else asdict(foretold),
        "left_out": [asdict(reason) for reason in judgement.left_out],
        "by_file": [{"file": file} | _group(tally) for file, tally in judgement.by_file.items()],
        "by_function": [
            {"file": file, "function": name} | _group(tally) for (file, name), tally in functions
        ],
        "by_operator": [
            {"operator": name} | _group(tally)
            for name, tally in sorted(judgement.by_operator.items())
        ],
    }


def _group(counts: Counts) -> Document:
    """Numerators and denominators of one group, and the shares that follow from them."""
    return {
        "noticed": counts.detected,
        "tried": counts.tried,
        "scored": counts.scored,
        "candidates": counts.candidates,
        "survived": counts.survived,
        "no_coverage": counts.no_coverage,
        "pending": counts.pending,
        "score": counts.score,
        "score_covered": counts.score_covered,
        "coverage": counts.coverage,
        "oracle_gap": counts.oracle_gap,
    }


def _speed(found: Speed) -> Document:
    document = _rounded(asdict(found))
    assert isinstance(document, dict)
    return document


def _rounded(value: Any) -> Any:
    """Microseconds are more than any clock here can tell; tuples become lists."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value


def read_speed(metrics: Mapping[str, Any]) -> Speed | None:
    """The speed that was written; None in a report that has none."""
    record = metrics.get("speed")
    if record is None:
        return None
    first = record["first_failure"]
    return Speed(
        suite_seconds=record["suite_seconds"],
        test_seconds=record["test_seconds"],
        first_failure=None if first is None else FirstFailure(**first),
        slowest=tuple(SlowTest(**one) for one in record["slowest"]),
        redundant=_taken(record["redundant"]),
        sleeping=_taken(record["sleeping"]),
        real=Taken(**record["real"]),
    )


def _taken(record: Mapping[str, Any] | None) -> Taken | None:
    return None if record is None else Taken(**record)
