"""Results of other tools, read from files in their standard formats."""

from __future__ import annotations

from refute.imports.benchmark import Slowdown, read_benchmarks, slowdowns
from refute.imports.coverage import LineCoverage, read_coverage
from refute.imports.results import Results, read_results
from refute.imports.sarif import Sarif, read_sarif

__all__ = [
    "LineCoverage",
    "Results",
    "Sarif",
    "Slowdown",
    "read_benchmarks",
    "read_coverage",
    "read_results",
    "read_sarif",
    "slowdowns",
]
