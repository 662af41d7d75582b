"""Where project code leaves its process, who goes there really, and the pyramid that follows."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat
from pathlib import PurePosixPath

from refute.baseline import Baseline, TestOutcome
from refute.observed import Crossing, Double, Observed, Seen
from refute.theatre.crossings import (
    in_words,
    is_boundary_name,
    real,
    real_kinds,
    stands_for_boundary,
)
from refute.verdicts import Judged

AIM = (70, 20, 10)
"""Percent of unit, integration and end-to-end tests that many aim for."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A line at which project code leaves its process, or would without a double."""

    file: str
    line: int
    #: What is crossed really, and what doubles stand for, in words.
    what: tuple[str, ...]
    #: Indices of the tests that cross it really.
    really: tuple[int, ...]
    #: Indices of those that reach it through a double only.
    doubled: tuple[int, ...]
    #: How many passed tests do neither.
    neither: int


@dataclass(frozen=True, slots=True)
class Pyramid:
    """How many passed tests are of which size, by what they really cross."""

    unit: int = 0
    integration: int = 0
    end_to_end: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.unit + self.integration + self.end_to_end


def map_boundaries(
    baseline: Baseline, observed: Observed, judged: Iterable[Judged]
) -> tuple[Boundary, ...]:
    """One entry a line, in order of file and line.

    A test reaches a line through a double if it calls a double there that stands for something
    outside of the process, or if a double took the place of the very function that holds a
    line which other tests cross.
    """
    passed = {n for n, test in enumerate(baseline.tests) if test.outcome is TestOutcome.PASSED}
    seen = {test: one for test, one in sorted(observed.tests.items()) if test in passed}
    really: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    doubled: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    what: defaultdict[tuple[str, int], dict[str, None]] = defaultdict(dict)
    for test, one in seen.items():
        for crossing in one.crossings:
            if crossing.file and real(crossing):
                place = (crossing.file, crossing.line)
                really[place].add(test)
                what[place][in_words(crossing)] = None
        for double in filter(stands_for_boundary, one.doubles):
            for call in double.calls:
                place = (call.site.file, call.site.line)
                doubled[place].add(test)
                what[place][(double.target or double.name) + call.method] = None
    holders = _holders(really, judged)
    for test, one in seen.items():
        for place in _replaced(one, holders):
            doubled[place].add(test)
    return tuple(
        Boundary(
            file=place[0],
            line=place[1],
            what=tuple(what[place]),
            really=tuple(sorted(really[place])),
            doubled=tuple(sorted(doubled[place] - really[place])),
            neither=len(passed - really[place] - doubled[place]),
        )
        for place in sorted({*really, *doubled})
    )


def _holders(
    places: Iterable[tuple[str, int]], judged: Iterable[Judged]
) -> dict[str, list[tuple[str, int]]]:
    """Name of an outermost function -> the lines in it at which the process is left."""
    starts: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
    for item in judged:
        if item.mutant.unit is not None:
            starts[item.mutant.file].add((item.mutant.unit_line, item.mutant.unit))
    found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for file, line in places:
        # The last function that begins above; good enough to compare its name with a double's.
        units = sorted(starts[file])
        position = bisect.bisect_right(units, line, key=lambda unit: unit[0])
        if position:
            found[units[position - 1][1]].append((file, line))
    return found


def _replaced(
    seen: Seen, holders: Mapping[str, list[tuple[str, int]]]
) -> Iterator[tuple[str, int]]:
    for unit, places in holders.items():
        for place in places:
            if any(_took_place_of(double, unit, place[0]) for double in seen.doubles):
                yield place


def _took_place_of(double: Double, unit: str, file: str) -> bool:
    """Tell whether the double was called in the place of this function or method."""
    if not double.calls:
        return False
    if double.target.endswith(f".{unit}"):
        # `subprocess.run` is not the project's own `run`.
        owner = double.target.removesuffix(f".{unit}").rpartition(".")[2]
        return not is_boundary_name(owner) or owner == PurePosixPath(file).stem
    owner, _, method = unit.rpartition(".")
    of_class = bool(owner) and f".{double.target}".endswith(f".{owner}")
    return of_class and any(call.method.rpartition(".")[2] == method for call in double.calls)


def _from_outside(crossing: Crossing, kinds: Collection[str]) -> bool:
    """Tell whether by this crossing the program is talked to as others would."""
    by_test = not crossing.file
    kind = real(crossing)
    return kind in kinds and (kind == "connect" if by_test else kind == "listen")


def measure_pyramid(baseline: Baseline, observed: Observed) -> Pyramid:
    """Count the passed tests by what they cross.

    Unit: nothing real. End to end: the test itself connects to something that is no database,
    or project code listens, and it crosses at least one more kind. Integration: all else, also
    where project code connects to a stand-in that the test serves: there the test comes from
    inside.
    """
    unit = integration = end_to_end = 0
    for test, known in enumerate(baseline.tests):
        seen = observed.tests.get(test)
        if known.outcome is not TestOutcome.PASSED or seen is None:
            continue
        kinds = real_kinds(seen.crossings)
        if not kinds:
            unit += 1
        elif len(kinds) > 1 and any(map(_from_outside, seen.crossings, repeat(kinds))):
            end_to_end += 1
        else:
            integration += 1
    return Pyramid(unit, integration, end_to_end)
