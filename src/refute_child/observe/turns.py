"""How often a place that calls the same function again and again is looked at in one test."""

from __future__ import annotations

from inspect import CO_VARARGS, CO_VARKEYWORDS
from types import CodeType, FrameType

from .audits import identity
from .frames import in_class
from .sides import PROJECT, Sides

_ENOUGH = 200
"""Calls at one place in one test after which no more of them are looked at."""
_SOON_ENOUGH = 20
"""The same for functions that are handed nothing, so that all calls are alike."""
_TOO_MANY = 1000
"""Further calls at one place after which a function is left alone for the rest of the test."""


class Turns:
    """Counts the calls of functions at each place: a fake clock may be read a hundred thousand
    times.
    """

    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        #: How many calls of each function, at each place of a caller, are still to be looked at,
        #: below zero those that came after; None where it is none of the project's.
        self._left: dict[tuple[int, int, int, int | None], int | None] = {}

    def begin(self) -> None:
        """Forget the test before."""
        self._left.clear()

    def next(self, code: CodeType, caller: FrameType) -> bool | None:
        """Whether the project calls the function here, and has not done so too often. None when
        there is no need to be told of the function any more in this test.
        """
        # To ask for the caller's code is an audited event, and takes as long as all of this.
        names = identity(caller.f_globals)
        place = (identity(code), names, caller.f_lasti, caller.f_lineno)
        if place not in self._left:
            self._left[place] = self._turns(code, caller)
        left = self._left[place]
        if left is None:
            return False
        self._left[place] = left - 1
        return left > 0 or (False if left > -_TOO_MANY else None)

    def _turns(self, code: CodeType, caller: FrameType) -> int | None:
        if self._sides[caller.f_code.co_filename] != PROJECT:
            return None
        handed_nothing = code.co_argcount + code.co_kwonlyargcount <= in_class(code)
        alike = handed_nothing and not code.co_flags & (CO_VARARGS | CO_VARKEYWORDS)
        return _SOON_ENOUGH if alike else _ENOUGH
