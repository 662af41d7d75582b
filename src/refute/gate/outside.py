"""Metrics that come from other commands' reports, and from other tools."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from refute.gate.material import Material
from refute.gate.measuring import Measure, share
from refute.gate.values import Unmeasured, Value
from refute.imports.sarif import Result

RULE = re.compile(r"sarif\[([^\]]+)\]")
"""A metric for one rule of a scanner."""


def defect_detection(material: Material) -> Value | Unmeasured:
    """Detected past bugs, of those that could be replayed."""
    counts = _defects(material, "detected", "missed")
    if isinstance(counts, Unmeasured):
        return counts
    detected, missed = counts
    found = share(detected, detected + missed, "replayed bugs")
    return found or Unmeasured("no past bug could be replayed", "`refute defects` says why.")


def missed_defects(material: Material) -> Value | Unmeasured:
    """Past bugs that today's tests would miss."""
    counts = _defects(material, "detected", "missed")
    if isinstance(counts, Unmeasured):
        return counts
    return Value(counts[1], whole=sum(counts), of="replayed bugs")


def _defects(material: Material, *names: str) -> tuple[int, ...] | Unmeasured:
    return _counts(material.documents.defects, "defects", names)


def stability(name: str) -> Measure:
    """A number of tests that `refute stability` has found."""

    def measure(material: Material) -> Value | Unmeasured:
        counts = _counts(material.documents.stability, "stability", (name,))
        return counts if isinstance(counts, Unmeasured) else Value(counts[0])

    return measure


def _counts(
    document: Mapping[str, Any] | str, command: str, names: tuple[str, ...]
) -> tuple[int, ...] | Unmeasured:
    """Numbers below ``metrics`` of another command's document."""
    remedy = f"Run `refute {command}`."
    if isinstance(document, str):
        return Unmeasured(document, remedy)
    metrics = document.get("metrics")
    members = metrics.get(command) if isinstance(metrics, Mapping) else None
    found = [_number(members.get(name)) if isinstance(members, Mapping) else None for name in names]
    missing = [name for name, number in zip(names, found, strict=True) if number is None]
    if missing:
        where = f"metrics.{command} of .refute/{command}.json"
        return Unmeasured(f"{where} does not say {' and '.join(missing)}", remedy)
    return tuple(number for number in found if number is not None)


def _number(value: object) -> int | None:
    """A count: given as such, as a list of what is counted, or as a table with a ``count``."""
    if isinstance(value, list):
        return len(value)
    if isinstance(value, Mapping):
        value = value.get("count")
    ok = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if ok and isinstance(value, int) else None


def benchmark_slowdown(material: Material) -> Value | Unmeasured:
    """The worst slowdown: the median of now over that of the baseline."""
    slower = material.results.slowdowns
    if slower is None:
        return _no_file("benchmark and benchmark-baseline")
    if material.results.benchmarks_gone:
        gone = ", ".join(material.results.benchmarks_gone[:3])
        return Unmeasured(f"the new benchmark file lacks {gone}", "Run all benchmarks again.")
    if not slower:
        return Unmeasured("the two benchmark files have nothing in common")
    return Value(slower[0].factor, whole=len(slower), of="benchmarks")


def slow_benchmarks(material: Material) -> Iterator[str]:
    """The worst slowdowns, for a look."""
    for one in material.results.slowdowns or ():
        yield f"{one.name}: {one.before:.3g} s, now {one.now:.3g} s ({one.factor:.2f} times)"


def sarif_level(level: str) -> Measure:
    """Results of scanners at one level."""

    def measure(material: Material) -> Value | Unmeasured:
        if material.results.sarif is None:
            return _no_file("sarif")
        return Value(len(_results(material, level=level)))

    return measure


def sarif_rule(rule: str) -> Measure:
    """Results of scanners by one rule."""

    def measure(material: Material) -> Value | Unmeasured:
        if material.results.sarif is None:
            return _no_file("sarif")
        return Value(len(_results(material, rule=rule)))

    return measure


def scanned(level: str = "", rule: str = "") -> Callable[[Material], Iterator[str]]:
    """Those results, for a look."""

    def look(material: Material) -> Iterator[str]:
        for one in _results(material, level, rule):
            yield f"{one.file}:{one.line}: {one.rule} {one.message}"

    return look


def _results(material: Material, level: str = "", rule: str = "") -> list[Result]:
    sarif = material.results.sarif
    return [
        one
        for one in (() if sarif is None else sarif.results)
        if level in ("", one.level) and rule in ("", one.rule) and material.inside(one.file)
    ]


def line_coverage(material: Material) -> Value | Unmeasured:
    """Executed lines, of all."""
    coverage = material.results.coverage
    if coverage is None:
        return _no_file("coverage")
    return share(*coverage.lines, "lines") or Unmeasured("the coverage file counts no line")


def branch_coverage(material: Material) -> Value | Unmeasured:
    """Taken branches, of all."""
    coverage = material.results.coverage
    if coverage is None:
        return _no_file("coverage")
    if coverage.branches is None:
        return Unmeasured("the coverage file counts no branches", "Run `coverage run --branch`.")
    return share(*coverage.branches, "branches") or Unmeasured("there are no branches")


def _no_file(key: str) -> Unmeasured:
    return Unmeasured(
        "no file was given", f"Name it: `{key}` under [tool.refute.gate.imports], or an option."
    )
