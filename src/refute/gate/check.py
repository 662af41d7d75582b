"""A judgement held against a gate and a ratchet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from refute.gate.material import Material
from refute.gate.ratchet import Entry, better, worse
from refute.gate.registry import look
from refute.gate.rules import Gate, Rule
from refute.gate.values import Bound, GateResult, Line, Metric, State, Unmeasured, Value, amount
from refute.judgement import percentage


@dataclass(frozen=True, slots=True)
class _Held:
    """A metric below a scope: its material, and what was measured."""

    metric: Metric
    material: Material
    value: Value | Unmeasured

    @property
    def accepted(self) -> int:
        return len(self.material.findings(self.metric.slugs, accepted=True))

    def line(self, state: State, said: str) -> Line:
        shown = () if state is State.HELD else look(self.metric, self.material)
        name, scope = self.metric.name, self.material.scope
        return Line(state, name, scope, said, shown, self.accepted)

    @property
    def unsure(self) -> str:
        """Why an unfinished run does not know the value; empty when it does."""
        if not (self.metric.trials and self.material.unfinished):
            return ""
        said = "the run was stopped before its end"
        counts = self.material.counts
        foretold = None if self.material.scope else self.material.judgement.estimate
        if counts.pending:
            said += f", with {counts.pending:,} fault{'s' * (counts.pending > 1)} not tried"
        if foretold is not None and self.metric.name == "mutation-score":
            said += (
                f"; it would be about {percentage(foretold.score)} (with 95% confidence "
                f"{percentage(foretold.low)} to {percentage(foretold.high)})"
            )
        return f"{said}. Run `refute run` again: it goes on from there."


def check(gate: Gate, ratchet: Sequence[Entry], material: Material) -> GateResult:
    """Hold a judgement against floors, ceilings and the ratchet. ``material`` has no scope."""
    lines = [_rule(rule, _held(rule.metric, rule.scope, material)) for rule in gate.rules]
    notes = list(_notes(material))
    for entry in ratchet:
        held = _held(entry.metric, entry.scope, material)
        lines.append(_ratchet(entry, held))
        if isinstance(held.value, Value) and better(entry.metric, entry.value, held.value):
            if lines[-1].state is State.HELD and not _narrow(material):
                unit = entry.metric.unit
                notes.append(
                    f"{entry.metric.name} is better than the ratchet ({held.value.words(unit)}, "
                    f"was {entry.value.words(unit)}): `refute ratchet` keeps it."
                )
    return GateResult(tuple(lines), tuple(notes))


def _held(metric: Metric, scope: str, whole: Material) -> _Held:
    material = replace(whole, scope=scope) if scope else whole
    if scope and material.empty:
        why = "the pattern meets no file of the report"
        return _Held(metric, material, Unmeasured(why, "Correct it, or drop it."))
    return _Held(metric, material, metric.measure(material))


def _rule(rule: Rule, held: _Held) -> Line:
    unit, value = rule.metric.unit, held.value
    bound = rule.bound.words(unit)
    if isinstance(value, Unmeasured):
        return _unmeasured(held, value, bound)
    short = rule.bound.short(value.number)
    said = f"{value.words(unit)}, {bound}"
    # What is too much already stays so, whatever the rest of the run would have found.
    sure = unit == "count" and rule.bound.most is not None and value.number > rule.bound.most
    if held.unsure and not sure:
        return held.line(State.UNDECIDED, f"{bound}: {held.unsure}")
    if not short:
        return held.line(State.HELD, said)
    return held.line(State.FAILED, f"{said}: {_distance(short, value, rule.bound, rule.metric)}")


def _distance(short: float, value: Value, bound: Bound, metric: Metric) -> str:
    """By how much a value is outside, and what that is in things."""
    low = bound.least is not None and value.number < bound.least
    if metric.unit != "percent":
        words = ("few", "many") if metric.unit == "count" else ("little", "much")
        return f"{amount(short, metric.unit)} too {words[0] if low else words[1]}"
    said = f"{_points(short)} points {'short' if low else 'too much'}"
    if value.whole and value.part is not None:
        limit = bound.least if low else bound.most
        exact = (limit or 0.0) * value.whole / 100
        number = math.ceil(exact - 1e-9) - value.part if low else value.part - int(exact + 1e-9)
        said += f", {max(number, 1):,} {'more' if low else 'fewer'} needed"
    return said


def _points(number: float) -> str:
    """Percentage points, never rounded down to nothing."""
    return f"{number:.1f}" if number >= 0.05 else "under 0.1"


def _unmeasured(held: _Held, value: Unmeasured, bound: str) -> Line:
    remedy = f" {value.remedy}" if value.remedy else ""
    return replace(held.line(State.UNMEASURED, f"{bound}: {value.reason}.{remedy}"), look=())


def _ratchet(entry: Entry, held: _Held) -> Line:
    unit = entry.metric.unit
    bound = f"ratchet {entry.value.words(unit)}"
    if isinstance(held.value, Unmeasured):
        return _unmeasured(held, held.value, bound)
    if _narrow(held.material) and entry.metric.trials:
        why = "the report covers a part of the code alone"
        return _unmeasured(held, Unmeasured(why, "Run `refute run` without a filter."), bound)
    now = held.value.words(unit)
    got_worse = worse(entry.metric, entry.value, held.value)
    if held.unsure and not (got_worse and unit == "count"):
        return held.line(State.UNDECIDED, f"{bound}: {held.unsure}")
    if not got_worse:
        return held.line(State.HELD, f"{now}, {bound}")
    by = abs(held.value.number - entry.value.number)
    distance = f"{_points(by)} points" if unit == "percent" else amount(by, unit)
    return held.line(State.FAILED, f"{now}, {bound}: worse by {distance}")


def _narrow(material: Material) -> bool:
    return bool(material.judgement.selection.part)


def _notes(material: Material) -> Iterator[str]:
    part = material.judgement.selection.part
    if part:
        yield f"The report covers a part of the code alone: {part}."
    for one in material.judgement.findings:
        if one.accepted is not None and not one.accepted.holds(material.day):
            yield (
                f"{one.accepted.where}: accepted until {one.accepted.until}; it counts again: "
                f"{one.message}"
            )
