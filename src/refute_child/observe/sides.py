"""Whose code a frame runs: the tests', the project's, a library's, or what is looked through."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from os.path import dirname as _dirname
from os.path import realpath as _realpath
from os.path import relpath as _relpath
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any

from _pytest import monkeypatch

from .reals import is_module, own_of

TEST, PROJECT, LIBRARY, CLEAR = range(4)
"""Sides of a file. CLEAR is machinery between who acts and what happens: ``unittest``,
``contextlib``, pytest's monkeypatch, pytest-mock, generated code, and this package."""

_OURS = _dirname(_dirname(__file__)) + os.sep
_CLEAR_FOLDERS = (_OURS, os.path.join(_dirname(os.__file__), "unittest") + os.sep)
_CLEAR_FILES = frozenset({contextlib.__file__, functools.__file__, monkeypatch.__file__})
_DEEPEST = 60
"""Frames that are looked at to find a place; tests under web frameworks are deep."""
_SIGNED = "_checksig_"
"""A name that only functions with the signature of what they stand for have in theirs."""
_DECORATED = {"patched": "func", "_inner": "f"}
"""Functions that ``unittest.mock`` puts around a decorated one, and their name for it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the tests (or, where none is near, of the project); path from the root."""

    file: str
    line: int
    code: CodeType | None


class Sides(dict[str, int]):
    """File name, as code objects carry it, -> its side; each is judged once."""

    def __init__(
        self, is_project: Callable[[str], bool], is_library: Callable[[str], bool], root: str
    ) -> None:
        super().__init__()
        self._is_project = is_project
        self._is_library = is_library
        self._root = _realpath(root)
        self._shown: dict[str, str] = {}

    def __missing__(self, name: str) -> int:
        if (
            name.startswith(("<", *_CLEAR_FOLDERS))
            or name in _CLEAR_FILES
            or "/pytest_mock/" in name
            or "/site-packages/mock/" in name
        ):
            side = CLEAR
        elif self._is_project(name):
            side = PROJECT
        else:
            side = LIBRARY if self._is_library(name) else TEST
        self[name] = side
        return side

    def relative(self, name: str) -> str:
        """The path of a file from the project's root, with slashes."""
        if name not in self._shown:
            self._shown[name] = _relpath(_realpath(name), self._root).replace(os.sep, "/")
        return self._shown[name]

    def home(self, kind: type) -> int:
        """The side of the file that a class says it is from; LIBRARY where there is none."""
        name = own_of(kind).get("__module__")
        module = sys.modules.get(name) if type(name) is str else None
        file = vars(module).get("__file__") if module is not None and is_module(module) else None
        return self[file] if type(file) is str else LIBRARY

    def caller(self, frame: FrameType | None) -> FrameType | None:
        """The frame that called a mock, given the one that seems to have done so.

        Looked through are functions that give a mock a real one's signature, and a
        ``__call__`` of the tests' own in a subclass of a mock.
        """
        while frame is not None:
            code = frame.f_code
            side = self[code.co_filename]
            through = side == TEST and code.co_name == "__call__"
            if side == CLEAR:
                through = _SIGNED in frame.f_globals or code.co_filename.startswith(_OURS)
            if not through:
                return frame
            frame = frame.f_back
        return None

    def place(self, frame: FrameType | None) -> Place | None:
        """Where in the tests something was done, seen from the frame that did it.

        None when a library did it for itself: its doubles are none of the tests'.
        """
        project: Place | None = None
        for _ in range(_DEEPEST):
            if frame is None:
                break
            code = frame.f_code
            side = self[code.co_filename]
            if side == TEST:
                return Place(self.relative(code.co_filename), frame.f_lineno, code)
            if side == CLEAR:
                function = _decorated(frame, code)
                if function is not None and self[function.co_filename] == TEST:
                    file = self.relative(function.co_filename)
                    return Place(file, function.co_firstlineno, function)
            elif side == PROJECT:
                project = project or Place(self.relative(code.co_filename), frame.f_lineno, code)
            elif project is None:
                return None
            frame = frame.f_back
        return project


def unwrapped(function: Any) -> CodeType | None:
    """The code of what is below all decorators that say what they wrap."""
    for _ in range(20):
        if type(function) in (MethodType, staticmethod, classmethod):
            function = function.__func__
        if type(function) is not FunctionType:
            return None
        inner = function.__dict__.get("__wrapped__")
        if inner is None:
            return function.__code__
        function = inner
    return None


def _decorated(frame: FrameType, code: CodeType) -> CodeType | None:
    """The function for which mock's decorator puts its doubles in place in this frame."""
    name = _DECORATED.get(code.co_name)
    if name is None or frame.f_globals.get("__name__") not in ("unittest.mock", "mock.mock"):
        return None
    return unwrapped(frame.f_locals.get(name))
