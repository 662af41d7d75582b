"""Put a mutant into a running process: the live functions get the mutated code object."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache
from os.path import realpath as _realpath
from types import AsyncGeneratorType, CodeType, CoroutineType, FunctionType, GeneratorType
from typing import Any

from .units import nested_codes, pairs

Place = tuple[str, int]
Swapped = list[tuple[FunctionType, CodeType]]


_BESIDE = frozenset({"<lambda>", "__annotate__"})
"""Functions that may begin on the line where another one does: in its decorators and defaults,
and what evaluates its annotations."""


class Unswappable(Exception):
    """This function can't be swapped safely here; the message says why."""


class LiveFunctions:
    """All function objects of project files that exist once the suite is collected."""

    def __init__(self, is_project: Callable[[str], bool]) -> None:
        self._functions: dict[Place, list[FunctionType]] = {}
        self._suspended: set[tuple[Place, str]] = set()
        for thing in gc.get_objects():
            kind = type(thing)
            if kind is FunctionType:
                if is_project(thing.__code__.co_filename):
                    self._functions.setdefault(place_of(thing.__code__), []).append(thing)
            elif kind in (GeneratorType, CoroutineType, AsyncGeneratorType):
                code = suspended_code(thing)
                if code is not None and is_project(code.co_filename):
                    self._suspended.add((place_of(code), code.co_name))

    def codes(self) -> list[CodeType]:
        """The code objects of all those functions."""
        return [f.__code__ for functions in self._functions.values() for f in functions]

    def of(self, code: CodeType) -> list[FunctionType]:
        """The functions that were made from exactly this code."""
        found = self._functions.get(place_of(code), ())
        return [function for function in found if function.__code__ == code]

    def at(self, place: Place) -> list[FunctionType]:
        """The functions that begin at this file and line."""
        return list(self._functions.get(place, ()))

    def swap(self, original: CodeType, armed: CodeType) -> Swapped:
        """Swap every live function that was made from ``original`` or from a function nested
        in it; returns them with the code that they had. Raises Unswappable, before anything is
        changed, when a live function differs from its source, when free variables don't fit, or
        when a generator of it is suspended.
        """
        inside = tuple(nested_codes(original))
        partner = {id(before): after for before, after in pairs(original, armed)}
        planned: list[tuple[FunctionType, CodeType]] = []
        before_swap: Swapped = []
        for before, after in pairs(original, original):
            place = place_of(before)
            if (place, before.co_name) in self._suspended:
                raise Unswappable("a generator of it was suspended when the trials began")
            for function in self._functions.get(place, ()):
                live = function.__code__
                if live != before:
                    # Whatever else comes from this place, such as a copy under another name,
                    # may be what the tests call.
                    beside = live.co_name in _BESIDE and live.co_name != before.co_name
                    if beside or live in inside:
                        continue
                    raise Unswappable("the function in memory differs from its source")
                if id(before) not in partner:
                    raise Unswappable("the mutant does away with a function that exists")
                after = partner[id(before)]
                if live.co_freevars != after.co_freevars:
                    raise Unswappable("its free variables change")
                planned.append((function, after))
                before_swap.append((function, live))
        restore(planned)
        return before_swap


def restore(codes: Swapped) -> None:
    """Give each function the code that stands beside it."""
    for function, code in codes:
        function.__code__ = code


def place_of(code: CodeType) -> Place:
    """The file and line that a code object comes from. A copy keeps them, whatever its name."""
    return _real(code.co_filename), code.co_firstlineno


@cache
def _real(path: str) -> str:
    return _realpath(path)


def suspended_code(thing: Any) -> CodeType | None:
    """The code of a generator, coroutine or asynchronous generator that has begun."""
    for code_name, frame_name in (
        ("gi_code", "gi_frame"),
        ("cr_code", "cr_frame"),
        ("ag_code", "ag_frame"),
    ):
        if hasattr(thing, code_name):
            code = getattr(thing, code_name)
            return code if getattr(thing, frame_name) is not None else None
    return None
