"""Tests and doubles as the page needs them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from refute.judgement import Judgement, MergedDouble, Theatre
from refute.report.html.sets import TestSets, Texts
from refute.report.words import WORDS, argument, callee, changed, explain, stood_in

TEST = [
    "id",
    "outcome",
    "seconds",
    "kills",
    "covers",
    "defined",
    "detail",
    "verdict",
    "words",
    "was",
    "faults",
    "tried",
    "told",
    "tripped",
    "crashed",
    "timeout",
    "mild",
    "mild_told",
    "alone",
    "arguments",
    "arguments_noticed",
    "redundant",
    "evidence",
]
"""What stands where in the row of a test; the scripts read the same names."""


def tests(judgement: Judgement, base: Judgement | None, texts: Texts) -> list[list[Any]]:
    """All tests, in the suite's order, a row of TEST each; shorter where none was judged."""
    old = _verdicts(base)
    theatre = judgement.theatre
    found = []
    for number, test in enumerate(judgement.tests):
        row: list[Any] = [
            test.id,
            texts(test.outcome.value),
            round(test.seconds, 4),
            test.kills,
            test.covers,
            test.defined,
            test.detail,
        ]
        if theatre is not None:
            one = theatre.strengths[number]
            was = "" if base is None or base.theatre is None else old.get(test.id, "new")
            row += [texts(one.verdict.value), texts(explain(test, one)), texts(was)]
            row += [one.faults, one.tried, one.told, one.tripped, one.crashed, one.timeout]
            row += [one.mild, one.mild_told, one.alone, one.arguments, one.arguments_noticed]
            row += [one.redundant, list(one.evidence)]
        found.append(row)
    return found


def _verdicts(base: Judgement | None) -> dict[str, str]:
    if base is None or base.theatre is None:
        return {}
    pairs = zip(base.tests, base.theatre.strengths, strict=True)
    return {test.id: one.verdict.value for test, one in pairs}


def words() -> dict[str, Any]:
    """Verdicts on tests: how they are called and what they say, the best first."""
    return {
        verdict.value: {"one": word.one, "many": word.many, "meaning": word.meaning}
        for verdict, word in WORDS.items()
    }


def theatre(found: Theatre | None, sets: TestSets) -> dict[str, Any] | None:
    """Doubles, blind places, lies, leaks, claims; None when nobody judged them."""
    if found is None:
        return None
    places = {one.id: one for one in found.blind_places}
    return {
        "doubles": [_double(one, sets) for one in found.doubles],
        "places": [
            asdict(one) | {"tests": sets.numbered(one.tests), "argument": argument(one.argument)}
            for one in places.values()
        ],
        "double_faults": [
            {
                "id": one.fault.id,
                "file": one.fault.site.file,
                "line": one.fault.site.line,
                "function": one.fault.site.function,
                "target": callee(one.fault),
                "words": changed(one.fault),
                "tests": sets.numbered(one.fault.tests),
                "tried": one.tried,
                "told": one.told,
                "noticed": one.noticed,
            }
            for one in found.double_faults
        ],
        "deaf": [one.test for one in found.deaf_tests],
        "unread": [asdict(one) | {"tests": sets.numbered(one.tests)} for one in found.unread],
        "claims": [asdict(one) | {"empty": one.empty} for one in found.claims],
        "leaks": [asdict(one) | {"words": one.words} for one in found.leaks],
    }


def _double(one: MergedDouble, sets: TestSets) -> dict[str, Any]:
    lies = [
        asdict(lie) | {"tests": sets.numbered(lie.tests), "more": more} for lie, more in one.by_file
    ]
    raises = [asdict(known) | {"tests": sets.numbered(known.tests)} for known in one.raises]
    return {
        "id": one.id,
        "name": one.shown,
        "target": one.target,
        "kind": one.kind.value,
        "spec": one.spec,
        "file": one.file,
        "line": one.line,
        "tests": sets.numbered(one.tests),
        "count": len(one.tests),
        "words": stood_in(one),
        "places": list(one.blind_places),
        "swallowed": list(one.swallowed),
        "arguments": one.arguments,
        "noticed": one.arguments_noticed,
        "lies": lies,
        "raises": raises,
    }
