"""Runs the unchanged suite in a slot, twice, and makes the baseline of what was seen.

The second run goes in the reverse order and in another process: a test that fails in one of
the two is flaky or depends on the order, and lines that a test executes in one and not in the
other depend on what ran before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from refute.baseline import Baseline, Coverage, Test, TestOutcome
from refute.errors import RefuteError
from refute.faults.fault import Mutant
from refute.project import Project
from refute.trials.pool import ZYGOTE
from refute.trials.reasons import last_lines, reason
from refute.trials.services import own_servers
from refute.trials.slot import Record, Slot

Lines = dict[str, dict[int, set[int]]]
Progress = Callable[[int, int, int | None], None]
"""Called with tests done, tests in all, and the index of the one that begins, if one does."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What the suite consists of, and what ran while it was collected."""

    tests: tuple[str, ...]
    test_files: tuple[int, ...]
    files: tuple[str, ...]
    at_import: dict[str, frozenset[int]]
    seconds: float
    #: Top-level module name -> the file or folder that it was imported from.
    modules: dict[str, str]


@dataclass(slots=True)
class Run:
    """One observed run of all tests."""

    records: dict[int, Record] = field(default_factory=dict)
    lines: Lines = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    seconds: float = 0.0
    #: Lines that ran in interpreters which tests started.
    elsewhere: Lines = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    #: Tests that started interpreters which did not report.
    unseen: set[int] = field(default_factory=set)
    #: Ids of the mutants whose difference was looked for, and the tests in which it showed.
    probed: list[str] = field(default_factory=list)
    infected: dict[str, set[int]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether any test failed."""
        return any(record["outcome"] == "failed" for record in self.records.values())


def collect(slot: Slot, names: Sequence[str]) -> Collected:
    """Have the slot collect the suite and stay as its zygote.

    ``names`` are the source files as the project names them. Raises RefuteError:
    collection-failed, no-tests.
    """
    slot.send({"op": "collect"})
    record = slot.expect("collected", "left")
    if record["event"] == "left":
        raise RefuteError(
            "collection-failed",
            f"the process that collects the suite ended by itself, with status {record['status']}.",
            detail=last_lines(slot.printed()),
        )
    if record["errors"] or "exit" in record:
        details = "\n".join(text for _, text in record["errors"]) or slot.printed()
        what = f"{len(record['errors'])} errors" if len(record["errors"]) > 1 else "an error"
        raise RefuteError(
            "collection-failed",
            f"pytest could not collect the suite: {what}.",
            detail=last_lines(details),
        )
    if not record["tests"]:
        raise RefuteError("no-tests", "pytest collected no test.", detail=[])
    slot.mode = ZYGOTE
    return Collected(
        tests=tuple(record["tests"]),
        test_files=tuple(record["test_files"]),
        files=tuple(record["files"]),
        at_import={names[index]: frozenset(lines) for index, lines in record["lines"]},
        seconds=record["seconds"],
        modules=record["modules"],
    )


def run_suite(
    slot: Slot,
    names: Sequence[str],
    order: str,
    total: int,
    progress: Progress,
    mutants: Sequence[Mutant] = (),
    root: Path | None = None,
    patience: float | None = None,
) -> Run:
    """One observed run of all collected tests, in this slot's zygote; with ``mutants`` also
    which of them would have made a difference in which test. ``patience`` bounds each test, in
    seconds of CPU and, a little longer, asleep.

    Raises RefuteError baseline-died when the suite ends its own process, or is cut.
    """
    run = Run()
    marked: dict[int, set[int]] = defaultdict(set)
    probes = [_probe(mutant, root) for mutant in mutants if root is not None]
    bound = {} if patience is None else {"limit": [patience, 4 * patience]}
    slot.send({"op": "baseline", "order": order, "mutants": probes, **bound})
    while True:
        record = slot.expect("begin", "test", "shared", "baseline", "left")
        if record["event"] == "begin":
            progress(len(run.records), total, record["index"])
        elif record["event"] == "test":
            run.records[record["index"]] = record
            _add(run.lines, names, record["lines"], [record["index"]], marked)
        elif record["event"] == "shared":
            for tests, lines in record["lines"]:
                _add(run.lines, names, lines, tests, marked)
        else:
            break
    progress(len(run.records), total, None)
    if "seconds" not in record:
        if record["event"] == "left":
            # Not the fork that ran the tests has ended, but the process that it came from.
            record["died"] = f"the process that had collected it ended, status {record['status']}"
            record["traceback"] = "\n".join(last_lines(slot.printed()))
        why = record.get("died") or record.get("broken", "")
        raise RefuteError(
            "baseline-died",
            f"the unchanged suite ended its own process after {len(run.records)} tests: {why}",
            detail=str(record.get("traceback", "")).splitlines(),
        )
    run.seconds = record["seconds"]
    run.probed = [mutants[position].id for position in record["probed"]]
    run.infected = {mutants[position].id: tests for position, tests in marked.items()}
    return run


def _probe(mutant: Mutant, root: Path) -> Record:
    return {
        "path": str(root / mutant.file),
        "line": mutant.line,
        "end_line": mutant.end_line,
        "start": mutant.start,
        "end": mutant.end,
        "replacement": mutant.replacement,
        "operator": mutant.operator,
        "lines": mutant.lines,
        "unit": mutant.unit,
        "unit_line": mutant.unit_line,
    }


def watch_children(slot: Slot, names: Sequence[str], run: Run) -> None:
    """Run those tests again that were seen to start processes, and add to ``run`` what their
    child interpreters execute.
    """
    tests = [
        index
        for index, record in sorted(run.records.items())
        if record["outcome"] == "passed" and any(map(_starts_process, record["boundaries"]))
    ]
    if not tests:
        return
    slot.send({"op": "elsewhere", "tests": tests})
    while (record := slot.expect("elsewhere", "elsewhere-done"))["event"] == "elsewhere":
        if record["unseen"] or record["outcome"] != "passed":
            run.unseen.add(record["index"])
        _add(run.elsewhere, names, record["lines"], [record["index"]])
    if "died" in record:
        run.unseen.update(tests)


def _starts_process(crossing: str) -> bool:
    return crossing.startswith("process ") or crossing == "fork"


def _add(
    into: Lines,
    names: Sequence[str],
    found: Iterable[tuple[int, list[int]]],
    tests: list[int],
    marked: dict[int, set[int]] | None = None,
) -> None:
    """Enter lines of files; what stands under file -1 are mutants that make a difference."""
    for index, lines in found:
        if index < 0:
            for position in lines:
                if marked is not None:
                    marked[position].update(tests)
            continue
        by_line = into[names[index]]
        for line in lines:
            by_line[line].update(tests)


def same_outcomes(one: Run, two: Run) -> bool:
    """Whether each test did the same in both runs."""
    return all(
        record["outcome"] == two.records[index]["outcome"] for index, record in one.records.items()
    )


def make_baseline(
    collected: Collected, first: Run, second: Run, versions: Record, warnings: Sequence[str] = ()
) -> Baseline:
    """The baseline that follows from two observed runs."""
    tests = tuple(
        _test(name, first.records[index], second.records[index])
        for index, name in enumerate(collected.tests)
    )
    merged: dict[str, dict[int, frozenset[int]]] = {}
    vague: dict[str, frozenset[int]] = {}
    stable = {index for index, test in enumerate(tests) if test.outcome is TestOutcome.PASSED}
    for file in sorted({*first.lines, *second.lines}):
        one, two = first.lines.get(file, {}), second.lines.get(file, {})
        lines = sorted({*one, *two})
        merged[file] = {
            line: frozenset(one.get(line, set()) | two.get(line, set())) for line in lines
        }
        vague[file] = frozenset(
            line for line in lines if (one.get(line, set()) ^ two.get(line, set())) & stable
        )
    own = own_servers(first.records.values(), second.records.values())
    crossings: dict[int, frozenset[str]] = {}
    accidents: dict[int, frozenset[str]] = {}
    for index in range(len(tests)):
        both = (first.records[index], second.records[index])
        crossings[index] = frozenset(own.get(word, word) for r in both for word in r["boundaries"])
        accidents[index] = frozenset(word for record in both for word in record["accidents"])
    boundaries = Counter(word for words in crossings.values() for word in words)
    return Baseline(
        tests=tests,
        coverage=Coverage(
            by_line=merged,
            at_import=collected.at_import,
            order_dependent={file: lines for file, lines in vague.items() if lines},
            elsewhere={
                file: {line: frozenset(tests) for line, tests in sorted(lines.items())}
                for file, lines in sorted(first.elsewhere.items())
            },
        ),
        collect_seconds=collected.seconds,
        suite_seconds=first.seconds,
        versions=versions,
        boundaries=dict(sorted(boundaries.items())),
        accidents=accidents,
        crossings=crossings,
        test_files=collected.test_files,
        files=collected.files,
        unseen=frozenset(first.unseen),
        warnings=tuple(warnings),
        infected={id: frozenset(second.infected.get(id, ())) for id in second.probed},
    )


def check_origin(project: Project, collected: Collected, baseline: Baseline) -> None:
    """The suite must import the files that are mutated.

    Raises RefuteError imported-elsewhere when a package of the project was imported from
    another place and none of its files here ran.
    """
    for source in project.sources:
        by_top: dict[str, list[str]] = defaultdict(list)
        for file in source.files:
            by_top[source.module(file).partition(".")[0]].append(file)
        for top, files in by_top.items():
            origin = collected.modules.get(top)
            ran = any(f in collected.at_import or f in baseline.coverage.by_line for f in files)
            if origin is None or ran or Path(origin).is_relative_to(project.root / source.folder):
                continue
            raise RefuteError(
                "imported-elsewhere",
                f"the tests import `{top}` from {origin}, not from {project.root / source.folder}.",
            )


def _test(name: str, first: Record, second: Record) -> Test:
    one, two = first["outcome"], second["outcome"]
    detail = str(first.get("detail") or second.get("detail") or "")
    seconds = max(first["seconds"], second["seconds"])
    if one != two:
        failing = first if one == "failed" else second
        why = f"{one} in the suite's order, {two} in the reverse order"
        text = failing.get("failure", {}).get("message", "")
        return Test(name, TestOutcome.FLAKY, seconds, f"{why}. {text}".strip())
    if one == "failed":
        detail = reason(detail)
    return Test(name, TestOutcome(one), seconds, "" if one == "passed" else detail)
