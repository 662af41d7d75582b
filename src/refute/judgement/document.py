"""The judgement as a JSON document, and back; kept in ``.refute/report.json``.

The format is versioned and published as a JSON Schema (refute/schema/report-1.json). The same
judgement always gives the same bytes. Tests are named by their position in ``tests``, because
a thousand tests on each of ten thousand mutants would make a file of gigabytes otherwise; a
test that exists under a fault only (a parameter made by mutated code) is named by its node id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from refute.baseline import TestOutcome
from refute.errors import fail
from refute.faults.fault import Mutant
from refute.findings import Acceptance, Finding, Severity, Slug
from refute.judgement import clarity_document, measures, theatre_document
from refute.judgement.beside import save_document
from refute.judgement.place import FOLDER
from refute.judgement.source import Source
from refute.judgement.values import (
    BaselineRecord,
    Environment,
    Judgement,
    Project,
    Remark,
    Selection,
    Stage,
    TestRecord,
)
from refute.metrics.mutation import Estimate
from refute.trials.outcome import Failure, Mechanism
from refute.verdicts import Judged, KillKind, Reached, Verdict

SCHEMA = "refute-report/1"
"""Name and version of the format."""

REPORT = "report.json"

Document = dict[str, Any]


def to_json(judgement: Judgement) -> Document:
    """The judgement as plain JSON values, in a fixed order."""
    positions = {test.id: number for number, test in enumerate(judgement.tests)}
    digests = {file: source.digest for file, source in judgement.sources.items()}
    tested = {file: source.digest for file, source in judgement.test_sources.items()}
    theatre = judgement.theatre
    verdicts = theatre_document.of_tests(theatre, len(judgement.tests))
    return {
        "schema": SCHEMA,
        "tool": {"name": "refute", "version": judgement.version},
        "environment": asdict(judgement.environment),
        "selection": _plain(asdict(judgement.selection)),
        "project": _plain(asdict(judgement.project)) | {"files": digests, "test_files": tested},
        "partial": judgement.partial,
        "notes": [asdict(note) for note in judgement.notes],
        "timing": [
            asdict(stage) | {"seconds": _seconds(stage.seconds)} for stage in judgement.timing
        ],
        "baseline": _baseline(judgement),
        "metrics": measures.members(judgement),
        "findings": [_plain(asdict(finding)) for finding in judgement.findings],
        "tests": [
            asdict(test) | {"seconds": _seconds(test.seconds)} | verdict
            for test, verdict in zip(judgement.tests, verdicts, strict=True)
        ],
        "mutants": [
            _mutant(item, positions) | theatre_document.of_mutant(theatre, item.mutant.id)
            for item in judgement.judged
        ],
        **theatre_document.members(theatre),
        "sources": {
            (digests | tested)[file]: {"encoding": source.encoding, "text": source.text}
            for file, source in {**judgement.sources, **judgement.test_sources}.items()
        },
    }


def _plain(value: Any) -> Any:
    """Tuples as lists, so that a document equals itself after a round trip."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _seconds(value: float) -> float:
    """Microseconds are more than any clock here can tell."""
    return round(value, 6)


def _baseline(judgement: Judgement) -> Document:
    outcomes = [test.outcome for test in judgement.tests]
    return {
        "tests": len(outcomes),
        "outcomes": {outcome.value: outcomes.count(outcome) for outcome in TestOutcome},
        "collect_seconds": _seconds(judgement.baseline.collect_seconds),
        "suite_seconds": _seconds(judgement.baseline.suite_seconds),
        "boundaries": dict(judgement.baseline.boundaries),
        "warnings": list(judgement.baseline.warnings),
    }


def _mutant(item: Judged, positions: Mapping[str, int]) -> Document:
    fault = item.mutant
    return {
        "id": fault.id,
        "file": fault.file,
        "line": fault.line,
        "column": fault.column,
        "end_line": fault.end_line,
        "end_column": fault.end_column,
        "start": fault.start,
        "end": fault.end,
        "function": fault.function,
        "operator": fault.operator,
        "original": fault.original,
        "replacement": fault.replacement,
        "lines": _plain(fault.lines),
        "unit": fault.unit,
        "unit_line": fault.unit_line,
        "excluded": fault.excluded,
        "exclusion": fault.reason,
        "verdict": item.verdict.value,
        "reason": item.reason,
        "mechanism": item.mechanism.value,
        "reached": item.reached,
        "killed_by": item.killed_by,
        "kill_kind": item.kill_kind,
        "failure": None if item.failure is None else asdict(item.failure),
        "covered_by": [positions.get(test, test) for test in item.covered_by],
        "tests_run": [positions.get(test, test) for test in item.tests_run],
        "seconds": _seconds(item.seconds),
        "reused": item.reused,
    }


