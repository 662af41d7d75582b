"""A test file that shows what it sees: calls of a recorder at its points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from refute.suggestions.values import Edit, Point, TestFile

_AROUND = {
    "bare": "__refute_see__",
    "assigned": "__refute_see__",
    "asserted": "__refute_see__",
    "raises": "__refute_raises__",
    "raises_call": "__refute_raiser__",
}


@dataclass(frozen=True, slots=True)
class Clash(Exception):
    """Two edits change the same characters."""

    at: int


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with these edits in it. Insertions at one place come in the order given. Raises
    Clash where two overlap.
    """
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        if edit.start < done:
            raise Clash(edit.start)
        parts += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*parts, text[done:]])


def instrumented(file: TestFile) -> bytes:
    """The file's content with a call of the recorder at each point."""
    newline = file.manners.newline
    edits = [edit for point in file.points for edit in _calls(point, newline)]
    return edited(file.text, edits).encode(file.encoding)


def _calls(point: Point, newline: str) -> list[Edit]:
    if point.kind == "patch":
        # There is no value to be seen.
        return []
    if point.kind == "state":
        readers = ", ".join(f"{name!r}: lambda: {name}" for name in point.names)
        call = f"__refute_state__({point.number}, {{{readers}}})"
        return [Edit(point.after, point.after, f"{newline}{point.indent}{call}")]
    around = f"{_AROUND[point.kind]}({point.number}, "
    return [
        Edit(point.start, point.start, around),
        Edit(point.end, point.end, ")"),
    ]
