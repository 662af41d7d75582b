"""Files and mutants as short rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refute.judgement import Counts, Judged, Judgement, Verdict, rank
from refute.report.html.sets import TestSets, Texts

ROW = [
    "id",
    "file",
    "line",
    "column",
    "end_line",
    "end_column",
    "function",
    "operator",
    "verdict",
    "kind",
    "reached",
    "mechanism",
    "original",
    "replacement",
    "covered",
    "ran",
    "killer",
    "phase",
    "exception",
    "message",
    "reason",
    "seconds",
    "reused",
    "rank",
    "was",
]
"""What stands where in the row of a mutant; the scripts read the same names."""

MESSAGE = 400
"""Characters of a failure's message that are kept."""


def files(judgement: Judgement, base: Judgement | None) -> list[dict[str, Any]]:
    """Judged files with their size and counts, and their earlier score."""
    old = {} if base is None else base.by_file
    return [
        _file(path, tally, judgement, old.get(path)) for path, tally in judgement.by_file.items()
    ]


def _file(path: str, tally: Counts, judgement: Judgement, old: Counts | None) -> dict[str, Any]:
    source = judgement.sources.get(path)
    return {
        "path": path,
        "lines": 0 if source is None else _code_lines(source.text),
        "noticed": tally.detected,
        "survived": tally.survived,
        "no_coverage": tally.no_coverage,
        "pending": tally.pending,
        "outside": tally.error + tally.unstable,
        "was": None if old is None else [old.detected, old.scored],
    }


def _code_lines(text: str) -> int:
    """Lines with something on them: what a file's area stands for."""
    return sum(bool(line.strip()) for line in text.splitlines())


def mutants(
    judgement: Judgement, base: Judgement | None, texts: Texts, tests: TestSets
) -> list[list[Any]]:
    """All mutants, in the judgement's order, a row of ROW each."""
    old = {} if base is None else {one.mutant.id: one.verdict for one in base.judged}
    numbers = {path: number for number, path in enumerate(judgement.by_file)}
    compared = base is not None
    return [
        _row(item, numbers, texts, tests, _was(item, old) if compared else "")
        for item in judgement.judged
    ]


def _was(item: Judged, old: Mapping[str, Verdict]) -> str:
    """The earlier verdict; ``new`` for a mutant that there was not."""
    known = old.get(item.mutant.id)
    return "new" if known is None else known.value


def _row(
    item: Judged, numbers: Mapping[str, int], texts: Texts, tests: TestSets, was: str
) -> list[Any]:
    mutant, failure = item.mutant, item.failure
    return [
        mutant.id,
        numbers[mutant.file],
        mutant.line,
        mutant.column,
        mutant.end_line,
        mutant.end_column,
        texts(mutant.function),
        texts(mutant.operator),
        texts(item.verdict.value),
        texts(item.kill_kind or ""),
        texts(item.reached or ""),
        texts(item.mechanism.value),
        texts(mutant.original),
        texts(mutant.replacement),
        tests.named(item.covered_by),
        tests.named(item.tests_run),
        -1 if item.killed_by is None else tests.position(item.killed_by),
        texts("" if failure is None else failure.phase),
        texts("" if failure is None else failure.exception),
        texts("" if failure is None else failure.message[:MESSAGE]),
        texts(item.reason or mutant.reason),
        round(item.seconds, 3),
        int(item.reused),
        rank(item) if item.verdict is Verdict.SURVIVED else 0,
        texts(was),
    ]


def traces(judgement: Judgement, tests: TestSets) -> dict[str, Any]:
    """What became of survivors that were looked into, by id."""
    if judgement.theatre is None:
        return {}
    return {
        id: {
            "fate": trace.fate.value,
            "test": trace.test,
            "words": trace.words,
            "doubles": list(trace.doubles),
            "tests": tests.numbered(trace.tests),
            "change": None
            if trace.change is None
            else {
                "double": trace.change.double,
                "name": trace.change.name,
                "file": trace.change.file,
                "line": trace.change.line,
                "before": trace.change.before,
                "after": trace.change.after,
            },
        }
        for id, trace in sorted(judgement.theatre.traces.items())
    }
