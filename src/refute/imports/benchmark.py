"""Benchmarks, as pytest-benchmark writes them with ``--benchmark-json``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from refute.imports.files import read_json, refuse

KIND = "pytest-benchmark JSON"


@dataclass(frozen=True, slots=True)
class Slowdown:
    """One benchmark in two files: seconds of its median round, then and now."""

    name: str
    before: float
    now: float

    @property
    def factor(self) -> float:
        """How many times as long it takes now; 1 is unchanged."""
        return self.now / self.before


def read_benchmarks(path: Path) -> Mapping[str, float]:
    """Full name of each benchmark -> seconds of its median round.

    Medians, because a single slow round, which a busy machine can cause, moves the mean.
    Raises RefuteError no-such-path, bad-import.
    """
    entries = read_json(path, KIND).get("benchmarks")
    if not isinstance(entries, list):
        refuse(path, KIND, "it has no list `benchmarks`")
    found: dict[str, float] = {}
    for entry in entries:
        name = entry.get("fullname", entry.get("name")) if isinstance(entry, dict) else None
        stats = entry.get("stats") if isinstance(entry, dict) else None
        seconds = _seconds(stats.get("median")) if isinstance(stats, dict) else 0.0
        if not isinstance(name, str) or not seconds:
            refuse(path, KIND, "a benchmark in it has no name, or no median above 0 seconds")
        found[name] = seconds
    return found


def _seconds(value: object) -> float:
    """A time above 0, or 0 for whatever is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0.0
    try:
        seconds = float(value)
    except OverflowError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


def slowdowns(before: Mapping[str, float], now: Mapping[str, float]) -> tuple[Slowdown, ...]:
    """What both files measured, the worst slowdown first."""
    both = (Slowdown(name, before[name], now[name]) for name in now if name in before)
    return tuple(sorted(both, key=lambda one: (-one.factor, one.name)))
