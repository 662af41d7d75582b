"""Arguments that nobody looks at, tests that are deaf to their doubles, idle arrangements."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from refute.faults.double import DoubleFault
from refute.observed import Double, Observed
from refute.strength import Matrix, Pair
from refute.theatre.chances import Chances, Place
from refute.theatre.steady import steady, steady_change
from refute.theatre.wanted import noticed

DEAF_FROM = 5
"""Argument places that a test's doubles must receive before its deafness is worth a word."""

_USUAL = ("False", "None")
"""Values that a call without the argument mostly gets, too: without it nothing may be wrong."""

_TELLING = ("typo", "dropped", "other_value", "emptied", "none", "other_type")
"""Kinds of change, the one that shows best what would pass first."""


_LOGS = re.compile(
    r"(?:^|[._])(?:log|logger|logging)(?:\(\))?"
    r"\.(?:debug|info|warn(?:ing)?|error|exception|critical|log|trace|success|fatal)$"
    r"|^warnings\.warn$",
    re.IGNORECASE,
)
"""Calls that write to a log, as the rule ``logging`` knows them."""


@dataclass(frozen=True, slots=True)
class BlindPlace:
    """A call of the project's and one argument of it, of which no test notices a change."""

    #: ``p-`` and a short hash, unchanged by edits elsewhere; ``call`` is shared by all
    #: arguments of the call.
    id: str
    call: str
    file: str
    line: int
    function: str
    #: The argument's way from the call: ``0[1]``, ``namespace``.
    argument: str
    #: What the doubles called there replace; empty where that is not known.
    target: str
    #: Indices of the tests that receive the call; all were tried.
    tests: tuple[int, ...]
    #: ``before -> after``: a bug that would pass.
    example: str
    #: Ids of the double faults that nobody noticed, the most telling first.
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeafTest:
    """A test that notices no change of any argument that its doubles receive."""

    test: int
    #: Ids of the places.
    places: tuple[str, ...]
    #: A fault to show it by.
    fault: str


@dataclass(frozen=True, slots=True)
class UnreadArrangement:
    """A return value or side effect that tests configure, and that the project never uses."""

    #: What is arranged, in words, and for which double.
    what: str
    double: str
    #: Where the double is made.
    file: str
    line: int
    tests: tuple[int, ...]


def blind_places(
    chances: Chances, matrix: Matrix, observed: Observed, *, asked: bool = True
) -> tuple[BlindPlace, ...]:
    """The places of which every change was tried on every test that receives it, unnoticed, and
    one on each test for which something real is called there (see ``Place.others``), unless
    those have not been ``asked`` yet.

    What is written to a log is none: hardly anybody asserts on it, and nobody should have to.
    """
    found: list[BlindPlace] = []
    for place in chances.places:
        if writes_log(place):
            continue
        pairs = [
            (fault.id, test)
            for fault in place.faults
            for test in chances.tests_of.get(fault.id, ())
            if (fault.id, test) not in matrix.void
        ]
        notices = [matrix.of(*pair) for pair in pairs]
        if not pairs or any(one is None or noticed(one) for one in notices):
            continue
        tried = {id for id, _ in pairs}
        faults = telling(fault for fault in place.faults if fault.id in tried)
        if asked and (seen_by_others(place, matrix) or to_others(place, matrix)):
            continue
        found.append(
            BlindPlace(
                id=place.id,
                call=place.call,
                file=place.site.file,
                line=place.site.line,
                function=place.site.function,
                argument=place.path,
                target=place.target,
                tests=tuple(sorted({test for _, test in pairs})),
                example=_example(place, faults[0], observed),
                faults=tuple(fault.id for fault in faults),
            )
        )
    return tuple(found)


def writes_log(place: Place) -> bool:
    """Tell whether the call writes to a log: what it says is for people, and rarely looked at."""
    return _LOGS.search(place.target) is not None


def telling(faults: Iterable[DoubleFault]) -> list[DoubleFault]:
    """Faults of one place, the one that shows best what would pass first."""
    return sorted(faults, key=lambda one: (_worth(one), one.id))


def seen_by_others(place: Place, matrix: Matrix) -> bool:
    """Tell whether a test for which something real is called there noticed a change."""
    return any(noticed(matrix.of(one.id, test)) for one in place.faults for test in place.others)


def to_others(place: Place, matrix: Matrix, tests: Iterable[int] | None = None) -> list[Pair]:
    """What has to be run to know: the most telling change, put before each of those tests, or
    before these of them alone.
    """
    fault = telling(place.faults)[0].id
    return [
        (fault, test)
        for test in (sorted(place.others) if tests is None else tests)
        if matrix.of(fault, test) is None and (fault, test) not in matrix.void
    ]


