"""The real function, called for once: no call that leaves the project is made, and the
exception is raised in the place of some.

What is not called gives a blank, so that the function goes on. For a process of its own, which
ends when all is told.
"""

from __future__ import annotations

import dis
import os
import sys
from types import CoroutineType, FunctionType, GeneratorType, MethodType, NoneType
from typing import Any

from ..observe.reals import mro_of, own_of
from ..observe.shown import name_of
from ..swap import place_of
from .blank import Blank
from .culprits import TEXT_METHODS, Callee, judge, related
from .functions import Functions, Site

TICKS = 500
"""Starts of functions and turns of loops after which one call is given up."""
_RAISE = dis.opmap["RAISE_VARARGS"]
_WRITES = os.O_WRONLY | os.O_RDWR
_CROSSINGS = (
    "subprocess.",
    "socket.connect",
    "socket.bind",
    "socket.send",
    "socket.getaddrinfo",
    "sqlite3.connect",
    "shutil.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.kill",
)

_PLAIN = (list, tuple, dict, set, frozenset, str, bytes, int, float, bool, NoneType, range)

Record = dict[str, Any]
OUT, VALUE, OTHER, VOID = "out", "value", "other", "void"
"""How a call ended: the exception came out; a value; another exception; nothing was learnt."""
PROJECT = "project"


class _Stop(BaseException):
    """The call is given up; no handler of the project's is meant to take this."""


class Trying:
    """One call. ``raise_at`` are the calls in whose place ``error`` is raised."""

    def __init__(
        self, functions: Functions, error: BaseException, raise_at: frozenset[Site]
    ) -> None:
        self._functions = functions
        self._error = error
        self._raise_at = raise_at
        #: What was called at each call that was reached: a word for each different callee, and
        #: for the project's functions where they begin.
        self._reached: dict[Site, dict[tuple[str, str, int], None]] = {}
        self._thrown = False
        self._armed: dict[tuple[str, int], bool] = {}

    def run(self, function: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Record:
        """Call it; says how that ended, and which calls were reached."""
        if not self._arm(function):
            return {"ended": VOID, "why": "its code can't be changed while it runs"}
        sys.addaudithook(_guard)
        try:
            value = function(*args, **kwargs)
            if type(value) is CoroutineType:
                value = _driven(value)
            ended: Record = {"ended": VALUE, "what": _words(value)}
        except BaseException as raised:
            ended = self._raised(raised)
        trace = self._error.__traceback__
        if trace is not None:
            file, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
            ended["caught"] = [file, line, trace.tb_frame.f_code.co_firstlineno]
        ended["thrown"] = self._thrown
        ended["reached"] = [[*site, list(found)] for site, found in self._reached.items()]
        return ended

    def _raised(self, raised: BaseException) -> Record:
        if raised is self._error:
            return {"ended": OUT}
        if isinstance(raised, _Stop):
            return {"ended": VOID, "why": str(raised)}
        if not on_purpose(raised):
            # Blanks may have brought it about.
            return {"ended": VOID, "why": f"it ended in {name_of(type(raised))}"}
        if related(type(raised), type(self._error)):
            return {"ended": OUT}
        return {"ended": OTHER, "what": name_of(type(raised))}

    def at(self, path: str, callee: Any, span: Any) -> Any:
        """The hook at each call."""
        known = self._project(callee) or (_known(callee).value, "", 0)
        site = (path, span)
        if known[0] == Callee.CONSUMER.value:
            return lambda *args, **kwargs: self._consume(site, callee, args, kwargs)
        self._reached.setdefault(site, {})[known] = None
        if site in self._raise_at and known[0] != PROJECT:
            return self._throw
        if known[0] in (PROJECT, Callee.HARMLESS.value):
            return callee
        if known[0] == Callee.PURE.value:
            return lambda *args, **kwargs: _computed(callee, args, kwargs)
        return Blank()

    def _consume(
        self, site: Site, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """A call that goes through what it is handed: harmless, if that is nothing lazy."""
        plain = all(map(self._is_plain, (*args, *kwargs.values())))
        known = (Callee.PURE if plain else Callee.OPAQUE).value
        self._reached.setdefault(site, {})[known, "", 0] = None
        if plain:
            return callee(*args, **kwargs)
        return self._throw() if site in self._raise_at else Blank()

    def _is_plain(self, value: object) -> bool:
        if type(value) is GeneratorType:
            return self._functions.is_file(value.gi_code.co_filename)
        return type(value) in _PLAIN

    def _throw(self, *args: Any, **kwargs: Any) -> Any:
        self._thrown = True
        self._error.__traceback__ = None
        raise self._error

    def _project(self, callee: Any) -> tuple[str, str, int] | None:
        """Where a function or class of the project's begins, if its calls are hooked now."""
        inner = callee.__func__ if type(callee) is MethodType else callee
        if type(inner) is FunctionType:
            return (PROJECT, *place_of(inner.__code__)) if self._arm(inner) else None
        if type not in mro_of(callee) or BaseException in callee.__mro__:
            return None
        if not self._is_projects_class(callee):
            return None
        made = self._functions.constructors(callee)
        if not all(map(self._arm, made)):
            return None
        first = place_of(made[0].__code__) if made else ("", 0)
        # More than one function can't be told as one.
        return (PROJECT, *first) if len(made) < 2 else None

    def _is_projects_class(self, kind: Any) -> bool:
        module = sys.modules.get(str(own_of(kind).get("__module__")))
        file = getattr(module, "__file__", None)
        return type(kind).__module__ in ("builtins", "abc") and self._functions.is_file(file)

    def _arm(self, function: FunctionType) -> bool:
        place = place_of(function.__code__)
        if place not in self._armed:
            self._armed[place] = self._functions.is_project(function) and self._functions.arm(
                function, self.at
            )
        return self._armed[place]


def _known(callee: object) -> Callee:
    if type(callee) is Blank:
        return Callee.PURE if callee._refute_name in TEXT_METHODS else Callee.OPAQUE
    return judge(callee)


def _computed(callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if any(type(one) is Blank for one in (*args, *kwargs.values())):
        return Blank()
    return callee(*args, **kwargs)


def _driven(coroutine: Any) -> Any:
    """What a coroutine gives that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise _Stop("it waits for something")


def _words(value: object) -> str:
    if value is None or type(value) is bool:
        return str(value)
    return "a value" if type(value) is Blank else name_of(type(value))


def _guard(event: str, args: tuple[Any, ...]) -> None:
    if event.startswith(_CROSSINGS):
        raise _Stop("it would cross a boundary")
    if event == "open":
        _, mode, flags = args
        if (type(mode) is str and not {"w", "a", "x", "+"}.isdisjoint(mode)) or (
            type(flags) is int and flags & _WRITES
        ):
            raise _Stop("it would write a file")


def on_purpose(raised: BaseException) -> bool:
    """Whether a ``raise`` statement made an exception, and no accident."""
    trace = raised.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_code[trace.tb_lasti] == _RAISE


def give_up() -> None:
    """Called at each tick too many."""
    raise _Stop("it goes on and on")
