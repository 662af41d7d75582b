"""All results of other tools that a gate was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from refute.imports.benchmark import Slowdown, read_benchmarks, slowdowns
from refute.imports.coverage import LineCoverage, read_coverage
from refute.imports.sarif import Sarif, read_sarif


@dataclass(frozen=True, slots=True)
class Results:
    """What the files held; None for what was not given."""

    slowdowns: tuple[Slowdown, ...] | None = None
    #: Benchmarks of the baseline that the new file lacks.
    benchmarks_gone: tuple[str, ...] = ()
    sarif: Sarif | None = None
    coverage: LineCoverage | None = None


def read_results(
    root: Path,
    *,
    benchmark: str | None = None,
    baseline: str | None = None,
    sarif: Sequence[str] = (),
    coverage: str | None = None,
) -> Results:
    """Read the files that were named; relative ones from ``root``.

    Raises RefuteError no-such-path, bad-import.
    """
    slower: tuple[Slowdown, ...] | None = None
    gone: tuple[str, ...] = ()
    if benchmark is not None and baseline is not None:
        before, now = read_benchmarks(root / baseline), read_benchmarks(root / benchmark)
        slower = slowdowns(before, now)
        gone = tuple(sorted(before.keys() - now.keys()))
    scans = [read_sarif(root / file) for file in sarif]
    return Results(
        slowdowns=slower,
        benchmarks_gone=gone,
        sarif=sum(scans[1:], scans[0]) if scans else None,
        coverage=None if coverage is None else read_coverage(root / coverage),
    )
