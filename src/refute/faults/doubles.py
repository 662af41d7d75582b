"""Double faults, made from the calls that project code was seen to make on test doubles.

One place is a call of the project's and one argument of it, or what it gets back; the kinds of
value seen there say which changes make sense.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from refute.faults.double import RETURNS, DoubleFault
from refute.observed import Argument, Call, Double, DoubleKind, Observed, Site
from refute_child.perturb import Step, parts, perturb_value

ARGUMENT_CHANGES = 2
"""Changes of one argument at most."""
SITE_FAULTS = 30
"""Faults at one call at most."""

_ARGUMENTS = {
    "str": "typo",
    "bytes": "typo",
    "int": "other_value",
    "float": "other_value",
    "bool": "other_value",
    "none": "other_value",
    "object": "none",
    "mock": "none",
    "set": "emptied",
}
_RESULTS = {
    "str": "emptied",
    "bytes": "emptied",
    "list": "emptied",
    "tuple": "emptied",
    "dict": "emptied",
    "set": "emptied",
    "int": "other_value",
    "float": "other_value",
    "bool": "other_value",
    "object": "none",
    # What would fail does not.
    "raises": "none",
}
_COLLECTIONS = frozenset({"list", "tuple", "dict"})
_EMPTY = {
    "str": "''",
    "bytes": "b''",
    "list": "[]",
    "tuple": "()",
    "dict": "{}",
    "set": "set()",
}
_LENIENT = frozenset({DoubleKind.MOCK, DoubleKind.ASYNC_MOCK})
"""Doubles that take a call without one of its arguments."""
_INJECTED = "RuntimeError('injected by refute')"
_MASK = "***"
_CUT = ("…", _MASK)
"""Signs of a text that was shortened, or of which something was hidden."""


@dataclass(frozen=True, slots=True)
class _Change:
    """One change of a place, with the value that was seen and what it becomes."""

    path: str
    change: str
    original: str
    replacement: str


@dataclass(slots=True)
class _Found:
    """All that was seen at one call."""

    methods: Counter[str] = field(default_factory=Counter)
    targets: Counter[str] = field(default_factory=Counter)
    #: By path and change: the first one seen, and the tests in which it makes a difference.
    changes: dict[tuple[str, str], tuple[_Change, set[int]]] = field(default_factory=dict)


def make_double_faults(
    observed: Observed, units: Mapping[Site, tuple[str, int]]
) -> tuple[DoubleFault, ...]:
    """The faults at all doubles that project code calls, in order of their places.

    ``units`` gives the outermost function, by name and line, around each call; a call that is
    missing there runs at import. A fault's tests are those in which a double is called there
    with a value that the change applies to.
    """
    sites: dict[Site, _Found] = {}
    for test in sorted(observed.tests):
        for double in observed.tests[test].doubles:
            for call in double.calls:
                _note(sites.setdefault(call.site, _Found()), test, double, call)
    faults: list[DoubleFault] = []
    counts: Counter[tuple[str, ...]] = Counter()
    for site in sorted(sites, key=_place):
        found = sites[site]
        method, target = _commonest(found.methods), _commonest(found.targets)
        unit, unit_line = units.get(site, (None, 0))
        for change, tests in _chosen(found):
            identity = (site.file, site.function, method, change.path, change.change)
            counts[identity] += 1
            faults.append(
                DoubleFault(
                    id=_hash(identity, counts[identity]),
                    site=site,
                    target=target,
                    method=method,
                    path=change.path,
                    change=change.change,
                    original=change.original,
                    replacement=change.replacement,
                    tests=tuple(sorted(tests)),
                    unit=unit,
                    unit_line=unit_line,
                )
            )
    return tuple(faults)


def _note(found: _Found, test: int, double: Double, call: Call) -> None:
    found.methods[call.method] += 1
    # The name of a class of the tests' own is as good as a target; those of mocks hold lines.
    name = double.target or (double.name if double.kind is DoubleKind.OBJECT else "")
    if name:
        found.targets[name] += 1
    for change in (*_of_result(call), *_of_arguments(double, call)):
        key = (change.path, change.change)
        first, tests = found.changes.setdefault(key, (change, set()))
        tests.add(test)
        if _MASK in first.original and _MASK not in change.original:
            # A reader sees more in a value of which nothing is hidden.
            found.changes[key] = (change, tests)


def _of_result(call: Call) -> Iterator[_Change]:
    yield _Change(RETURNS, "raises", call.returned, _INJECTED)
    change = _RESULTS.get(call.result)
    if change is not None and not (change == "emptied" and _is_empty(call.result, call.returned)):
        replacement = _becomes(call.result, call.returned, change)
        yield _Change(RETURNS, change, call.returned, replacement)


def _of_arguments(double: Double, call: Call) -> Iterator[_Change]:
    steps = {argument.path: parts(argument.path) for argument in call.arguments}
    last: dict[tuple[Step, ...], str] = {}
    top = 0
    for argument in call.arguments:
        way = steps[argument.path]
        if way is not None and len(way) > 1:
            last[way[:-1]] = argument.path
        top += way is not None and len(way) == 1
    for argument in call.arguments:
        way = steps[argument.path]
        if way is None:
            continue
        yield from _of_value(argument, seen_inside=way in last)
        keyword = len(way) == 1 and isinstance(way[0], str)
        if (keyword and top > 1 and double.kind in _LENIENT) or (
            len(way) > 1 and last[way[:-1]] == argument.path
        ):
            yield _Change(argument.path, "dropped", argument.shown, "")


def _of_value(argument: Argument, seen_inside: bool) -> Iterator[_Change]:
    """The change of one value; collections whose content was seen are changed by that."""
    change = _ARGUMENTS.get(argument.kind)
    if argument.kind in _COLLECTIONS and not seen_inside:
        change = "emptied"
    if change is None or (change == "emptied" and _is_empty(argument.kind, argument.shown)):
        return
    replacement = _becomes(argument.kind, argument.shown, change)
    yield _Change(argument.path, change, argument.shown, replacement)


def _becomes(kind: str, shown: str, change: str) -> str:
    """What a value becomes, as text."""
    if change == "none":
        return "None"
    if change == "emptied":
        return _EMPTY[kind]
    try:
        value, done = perturb_value(ast.literal_eval(shown), change)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        done = False
    # In a text that was shortened another word would be the longest.
    if not done or (change == "typo" and any(cut in shown for cut in _CUT)):
        return f"{shown}, with a typo" if change == "typo" else f"another value than {shown}"
    return repr(value)


def _is_empty(kind: str, shown: str) -> bool:
    return shown in (_EMPTY[kind], "frozenset()")


def _chosen(found: _Found) -> list[tuple[_Change, set[int]]]:
    """The changes that are tried: what comes back first, then each argument's first change,
    then their second ones."""
    ranks: Counter[str] = Counter()
    ranked: list[tuple[int, _Change, set[int]]] = []
    for change, tests in found.changes.values():
        if change.path == RETURNS:
            ranked.append((0, change, tests))
            continue
        ranks[change.path] += 1
        if ranks[change.path] <= ARGUMENT_CHANGES:
            ranked.append((ranks[change.path], change, tests))
    ranked.sort(key=lambda item: item[0])
    return [(change, tests) for _, change, tests in ranked[:SITE_FAULTS]]


def _commonest(words: Counter[str]) -> str:
    return min(words, key=lambda word: (-words[word], word), default="")


def _place(site: Site) -> tuple[str, int, int, int, int]:
    return site.file, site.line, site.column, site.end_line, site.end_column


def _hash(identity: tuple[str, ...], ordinal: int) -> str:
    text = "\0".join([*identity, str(ordinal)])
    return "d-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
