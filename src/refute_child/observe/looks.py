"""What the tests themselves do with mocks: look at how they were called, arrange what they give."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial, wraps
from threading import get_ident as _get_ident
from types import FrameType, FunctionType
from typing import Any

from .audits import identity
from .records import Book, Info
from .sides import TEST

Root = Callable[[Any], tuple[Any, list[str], Info]]

LOOKS = (
    "called", "call_count", "call_args", "call_args_list", "mock_calls",
    "await_count", "await_args", "await_args_list",
)  # fmt: skip
"""Attributes of mocks that say how they were called."""
_getframe = sys._getframe
_MISSING = object()
_undo: list[tuple[type, str, object]] = []
_setattr = setattr
_get: Any = object.__getattribute__


def hook(kind: type, name: str, around: Callable[[Any], Any]) -> None:
    """Put what ``around`` makes of a class's method in the method's place."""
    original = vars(kind)[name]
    put(kind, name, wraps(original)(around(original)))


def put(kind: type, name: str, value: object) -> None:
    """Put something into a class, to be taken out by ``unhook``."""
    _undo.append((kind, name, vars(kind).get(name, _MISSING)))
    _setattr(kind, name, value)


def unhook() -> None:
    """Leave all classes as they were before the first hook."""
    while _undo:
        kind, name, original = _undo.pop()
        if original is _MISSING:
            delattr(kind, name)
        else:
            _setattr(kind, name, original)


class Looks:
    """Hooks that note the tests' own dealings with mocks; ``root`` finds the root of one."""

    def __init__(self, book: Book, names: dict[str, Any], root: Root) -> None:
        self._book = book
        self._names = names
        self._root = root
        #: The thread in which a mock counts a call just now, and reads all of these for it: then
        #: nobody needs to be asked who reads.
        self._counting = [0]

    def install_count(self, kind: type) -> None:
        """Put the hook into the class of mocks that counts calls, for the life of this process."""
        hook(kind, "_increment_mock_call", self._around_count)

    def install(self, kind: type) -> None:
        """Put the hooks into a class of mocks, for the life of this process."""
        for name, found in list(vars(kind).items()):
            if name.startswith("assert_") and type(found) is FunctionType:
                hook(kind, name, partial(self._around_assertion, name))
            elif name in LOOKS and type(found) is property:
                put(kind, name, self._property(name, found))
            elif name in ("return_value", "side_effect") and type(found) is property:
                put(kind, name, self._arranging(name, found))
        if "return_value" in vars(kind):
            # It lies in each mock's dictionary; a property goes first.
            put(kind, "method_calls", self._property("method_calls", _METHOD_CALLS))

    def _around_assertion(self, name: str, original: Any) -> Any:
        def assertion(mock: Any, /, *args: Any, **kwargs: Any) -> Any:
            self._book.safely(self._looked, mock, name, _getframe(1))
            return original(mock, *args, **kwargs)

        return assertion

    def _around_count(self, original: Any) -> Any:
        counting = self._counting

        def _increment_mock_call(mock: Any, /, *args: Any, **kwargs: Any) -> Any:
            counting[0] = _get_ident()
            try:
                return original(mock, *args, **kwargs)
            finally:
                counting[0] = 0

        return _increment_mock_call

    def _property(self, name: str, found: property) -> property:
        names, book, fget = self._names, self._book, found.fget
        assert fget is not None

        kept = f"_mock_{name}" if name != "method_calls" else name

        counting = self._counting

        def get(mock: Any) -> Any:
            if counting[0] != _get_ident():
                frame = _getframe(1)
                if frame.f_globals is not names and (identity(mock), name) not in book.looked:
                    book.looked.add((identity(mock), name))
                    book.safely(self._looked, mock, name, frame)
            # Mocks read these all the time themselves: what the original does, without it.
            own = _get(mock, "__dict__")
            if own.get("_mock_delegate", mock) is None and kept in own:
                return own[kept]
            return fget(mock)

        return property(get, found.fset, found.fdel, found.__doc__)

    def _looked(self, mock: Any, name: str, frame: FrameType | None) -> None:
        book = self._book
        if not book.active:
            return
        # Functions with a mock behind them hand their assertions on, and some assertions use
        # others; the test looked at the first alone.
        while frame is not None and frame.f_globals is self._names:
            code = frame.f_code
            if code.co_name.startswith("assert_") and code.co_varnames[:1] == ("self",):
                return
            frame = frame.f_back
        if frame is not None and book.sides[frame.f_code.co_filename] == TEST:
            root, _, info = self._root(mock)
            record = book.record(root, info)
            if record is not None:
                record.looked[name] = None

    def _arranging(self, name: str, found: property) -> property:
        fset = found.fset
        assert fset is not None

        def arrange(mock: Any, value: Any) -> None:
            fset(mock, value)
            if self._book.active and (value is not None or name == "return_value"):
                self._book.safely(self._arranged, mock, name, _getframe(1))

        return property(found.fget, arrange, found.fdel, found.__doc__)

    def _arranged(self, mock: Any, name: str, frame: FrameType) -> None:
        """The return value or side effect was set, by the tests or by mocks themselves."""
        book, behind, code = self._book, frame, frame.f_code
        while code.co_name == "__setattr__" and behind.f_back is not None:
            behind = behind.f_back
            code = behind.f_code
        if behind.f_globals is self._names and code.co_name != "configure_mock":
            return
        place = book.sides.place(behind)
        if book.is_own(place):
            book.arranged[identity(mock), name] = mock


def _get_method_calls(mock: Any) -> Any:
    return _get(mock, "__dict__")["method_calls"]


def _set_method_calls(mock: Any, value: Any) -> None:
    _get(mock, "__dict__")["method_calls"] = value


_METHOD_CALLS = property(_get_method_calls, _set_method_calls)
