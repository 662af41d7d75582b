"""Test doubles, each merged over all tests that use it, with what they let through."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from refute.observed import Double, DoubleKind, Observed, Site
from refute.strength import Matrix
from refute.theatre.chances import Chances
from refute.theatre.identity import double_id
from refute.theatre.places import BlindPlace
from refute.theatre.raising import MergedRaise
from refute.theatre.swallowed import Trace
from refute.theatre.wanted import noticed


@dataclass(frozen=True, slots=True)
class MergedLie:
    """Something that a double does and the real object could not, with all who arranged it."""

    kind: str
    message: str
    #: The line of the tests that made it; 0 unknown.
    file: str
    line: int
    tests: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MergedDouble:
    """One double of the suite."""

    #: ``w-`` and a hash of what it replaces, or of its name and file.
    id: str
    #: What it replaces, as a dotted path; empty where that is not known.
    target: str
    name: str
    kind: DoubleKind
    #: True when it has a spec wherever it is made.
    spec: bool
    #: Where it is made first, in the order of the tests.
    file: str
    line: int
    tests: tuple[int, ...]
    #: Calls that project code makes on it, alike ones in one test counted once.
    calls: int
    #: Ids of its places that are blind.
    blind_places: tuple[str, ...]
    #: Ids of the surviving mutants that changed what it received.
    swallowed: tuple[str, ...]
    lies: tuple[MergedLie, ...]
    #: Arguments that it is handed: places tried, and those that some test notices.
    arguments: int
    arguments_noticed: int
    #: What it raises, as far as the real one is the project's.
    raises: tuple[MergedRaise, ...] = ()

    @property
    def by_file(self) -> tuple[tuple[MergedLie, int], ...]:
        """The lies, those once that tests of one file repeat line by line: the first, and on how
        many more lines.
        """
        groups: dict[tuple[str, str, str], list[MergedLie]] = {}
        for lie in self.lies:
            groups.setdefault((lie.kind, lie.message, lie.file), []).append(lie)
        return tuple((group[0], len(group) - 1) for group in groups.values())

    @property
    def shown(self) -> str:
        """The double as a reader knows it."""
        return self.target or self.name or "a double"


def merge_doubles(
    observed: Observed,
    chances: Chances,
    matrix: Matrix,
    blind: Sequence[BlindPlace],
    swallowed: Mapping[str, tuple[str, ...]],
    raises: Mapping[str, tuple[MergedRaise, ...]],
) -> tuple[MergedDouble, ...]:
    """All doubles, those that swallow most first.

    ``swallowed`` has the ids of survivors by the id of the double, ``raises`` what was found
    out of the exceptions that it raises.
    """
    groups: dict[str, list[tuple[int, Double]]] = {}
    for test, seen in sorted(observed.tests.items()):
        for double in seen.doubles:
            groups.setdefault(double_id(double), []).append((test, double))
    blind_ids = {place.id for place in blind}
    at_site: defaultdict[Site, list[str]] = defaultdict(list)
    verdicts: dict[str, tuple[bool, bool]] = {}
    for place in chances.places:
        at_site[place.site].append(place.id)
        notices = [
            matrix.of(fault.id, test)
            for fault in place.faults
            for test in chances.tests_of.get(fault.id, ())
        ]
        verdicts[place.id] = (any(n is not None for n in notices), any(map(noticed, notices)))
    found: list[MergedDouble] = []
    for id, members in groups.items():
        first = members[0][1]
        sites = dict.fromkeys(call.site for _, one in members for call in one.calls)
        places = [place for site in sites for place in at_site[site]]
        found.append(
            MergedDouble(
                id=id,
                target=first.target,
                name=first.name,
                kind=Counter(one.kind for _, one in members).most_common(1)[0][0],
                spec=all(one.spec for _, one in members),
                file=first.file,
                line=first.line,
                tests=tuple(sorted({test for test, _ in members})),
                calls=sum(len(one.calls) for _, one in members),
                blind_places=tuple(place for place in places if place in blind_ids),
                swallowed=swallowed.get(id, ()),
                lies=_lies(members),
                arguments=sum(verdicts[place][0] for place in places),
                arguments_noticed=sum(verdicts[place][1] for place in places),
                raises=raises.get(id, ()),
            )
        )
    return _ordered(found)


def _ordered(doubles: Iterable[MergedDouble]) -> tuple[MergedDouble, ...]:
    return tuple(
        sorted(doubles, key=lambda one: (-len(one.swallowed), -len(one.blind_places), one.shown))
    )


def with_hidden(
    doubles: Sequence[MergedDouble],
    traces: Iterable[Trace],
    swallowed: Mapping[str, tuple[str, ...]],
) -> tuple[MergedDouble, ...]:
    """The doubles, and those that project code never calls itself: a library does, on its way
    out. They are known by what they swallowed alone.
    """
    known = {one.id for one in doubles}
    hidden: dict[str, MergedDouble] = {}
    for trace in traces:
        change = trace.change
        if change is None or change.double not in swallowed or change.double in known:
            continue
        one = hidden.get(change.double)
        tests = {*trace.tests, *(one.tests if one is not None else ())}
        hidden[change.double] = MergedDouble(
            id=change.double,
            target="",
            name=change.name,
            kind=DoubleKind.OBJECT,
            spec=False,
            file="",
            line=0,
            tests=tuple(sorted(tests)),
            calls=0,
            blind_places=(),
            swallowed=swallowed[change.double],
            lies=(),
            arguments=0,
            arguments_noticed=0,
        )
    return _ordered([*doubles, *hidden.values()])


def _lies(members: Iterable[tuple[int, Double]]) -> tuple[MergedLie, ...]:
    told: defaultdict[tuple[str, str, str, int], set[int]] = defaultdict(set)
    made: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for test, double in members:
        made[double.file, double.line].add(test)
        for lie in double.lies:
            told[lie.kind, lie.message, double.file, double.line].add(test)
    return tuple(
        MergedLie(kind, message, file, line, tuple(sorted(tests)))
        for (kind, message, file, line), tests in sorted(told.items())
        # What a shared fixture puts in place is used if one of its tests uses it.
        if kind != "unused" or tests == made[file, line]
    )
