"""Runs the unchanged suite in a slot, twice, and makes the baseline of what was seen.

The second run goes in the reverse order and in another process: a test that fails in one of
the two is flaky or depends on the order, and lines that a test executes in one and not in the
other depend on what ran before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from refute.errors import RefuteError
from refute.faults.fault import Mutant
from refute.trials.pool import ZYGOTE
from refute.trials.reasons import last_lines
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
    #: Where each test's function is written, ``path:line``; empty where that is not known.
    defined: tuple[str, ...]
    at_import: dict[str, frozenset[int]]
    seconds: float
    #: Top-level module name -> the file or folder that it was imported from.
    modules: dict[str, str]
    #: Real paths of the project's modules, in the order in which they were executed.
    executed: tuple[str, ...] = ()


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
    #: What was seen of doubles and crossings, by test.
    seen: dict[int, Record] = field(default_factory=dict)
    #: Why doubles were not observed; empty if they were, or were not to be.
    unobserved: str = ""

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
        defined=tuple(record["defined"]),
        at_import={names[index]: frozenset(lines) for index, lines in record["lines"]},
        seconds=record["seconds"],
        modules=record["modules"],
        executed=tuple(record["executed"]),
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
    fakes: bool = False,
) -> Run:
    """One observed run of all collected tests, in this slot's zygote; with ``mutants`` also
    which of them would have made a difference in which test, with ``fakes`` also the doubles.
    ``patience`` bounds each test, in seconds of CPU and, a little longer, asleep.

    Raises RefuteError baseline-died when the suite ends its own process, or is cut.
    """
    run = Run()
    marked: dict[int, set[int]] = defaultdict(set)
    probes = [_probe(mutant, root) for mutant in mutants if root is not None]
    bound = {} if patience is None else {"limit": [patience, 4 * patience]}
    slot.send({"op": "baseline", "order": order, "mutants": probes, "doubles": fakes, **bound})
    while True:
        record = slot.expect("begin", "test", "shared", "baseline", "left")
        if record["event"] == "begin":
            progress(len(run.records), total, record["index"])
        elif record["event"] == "test":
            run.seen[record["index"]] = record.pop("seen", {})
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
    run.seconds, run.unobserved = record["seconds"], record["unobserved"]
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
