"""Before and after survivors are looked into: which are worth it, and what it says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from refute.faults.fault import Mutant
from refute.metrics.ranking import ranked
from refute.observed import Double, DoubleKind
from refute.theatre.chances import Chances
from refute.theatre.identity import double_id
from refute.theatre.steady import steady_change
from refute.theatre.swallowed import Change, Difference, Fate, Trace
from refute.trials.outcome import Mechanism
from refute.verdicts import Judged, Reached

_REACHED = {Fate.SWALLOWED: Reached.SWALLOWED, Fate.PROPAGATED: Reached.PROPAGATED}


def worth_tracing(judged: Iterable[Judged], chances: Chances) -> list[tuple[str, frozenset[int]]]:
    """The survivors that can be swapped in, the one most worth a look first, each with the
    tests that it makes or may make a difference in.
    """
    return [
        (item.mutant.id, chances.tests_of.get(item.mutant.id, frozenset()))
        for item in ranked(judged)
        if item.mechanism is Mechanism.SWAP
    ]


def difference_of(record: Mapping[str, Any] | None, mutant: Mutant) -> Difference:
    """What the child told of one test; see ``refute_child.observe.differing``."""
    if record is None:
        return Difference()
    return Difference(
        received=_change(record["received"], mutant), returned=_change(record["returned"], mutant)
    )


def settle_reached(judged: Iterable[Judged], traces: Mapping[str, Trace]) -> tuple[Judged, ...]:
    """The same verdicts, with how far survivors got, where their traces tell more of it."""
    found: list[Judged] = []
    for item in judged:
        one = traces.get(item.mutant.id)
        reached = _REACHED.get(one.fate) if one is not None else None
        found.append(replace(item, reached=reached) if reached is not None else item)
    return tuple(found)


def _change(fields: Mapping[str, Any] | None, mutant: Mutant) -> Change | None:
    if fields is None:
        return None
    id, name = "", fields["name"]
    if fields["double"]:
        target, made = fields["target"], fields["made"]
        id = double_id(Double(target, name, DoubleKind.MOCK, False, made, 0))
        name = target or name
    before, after = steady_change(fields["before"], fields["after"])
    # What left in a thread of a library's has no line of the project's above it.
    nowhere = not fields["file"]
    return Change(
        double=id,
        name=name,
        file=mutant.file if nowhere else fields["file"],
        line=mutant.line if nowhere else fields["line"],
        before=before,
        after=after,
    )
