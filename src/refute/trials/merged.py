"""The baseline that follows from two observed runs of the suite."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from refute.baseline import Baseline, Coverage, Test, TestOutcome
from refute.errors import RefuteError
from refute.observed import Observed, Seen
from refute.project import Project
from refute.trials.observation import Collected, Run
from refute.trials.reasons import reason
from refute.trials.services import own_servers
from refute.trials.slot import Record


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
        functions=collected.functions,
        files=collected.files,
        unseen=frozenset(first.unseen),
        warnings=tuple(warnings),
        infected={id: frozenset(second.infected.get(id, ())) for id in second.probed},
        observed=Observed(
            {index: Seen.from_record(record) for index, record in sorted(first.seen.items())},
            first.unobserved,
        ),
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
    least, seconds = sorted((first["seconds"], second["seconds"]))
    if one != two:
        failing = first if one == "failed" else second
        why = f"{one} in the suite's order, {two} in the reverse order"
        text = failing.get("failure", {}).get("message", "")
        return Test(name, TestOutcome.FLAKY, seconds, f"{why}. {text}".strip(), least)
    if one == "failed":
        detail = reason(detail)
    return Test(name, TestOutcome(one), seconds, "" if one == "passed" else detail, least)
