"""The map of boundaries: project code, its doubles, the real things, and the tests between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from refute.judgement import AIM, MergedDouble, Theatre
from refute.report.html.sets import TestSets

KINDS = ("process", "fork", "connect", "listen", "database", "write", "delete")
"""First words of what is really crossed."""


def reality(found: Theatre | None, passed: int, sets: TestSets) -> dict[str, Any] | None:
    """The map, its lines one by one, and the pyramid; None when nobody judged tests."""
    if found is None:
        return None
    pyramid = found.pyramid
    return {
        "links": [
            one | {"tests": len(one["tests"]), "set": sets.numbered(one["tests"])}
            for one in links(found)
        ],
        "lines": [
            {
                "file": one.file,
                "line": one.line,
                "what": list(one.what),
                "really": sets.numbered(one.really),
                "doubled": sets.numbered(one.doubled),
                "neither": one.neither,
            }
            for one in found.boundaries
        ],
        "tests": passed,
        "pyramid": [
            {"name": "end to end", "tests": pyramid.end_to_end, "aim": AIM[2]},
            {"name": "integration", "tests": pyramid.integration, "aim": AIM[1]},
            {"name": "unit", "tests": pyramid.unit, "aim": AIM[0]},
        ],
    }


def links(found: Theatre) -> list[dict[str, Any]]:
    """Who goes from which file to which double or real thing: tests by position, most first.

    A line knows which tests reach it through a double, not through which one, where several
    stand there: those of its doubles count that the test uses at all.
    """
    tests: defaultdict[tuple[str, str, str, bool], set[int]] = defaultdict(set)
    for one in found.boundaries:
        for what in one.what:
            double = _double_of(what, found.doubles)
            if one.really and _is_real(what) and (double is None or not one.doubled):
                tests[one.file, what, "", True].update(one.really)
            elif one.doubled:
                name, id = (what, "") if double is None else (double.shown, double.id)
                used = set(one.doubled) if double is None else {*one.doubled} & {*double.tests}
                tests[one.file, name, id, False].update(used or one.doubled)
    made: list[dict[str, Any]] = [
        {"file": file, "name": name, "double": id, "real": real, "tests": sorted(members)}
        for (file, name, id, real), members in tests.items()
    ]
    return sorted(made, key=lambda one: (-len(one["tests"]), one["file"], one["name"]))


def _is_real(what: str) -> bool:
    return what.partition(" ")[0] in KINDS


def _double_of(what: str, doubles: Iterable[MergedDouble]) -> MergedDouble | None:
    """The double that a line's words name: itself, or what is called on it."""
    fits: Mapping[int, MergedDouble] = {
        len(one.shown): one
        for one in doubles
        if what == one.shown or what.startswith((f"{one.shown}.", f"{one.shown}("))
    }
    return fits[max(fits)] if fits else None
