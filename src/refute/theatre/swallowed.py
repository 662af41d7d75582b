"""Where a surviving mutant was lost: in a double, in a value nobody asserted on, or nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What became of a survivor's effect."""

    SWALLOWED = "swallowed"
    """A double, or a real boundary, received something else, and no test noticed."""
    PROPAGATED = "propagated"
    """Project code returned something else to the test, and nobody asserted on it."""
    NO_DIFFERENCE = "no_difference"
    """Neither differed."""


@dataclass(frozen=True, slots=True)
class Change:
    """The first thing that differed between the unchanged and the mutated run of one test."""

    #: The double that received it, by id and by name; the id is empty for a real boundary
    #: and for what project code returned, the name then says which.
    double: str
    name: str
    #: Where project code sent or returned it.
    file: str
    line: int
    #: Values of the two runs, shortened and masked; empty where it was not sent at all.
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What differed in one test under one mutant; None where nothing did."""

    received: Change | None = None
    returned: Change | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """One survivor and what became of its effect."""

    mutant: str
    fate: Fate
    #: The test in which it shows, and the change there; None when nothing differed.
    test: int | None = None
    change: Change | None = None
    #: Ids of all doubles that swallowed it in some test.
    doubles: tuple[str, ...] = ()
    #: Tests in which it went the same way.
    tests: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """The trace in one line, for readers."""
        if self.change is None:
            return "no difference"
        change = self.change
        where = f"{change.file}:{change.line}"
        what = f"{change.after or 'nothing'} instead of {change.before or 'nothing'}"
        if self.fate is Fate.SWALLOWED:
            kind = "double " if change.double else ""
            return f"swallowed by {kind}{change.name} at {where} (sent {what})"
        verb = "raised" if (change.after or change.before).startswith("exception ") else "returned"
        return f"propagated, not asserted: {where} {verb} {what}"


def trace(mutant: str, differences: Mapping[int, Difference]) -> Trace:
    """What became of one survivor, from what differed in each test that ran over it.

    What a double received counts before what came back: a change that left through a double
    may well show in a result, too, but it was there that somebody should have looked.
    """
    received = {t: d.received for t, d in sorted(differences.items()) if d.received is not None}
    if received:
        return _trace(mutant, Fate.SWALLOWED, received)
    returned = {t: d.returned for t, d in sorted(differences.items()) if d.returned is not None}
    if returned:
        return _trace(mutant, Fate.PROPAGATED, returned)
    return Trace(mutant, Fate.NO_DIFFERENCE, tests=tuple(sorted(differences)))


def _trace(mutant: str, fate: Fate, changes: Mapping[int, Change]) -> Trace:
    # A double that swallowed it says more than a real boundary that did in another test.
    test = min(changes, key=lambda one: (not changes[one].double, one))
    doubles = sorted({change.double for change in changes.values() if change.double})
    return Trace(mutant, fate, test, changes[test], tuple(doubles), tuple(changes))


def by_double(traces: Iterable[Trace]) -> dict[str, tuple[str, ...]]:
    """Ids of the survivors that each double swallowed, by its id."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in traces:
        if one.fate is Fate.SWALLOWED:
            for double in one.doubles:
                found[double].append(one.mutant)
    return {double: tuple(mutants) for double, mutants in found.items()}
