"""The mutants as a mutation testing report of Stryker's format, version 2, for its viewers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from refute.judgement import Judged, Judgement, TestRecord, Verdict
from refute.report import printable
from refute.report.subject import Subject, as_json
from refute.report.words import fate

Document = dict[str, Any]

STATUS = {
    Verdict.KILLED: "Killed",
    Verdict.TIMEOUT: "Timeout",
    Verdict.SURVIVED: "Survived",
    Verdict.NO_COVERAGE: "NoCoverage",
    Verdict.UNSTABLE: "Ignored",
    Verdict.EQUIVALENT: "Ignored",
    Verdict.UNVIABLE: "CompileError",
    Verdict.SUPPRESSED: "Ignored",
    Verdict.ERROR: "RuntimeError",
    Verdict.PENDING: "Pending",
}
"""Their score leaves out what ours does: errors, and what is ignored or pending."""

HIGH, LOW = 90, 70
"""Percentages from which on the viewer shows green or yellow; those of our colours."""


def render(subject: Subject) -> str:
    """The whole document."""
    judgement = subject.judgement
    tests = {test.id: str(number) for number, test in enumerate(judgement.tests)}
    # A test that exists under a fault alone.
    named = {id for item in judgement.judged for id in _all_tests(item)}
    extra = sorted(named - tests.keys())
    tests |= {id: str(number) for number, id in enumerate(extra, len(tests))}
    document: Document = {
        "schemaVersion": "2.0",
        "thresholds": {"high": HIGH, "low": LOW},
        "framework": {
            "name": "refute",
            "version": printable(judgement.version),
            "dependencies": {
                "python": printable(judgement.environment.python),
                "pytest": printable(judgement.environment.pytest),
            },
        },
        "files": _files(judgement, tests),
        "testFiles": _test_files(judgement.tests, extra, tests),
        "performance": _performance(judgement),
    }
    return as_json(document)


def _all_tests(item: Judged) -> Iterable[str]:
    killer = () if item.killed_by is None else (item.killed_by,)
    return (*item.covered_by, *item.tests_run, *killer)


def _files(judgement: Judgement, tests: Mapping[str, str]) -> Document:
    files: Document = {}
    for item in judgement.judged:
        file = item.mutant.file
        source = judgement.sources.get(file)
        text = "" if source is None else source.text
        empty: Document = {"language": "python", "source": text, "mutants": []}
        entry = files.setdefault(printable(file), empty)
        entry["mutants"].append(_mutant(judgement, item, tests))
    return files


def _mutant(judgement: Judgement, item: Judged, tests: Mapping[str, str]) -> Document:
    one = item.mutant
    found: Document = {
        "id": one.id,
        "mutatorName": one.operator,
        "replacement": one.replacement,
        "location": {
            "start": {"line": one.line, "column": one.column},
            "end": {"line": one.end_line, "column": one.end_column},
        },
        "status": STATUS[item.verdict],
        "coveredBy": [tests[id] for id in item.covered_by],
        "static": one.unit is None,
        "testsCompleted": len(item.tests_run),
        "duration": round(item.seconds * 1000, 3),
    }
    if item.killed_by is not None:
        found["killedBy"] = [tests[item.killed_by]]
    reason = _reason(judgement, item)
    if reason:
        found["statusReason"] = reason
    return found


def _reason(judgement: Judgement, item: Judged) -> str:
    """Why it has its status, in one line."""
    if item.verdict is Verdict.SURVIVED:
        return fate(judgement, item)
    if item.failure is not None and item.kill_kind is not None:
        said = f"{item.kill_kind}: {item.failure.exception}: {item.failure.message}"
        return printable(said.rstrip(": "))
    why = item.reason or item.mutant.reason
    # The statuses of theirs are fewer than ours.
    lead = {Verdict.UNSTABLE: "no stable verdict", Verdict.EQUIVALENT: "changes nothing"}
    return printable(": ".join(text for text in (lead.get(item.verdict, ""), why) if text))


def _test_files(
    records: Iterable[TestRecord], extra: Iterable[str], tests: Mapping[str, str]
) -> Document:
    files: Document = {}
    for record in records:
        entry: Document = _test(record.id, tests)
        path, _, line = record.defined.rpartition(":")
        # Of a test that is inherited from elsewhere, the line is that of another file.
        if path == record.id.partition("::")[0] and line.isdecimal() and int(line):
            entry["location"] = {"start": {"line": int(line), "column": 1}}
        _into(files, record.id, entry)
    for id in extra:
        _into(files, id, _test(id, tests))
    return files


def _test(id: str, tests: Mapping[str, str]) -> Document:
    return {"id": tests[id], "name": printable(id.partition("::")[2] or id)}


def _into(files: Document, id: str, entry: Document) -> None:
    path = printable(id.partition("::")[0])
    files.setdefault(path, {"tests": []})["tests"].append(entry)


def _performance(judgement: Judgement) -> Document:
    """Milliseconds, as far as they were measured."""
    taken = {stage.name: round(stage.seconds * 1000, 3) for stage in judgement.timing}
    baseline = judgement.baseline
    return {
        "setup": round(baseline.collect_seconds * 1000, 3),
        "initialRun": round(baseline.suite_seconds * 1000, 3),
        "mutation": taken.get("trials", 0.0),
    }
