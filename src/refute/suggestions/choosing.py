"""Which candidates are worth trying, and which of them together are the fewest changes."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from refute.suggestions.candidates import candidate
from refute.suggestions.values import Candidate, Point, TestFile

VARIES = "\x00"
"""What a recorder says of a view that had several values in one test."""

_SINGLE = frozenset({"True", "False", "None"})

Key = tuple[int, str]
"""A point's number, and a view."""
Seen = Mapping[str, Mapping[str, str]]
"""What a recorder tells of one test: point, as text -> view -> literal."""


def flat(seen: Seen) -> dict[Key, str]:
    """The same, in one level."""
    return {
        (int(point), view): literal
        for point, views in seen.items()
        for view, literal in views.items()
    }


def differs(before: str, now: str | None) -> bool:
    """Whether an assertion that something equals the first would notice the second."""
    if now is None or now == before:
        return now is None
    try:
        one, two = literal_eval(before), literal_eval(now)
    except (ValueError, SyntaxError):
        return True
    # `is` tells these from all others.
    return before in _SINGLE or now in _SINGLE or bool(one != two)


def steady(worlds: Sequence[Mapping[Key, str]]) -> dict[Key, str]:
    """What was the same in each world, and had one value."""
    first, *others = worlds
    return {
        key: literal
        for key, literal in first.items()
        if literal != VARIES and all(other.get(key) == literal for other in others)
    }


def common(cases: Iterable[Mapping[Key, str]]) -> dict[Key, str]:
    """What is the same in all cases of one function: a line in it is a line for all."""
    found: dict[Key, str] | None = None
    for case in cases:
        if found is None:
            found = dict(case)
        else:
            found = {key: text for key, text in found.items() if case.get(key) == text}
    return found or {}


@dataclass(frozen=True, slots=True)
class Noticing:
    """A candidate, and the faults under which its value was another, with the tests."""

    candidate: Candidate
    faults: Mapping[str, tuple[str, ...]]


def candidates(
    file: TestFile,
    points: Mapping[int, Point],
    usual: Mapping[Key, str],
    differing: Mapping[Key, Mapping[str, tuple[str, ...]]],
) -> Iterator[Noticing]:
    """The candidates at these points: ``usual`` is what the unchanged code shows, ``differing``
    says under which faults, in which tests, a view was another.
    """
    for key, faults in sorted(differing.items()):
        point = points.get(key[0])
        if point is None or key not in usual:
            continue
        found = candidate(file, point, key[1], usual[key])
        if found is not None:
            yield Noticing(found, faults)


def fewest(
    options: Sequence[Noticing], wanted: Collection[str], taken: Iterable[Candidate] = ()
) -> list[Noticing]:
    """Candidates that notice all of ``wanted`` that can be noticed, the best first.

    One that notices more is better, and so is one that a reader would have written. None
    changes what another changes.
    """
    left, chosen = set(wanted), list[Noticing]()
    used = list(taken)
    while left:
        fits = [
            (_worth(one, left), number)
            for number, one in enumerate(options)
            if not left.isdisjoint(one.faults)
            and not any(_overlap(one.candidate, other) for other in used)
        ]
        if not fits:
            break
        best = options[min(fits)[1]]
        chosen.append(best)
        used.append(best.candidate)
        left -= best.faults.keys()
    return chosen


def _worth(one: Noticing, left: Collection[str]) -> tuple[float, int, int]:
    """The less the better."""
    found = one.candidate
    new = sum(fault in left for fault in one.faults)
    return 0.5 * found.rank - min(new, 6), found.rank, len(found.says)


def _overlap(one: Candidate, other: Candidate) -> bool:
    if one.point.file != other.point.file:
        return False
    if one.point.number == other.point.number and one.point.kind in ("bare", "asserted"):
        return True
    if one.key == other.key:
        return True
    if one.point.number == other.point.number and one.point.kind == "raises":
        return not one.point.name
    return any(a.start < b.end and b.start < a.end for a in one.edits for b in other.edits)


def layers(chosen: Iterable[Candidate]) -> list[list[Candidate]]:
    """The candidates in as few groups as can be, none with two of one function: in each, every
    test function has one change at the most, so that each is proven by itself.
    """
    found: list[list[Candidate]] = []
    for one in chosen:
        for layer in found:
            if all(other.point.place != one.point.place for other in layer):
                layer.append(one)
                break
        else:
            found.append([one])
    return found
