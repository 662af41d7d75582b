"""The values of a gate: metrics, bounds, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from refute.gate.material import Material
from refute.judgement import Slug, percentage

Unit = Literal["percent", "count", "seconds", "factor"]
Good = Literal["more", "less"]


@dataclass(frozen=True, slots=True)
class Value:
    """A measured value, in the metric's unit, with its numerator and denominator if it has any.

    A percentage is ``100 * part / whole``.
    """

    number: float
    part: int | None = None
    whole: int | None = None
    #: What the denominator counts: ``faults``, ``judged tests``.
    of: str = ""

    def words(self, unit: Unit) -> str:
        """The value for readers, with its denominator; never rounded to 100 or down to 0."""
        shown = amount(self.number, unit)
        if self.whole is None:
            return shown
        whole = f"{self.whole:,}"
        if self.of:
            one = self.of.removesuffix("es" if self.of.endswith("ches") else "s")
            whole += f" {one if self.whole == 1 else self.of}"
        part = f"{self.part:,} " if unit == "percent" and self.part is not None else ""
        return f"{shown} ({part}of {whole})"


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """There is no value, and why: a sentence; and what would bring one."""

    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """Something that can have a floor or a ceiling."""

    name: str
    #: What it measures, in a sentence for the docs.
    what: str
    unit: Unit
    #: Whether more of it is better (a number in the configuration is a floor) or less.
    good: Good
    measure: Callable[[Material], Value | Unmeasured]
    #: Findings that show where to look first.
    slugs: tuple[Slug, ...] = ()
    #: Where to look, where there are no findings for it.
    look: Callable[[Material], Iterable[str]] | None = None
    #: Can be had for a part of the files.
    by_path: bool = True
    #: Follows from trials, so that an unfinished run does not know it.
    trials: bool = True
    #: Is the same from run to run, so that the ratchet can hold it.
    ratchet: bool = True


@dataclass(frozen=True, slots=True)
class Bound:
    """A floor, a ceiling or both, in the metric's unit."""

    least: float | None = None
    most: float | None = None

    def short(self, number: float) -> float:
        """How far a value is outside; 0 when it is inside."""
        if self.least is not None and number < self.least:
            return self.least - number
        if self.most is not None and number > self.most:
            return number - self.most
        return 0.0

    def words(self, unit: Unit) -> str:
        """``floor 80%``, ``ceiling 3``."""
        said = []
        if self.least is not None:
            said.append(f"floor {_plain(self.least, unit)}")
        if self.most is not None:
            said.append(f"ceiling {_plain(self.most, unit)}")
        return ", ".join(said)


class State(StrEnum):
    """What became of one bound. The gate holds when all of them do."""

    HELD = "held"
    FAILED = "failed"
    UNMEASURED = "not measured"
    UNDECIDED = "undecided"
    """The run was not finished, and the value may still change sides."""


@dataclass(frozen=True, slots=True)
class Line:
    """One bound, held against a value."""

    state: State
    metric: str
    #: Glob of the files that it is about; empty for all.
    scope: str
    #: Value, bound and distance in words; or why there is no value.
    said: str
    #: Where to look first, the most telling first.
    look: tuple[str, ...] = ()
    #: Findings of this metric that were accepted and don't count.
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class GateResult:
    """All lines, in the order of the configuration, then the ratchet's; and what else to know."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """True when every line does."""
        return all(line.state is State.HELD for line in self.lines)


def amount(number: float, unit: Unit) -> str:
    """A value in its unit."""
    if unit == "percent":
        return percentage(number / 100)
    return _plain(number, unit)


def _plain(number: float, unit: Unit) -> str:
    """A number as it was given, with its unit: bounds are never rounded."""
    text = f"{int(number):,}" if number == int(number) else f"{number:,.10g}"
    if unit == "seconds":
        text = f"{number:,.3g} s" if number < 1000 else f"{number:,.0f} s"
    return text + {"percent": "%", "factor": " times"}.get(unit, "")
