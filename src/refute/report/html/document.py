"""The page's data: one JSON value that holds all the scripts need."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from refute.judgement import Judgement, Past, Suggested, TestOutcome
from refute.report.change import compare
from refute.report.headline import KINDS, about
from refute.report.html import faults, reality, stage
from refute.report.html.material import Material
from refute.report.html.measures import earlier, measures
from refute.report.html.sets import TestSets, Texts
from refute.report.mutant import MECHANISMS, REACHED, VERDICTS
from refute.report.outside import in_words

Document = dict[str, Any]


def document(material: Material) -> Document:
    """All but the sources."""
    judgement, base = material.judgement, material.base
    texts, sets = Texts(), TestSets(test.id for test in judgement.tests)
    passed = sum(test.outcome is TestOutcome.PASSED for test in judgement.tests)
    found: Document = {
        "rows": {"mutant": faults.ROW, "test": stage.TEST},
        "words": {
            "tests": stage.words(),
            "verdicts": {verdict.value: said for verdict, (said, _) in VERDICTS.items()},
            "reached": {reach.value: said for reach, said in REACHED.items()},
            "mechanisms": MECHANISMS,
            "kinds": KINDS,
        },
        **_run(judgement),
        "compared": _compared(material),
        "measures": measures(material),
        "files": faults.files(judgement, base),
        "mutants": faults.mutants(judgement, base, texts, sets),
        "traces": faults.traces(judgement, sets),
        "tests": stage.tests(judgement, base, texts),
        "theatre": stage.theatre(judgement.theatre, sets),
        "reality": reality.reality(judgement.theatre, passed, sets),
        "findings": [asdict(one) | {"evidence": one.evidence[:50]} for one in judgement.findings],
        "clarity": _clarity(judgement),
        "suggested": _suggested(material.suggested, sets),
        "history": [_past(one, material.report) for one in _same_part(material)],
    }
    # Last, when all have been named.
    return found | {"texts": texts.all, "sets": sets.all, "others": sets.others}


def sources(judgement: Judgement) -> Document:
    """Texts of judged files, then of those with tests."""
    known = {**judgement.test_sources, **judgement.sources}
    return {path: source.text for path, source in known.items()}


def _run(judgement: Judgement) -> Document:
    counts = judgement.counts
    return {
        "version": judgement.version,
        "project": asdict(judgement.project),
        "environment": asdict(judgement.environment),
        "part": judgement.selection.part,
        "isolation": judgement.selection.isolation,
        "left_out": judgement.selection.left_out,
        "partial": judgement.partial,
        "budget": judgement.selection.budget,
        "notes": [asdict(one) for one in judgement.notes],
        "timing": [asdict(one) for one in judgement.timing],
        "suite": {
            "tests": len(judgement.tests),
            "seconds": judgement.baseline.suite_seconds,
            "boundaries": dict(judgement.baseline.boundaries),
            "warnings": list(judgement.baseline.warnings),
        },
        "counts": asdict(counts),
        "estimate": None if judgement.estimate is None else asdict(judgement.estimate),
        # Survivors that were known before the first trial are no part of what was tried.
        "tried": counts.tried - counts.settled,
        "about": about(judgement),
        "outside": [
            {"words": in_words(one.verdict, one.count), "reason": one.reason, "count": one.count}
            for one in judgement.left_out
        ],
    }


def _clarity(judgement: Judgement) -> list[Document]:
    """Failure texts that hardly say anything, the worst first."""
    if judgement.clarity is None:
        return []
    return [
        {"test": one.test, "line": one.line, "mutant": one.mutant, "quote": list(one.quote)}
        for one in judgement.clarity.unclear
    ]


def _suggested(suggested: Suggested, sets: TestSets) -> Document:
    """Changes to tests that were proven, and why there are no others."""
    keys = ("id", "kind", "file", "function", "line", "noticed", "passes", "patch")
    return {
        "advice": [
            {key: getattr(one, key) for key in keys} | {"tests": sets.named(one.tests)}
            for one in suggested.advice
        ],
        "nothing": dict(suggested.nothing),
    }


def _compared(material: Material) -> Document | None:
    """What changes are changes against."""
    if material.base is not None:
        environment = material.base.environment
        return {
            "commit": environment.commit,
            "dirty": environment.dirty,
            "at": "",
            "base": True,
            "limits": compare(material.base, material.judgement).limits,
        }
    known = earlier(material)
    if known is None:
        return None
    stopped = known.partial or material.judgement.partial
    return {
        "commit": known.commit,
        "dirty": known.dirty,
        "at": known.at,
        "base": False,
        "limits": "One of them was stopped early, so the scores can't be compared."
        if stopped
        else "",
    }


def _same_part(material: Material) -> list[Past]:
    """Runs of another part of the code would make a curve of nothing."""
    part = material.judgement.selection.part
    return [one for one in material.history if one.part == part]


def _past(one: Past, report: str) -> Document:
    return asdict(one) | {"own": one.report == report}
