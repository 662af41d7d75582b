"""The order of a run that may not come to its end: any beginning of it is a fair sample."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from refute.faults.fault import Mutant
from refute.faults.plan import Plan, Planned

EXTREME = frozenset({"whole_body"})
"""Operators that take away all that a function does: who does not notice that, notices nothing."""

IMPORT_SHARE = 0.2
"""The share of the time that is left for mutants which need an import of their own."""

WINDOW = 40
"""So many of these are brought to an end before the next are begun: file by file, because it
takes long to begin with another file."""

_GROUPS = {
    "condition": ("condition_", "comparison", "boolean", "match_case", "filter_dropped"),
    "value": ("number", "string", "none", "boolean_constant", "return_value", "yield_value"),
    "removal": ("_removed", "_dropped", "_emptied", "loop_", "statements_"),
}


@dataclass(frozen=True, slots=True)
class Stratum:
    """Mutants that are sampled by themselves, in their order."""

    name: str
    mutants: tuple[str, ...]

    def prefix(self, done: Iterable[str]) -> tuple[str, ...]:
        """The longest beginning of which all are done."""
        known = frozenset(done)
        return tuple(takewhile(known.__contains__, self.mutants))

    def begun(self, done: Iterable[str]) -> tuple[str, ...]:
        """The beginning up to the last that is done, with all between."""
        known = frozenset(done)
        last = max((at for at, id in enumerate(self.mutants) if id in known), default=-1)
        return self.mutants[: last + 1]


def in_order(plan: Plan) -> Plan:
    """The plan in the order of a run within a budget: extreme mutants first, then the others so
    that each beginning holds its share of each file and kind of operator.
    """
    extreme = [one for one in plan.swap if one.mutant.operator in EXTREME]
    mild = [one for one in plan.swap if one.mutant.operator not in EXTREME]
    return replace(plan, swap=(*_spread(extreme), *_spread(mild)), imports=_spread(plan.imports))


def strata(plan: Plan) -> tuple[Stratum, ...]:
    """The strata of a plan that is in order: extreme ones, the others, those whose function also
    runs at import, those tried at import alone, and those that need a process of their own.
    """
    alone = [one for one in plan.swap if not one.also_import]
    named = {
        "extreme": [one for one in alone if one.mutant.operator in EXTREME],
        "other": [one for one in alone if one.mutant.operator not in EXTREME],
        "both": _both(plan),
        "import": plan.imports,
        "cold": plan.cold,
    }
    return tuple(
        Stratum(name, tuple(one.mutant.id for one in group)) for name, group in named.items()
    )


def rounds(plan: Plan, now: float, ends: float) -> Iterator[tuple[Plan, float]]:
    """What is tried after what, each with the time by which it has to end."""
    nothing: tuple[Planned, ...] = ()
    swaps = replace(plan, imports=nothing, cold=nothing)
    both = _both(plan)
    if plan.imports or plan.cold or both:
        yield swaps, now + (1 - IMPORT_SHARE) * (ends - now)
        windows = -(-(len(plan.imports) + len(both)) // WINDOW)
        for number in range(windows):
            imports, half = (_part(group, number, windows) for group in (plan.imports, both))
            yield replace(swaps, swap=half, imports=imports), ends
        yield replace(plan, swap=nothing, imports=nothing), ends
    yield swaps, ends


def _both(plan: Plan) -> tuple[Planned, ...]:
    """Those that are tried at import when they survived in the collected suite."""
    return tuple(one for one in plan.swap if one.also_import)


def _part(group: Sequence[Planned], number: int, of: int) -> tuple[Planned, ...]:
    return tuple(group[len(group) * number // of : len(group) * (number + 1) // of])


def _spread(planned: Sequence[Planned]) -> tuple[Planned, ...]:
    groups: dict[tuple[str, str], list[Planned]] = defaultdict(list)
    for one in planned:
        groups[one.mutant.file, group_of(one.mutant)].append(one)
    placed: list[tuple[float, str, Planned]] = []
    for key, members in groups.items():
        start = _chance(*key)
        members.sort(key=lambda one: _chance(one.mutant.id))
        for number, one in enumerate(members):
            placed.append(((number + start) / len(members), one.mutant.id, one))
    placed.sort(key=lambda entry: entry[:2])
    return tuple(one for _, _, one in placed)


def group_of(mutant: Mutant) -> str:
    """The kind of operator, for the sample to hold its share of each."""
    for name, marks in _GROUPS.items():
        if any(mark in mutant.operator for mark in marks):
            return name
    return "other"


def _chance(*about: str) -> float:
    """A number from 0 to 1 that depends on nothing but these texts."""
    digest = hashlib.sha256("\0".join(about).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