def _worth(fault: DoubleFault) -> float:
    if fault.change == "dropped" and fault.original in _USUAL:
        return _TELLING.index("other_value") + 0.5
    return _TELLING.index(fault.change) if fault.change in _TELLING else len(_TELLING)


def _example(place: Place, fault: DoubleFault, observed: Observed) -> str:
    """The change in a few words; an element is shown within its list or tuple."""
    original, after = steady_change(
        fault.original, "" if fault.change == "dropped" else fault.replacement
    )
    if original in _SECRETS:
        # Both would be the same mask.
        original, after = "a secret", "another" if fault.change in _VALUES else after
    element = re.fullmatch(r"(.*)\[(\d+)\]", fault.path)
    if element is not None:
        siblings = _siblings(place, fault, element[1], observed)
        position = int(element[2])
        if position in siblings:
            before = [original if n == position else siblings[n] for n in sorted(siblings)]
            change = [after if n == position else siblings[n] for n in sorted(siblings)]
            return f"[{', '.join(before)}] -> [{', '.join(one for one in change if one)}]"
    name = "" if fault.path.isdigit() else f"{fault.path}="
    return f"{name}{original} -> " + (f"{name}{after}" if after else "dropped")


_SECRETS = frozenset({"***", "'***'", "b'***'"})
"""How a value is shown of which nothing is told."""
_VALUES = frozenset({"typo", "other_value"})
"""Changes to another value of the same type."""


def _siblings(place: Place, fault: DoubleFault, parent: str, observed: Observed) -> dict[int, str]:
    """The elements of the list that the fault changes, as the first of its tests sent it."""
    pattern = re.compile(re.escape(parent) + r"\[(\d+)\]")
    for test in fault.tests[:1]:
        seen = observed.tests.get(test)
        for double in seen.doubles if seen is not None else ():
            for call in double.calls:
                if call.site == place.site and call.method == fault.method:
                    matches = ((pattern.fullmatch(one.path), one) for one in call.arguments)
                    return {int(match[1]): steady(one.shown) for match, one in matches if match}
    return {}


def deaf_tests(chances: Chances, matrix: Matrix) -> tuple[DeafTest, ...]:
    """Tests whose doubles receive five or more arguments, all tried, and none noticed."""
    logs = {place.id for place in chances.places if writes_log(place)}
    found: list[DeafTest] = []
    for test, exposure in chances.by_test.items():
        heard: list[str] = []
        tried: list[str] = []
        for place, faults in exposure.places.items():
            if place in logs:
                continue
            known = [id for id in faults if (id, test) not in matrix.void]
            notices = [matrix.of(id, test) for id in known]
            if any(one is None or noticed(one) for one in notices):
                break
            if known and place not in logs:
                heard.append(place)
                tried += known
        else:
            if len(heard) >= DEAF_FROM:
                found.append(DeafTest(test, tuple(heard), min(tried)))
    return tuple(found)


def unread_arrangements(observed: Observed) -> tuple[UnreadArrangement, ...]:
    """Arrangements that the project uses in none of the tests that make them.

    What a shared fixture arranges for many tests is read if one of them reads it.
    """
    made: defaultdict[tuple[str, str, int], set[int]] = defaultdict(set)
    unread: defaultdict[tuple[str, str, int], defaultdict[str, set[int]]]
    unread = defaultdict(lambda: defaultdict(set))
    for test, seen in sorted(observed.tests.items()):
        for double in seen.doubles:
            key = (shown(double), double.file, double.line)
            made[key].add(test)
            if not double.calls and not _NOBODY_CAME.isdisjoint(double.looked):
                continue  # the test asserts that nobody came: it is there in case somebody does
            for what in double.unread:
                unread[key][what].add(test)
    return tuple(
        UnreadArrangement(what, name, file, line, tuple(sorted(tests)))
        for (name, file, line), arrangements in sorted(unread.items())
        for what, tests in sorted(arrangements.items())
        if tests == made[name, file, line]
    )


_NOBODY_CAME = frozenset(
    {"assert_not_called", "assert_not_awaited", "called", "call_count", "mock_calls"}
)
"""What a test looks at to see that nobody called a double."""


def shown(double: Double) -> str:
    """A double as a reader knows it: by what it replaces, else by its name."""
    return double.target or double.name or "a double"


def calls_of(places: Sequence[BlindPlace]) -> list[list[BlindPlace]]:
    """Blind places by call, in the order in which the calls come."""
    groups: dict[str, list[BlindPlace]] = {}
    for place in places:
        groups.setdefault(place.call, []).append(place)
    return list(groups.values())