def from_json(document: Mapping[str, Any]) -> Judgement:
    """Read a document back. Raises RefuteError bad-report when it is not one of ours."""
    schema = document.get("schema") if isinstance(document, Mapping) else None
    if schema != SCHEMA:
        fail("bad-report", f"The report is of the format {schema!r}; this refute reads {SCHEMA!r}.")
    try:
        return _judgement(document)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        fail("bad-report", f"The report is damaged ({what}).", cause=error)


def _estimate(document: Mapping[str, Any]) -> Estimate | None:
    found = document["metrics"]["mutation"]["estimate"]
    return None if found is None else Estimate(**found)


def _judgement(document: Mapping[str, Any]) -> Judgement:
    project, baseline, sources = document["project"], document["baseline"], document["sources"]
    listed = ("files", "test_files")
    tests = tuple(_test(record) for record in document["tests"])
    ids = [test.id for test in tests]
    return Judgement(
        version=document["tool"]["version"],
        environment=Environment(**document["environment"]),
        selection=Selection(**_frozen(document["selection"])),
        project=Project(
            **_frozen({key: value for key, value in project.items() if key not in listed})
        ),
        baseline=BaselineRecord(
            baseline["collect_seconds"],
            baseline["suite_seconds"],
            dict(baseline["boundaries"]),
            tuple(baseline["warnings"]),
        ),
        judged=tuple(_judged(record, ids) for record in document["mutants"]),
        tests=tests,
        findings=tuple(_finding(record) for record in document["findings"]),
        timing=tuple(Stage(**stage) for stage in document["timing"]),
        notes=tuple(Remark(**note) for note in document["notes"]),
        partial=document["partial"],
        sources={file: Source(**sources[name]) for file, name in project["files"].items()},
        theatre=theatre_document.read(document),
        estimate=_estimate(document),
        speed=measures.read_speed(document["metrics"]),
        clarity=clarity_document.read(document["metrics"]),
        test_sources={
            file: Source(**sources[name]) for file, name in project.get("test_files", {}).items()
        },
    )


def _test(record: Mapping[str, Any]) -> TestRecord:
    own = {name: record[name] for name in TestRecord.__dataclass_fields__ if name in record}
    return TestRecord(**{**own, "outcome": TestOutcome(record["outcome"])})


def _frozen(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()
    }


def _finding(record: Mapping[str, Any]) -> Finding:
    severity, slug = Severity(record["severity"]), Slug(record["slug"])
    accepted = record.get("accepted")
    known = {"accepted": None if accepted is None else Acceptance(**accepted)}
    return Finding(**{**_frozen(record), "severity": severity, "slug": slug, **known})


def _judged(record: Mapping[str, Any], ids: Sequence[str]) -> Judged:
    own = Mutant.__dataclass_fields__.keys() - {"reason"}
    fields = {name: record[name] for name in own} | {"reason": record["exclusion"]}
    failure = record["failure"]
    return Judged(
        mutant=Mutant.from_record(fields),
        verdict=Verdict(record["verdict"]),
        mechanism=Mechanism(record["mechanism"]),
        killed_by=record["killed_by"],
        kill_kind=None if record["kill_kind"] is None else KillKind(record["kill_kind"]),
        failure=None if failure is None else Failure(**failure),
        reached=None if record["reached"] is None else Reached(record["reached"]),
        covered_by=_named(record["covered_by"], ids),
        tests_run=_named(record["tests_run"], ids),
        seconds=record["seconds"],
        reason=record["reason"],
        reused=record["reused"],
    )


def _named(tests: Iterable[int | str], ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(test if isinstance(test, str) else ids[test] for test in tests)


def dumps(document: Mapping[str, Any]) -> bytes:
    """The document in UTF-8 with one record a line, so that it can be read and compared."""
    text = "{\n" + ",\n".join(_members(document)) + "\n}\n"
    # A lone surrogate (from a file name that isn't UTF-8) becomes the escape that JSON has.
    return text.encode("utf-8", "backslashreplace")


def _members(document: Mapping[str, Any]) -> Iterator[str]:
    for key, value in document.items():
        if isinstance(value, list) and value:
            body = "[\n" + ",\n".join(_compact(item) for item in value) + "\n]"
        elif key == "sources" and value:
            entries = (f"{_compact(name)}:{_compact(item)}" for name, item in value.items())
            body = "{\n" + ",\n".join(entries) + "\n}"
        else:
            body = _compact(value)
        yield f"{_compact(key)}: {body}"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def save(judgement: Judgement, root: Path) -> Path:
    """Write the report into the project's ``.refute`` folder, whole or not at all.

    Raises RefuteError read-only-tree when there is no right or no room to write.
    """
    return save_document(root, REPORT, dumps(to_json(judgement)))


def load(root: Path) -> Judgement:
    """The judgement of the last run. Raises RefuteError no-report, bad-report."""
    path = root / FOLDER / REPORT
    try:
        document = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        fail("no-report", f"There is no report in {root}.", cause=error)
    except (OSError, ValueError) as error:
        fail("bad-report", f"{path} can't be read: {error}.", cause=error)
    return from_json(document)
