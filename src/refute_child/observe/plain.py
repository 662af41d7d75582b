"""Calls by project code of functions that the tests themselves have written.

From Python 3.12 on by ``sys.monitoring``: starts of functions, seen once for all code that is
not the tests' and then switched off there. On 3.11 no events come but a trace function's, which
there can be but one of: whoever has it hands each new frame to ``entered`` and traces the frame
with what that returns. Without it, calls of plain functions are not observed on 3.11.

Which function was called with what is read from its frame: the parameters, as they are when
its body begins. What was passed by position and what by name is read from the call's own code.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any

from .audits import identity
from .frames import class_of, handed, holds, in_class, is_waiting, returns
from .mocks import Mocks, is_magic, method_of
from .reals import lookup, mro_of, own_of
from .records import Book, Call, Info
from .registry import Placed, Registry
from .shown import Opaque, name_of
from .sides import TEST, Place
from .turns import Turns

_getframe = sys._getframe
_LAZY = CO_GENERATOR | CO_ASYNC_GENERATOR
_TOOLS = (5, 1, 2, 4, 3)
"""Identifiers of monitoring tools, those first that nobody else of ours likes."""


class Plain:
    """Watches functions of the tests' own for calls by project code."""

    def __init__(self, book: Book, registry: Registry, mocks: list[Mocks]) -> None:
        self._book = book
        self._registry = registry
        self._mocks = mocks
        self._sides = book.sides
        self._monitoring: Any = getattr(sys, "monitoring", None)
        self._tool = -1
        #: Calls that have begun, by the identity of their frame, which is kept with them.
        self._open: dict[int, tuple[FrameType, Call]] = {}
        self._turns = Turns(book.sides)
        #: Whether there are functions of which no more is told in this test.
        self._asleep = False
        #: Classes of handed over objects and what is said of them.
        self._infos: dict[int, tuple[type, Info]] = {}

    def start(self) -> None:
        """Begin to observe, where there are events to be had."""
        if self._monitoring is None:
            return
        free = (tool for tool in _TOOLS if self._monitoring.get_tool(tool) is None)
        self._tool = next(free, -1)
        if self._tool < 0:
            return
        events = self._monitoring.events
        self._monitoring.use_tool_id(self._tool, "refute-doubles")
        for event, callback in (
            (events.PY_START, self._callback_start()),
            (events.PY_RETURN, self._on_return),
            (events.PY_UNWIND, self._on_unwind),
        ):
            self._monitoring.register_callback(self._tool, event, callback)
        self._monitoring.set_events(self._tool, events.PY_START | events.PY_UNWIND)

    def stop(self) -> None:
        """Observe no longer."""
        if self._tool >= 0:
            self._monitoring.set_events(self._tool, 0)
            self._monitoring.free_tool_id(self._tool)
            self._tool = -1

    def begin(self) -> None:
        """Forget the test before."""
        self._open = {}
        self._turns.begin()
        if self._asleep:
            self._asleep = False
            self._monitoring.restart_events()

    def is_double(self, callee: object) -> bool:
        """Whether a thing is no mock, but one of the tests' own that stands for another."""
        if self._registry.of(callee) is not None:
            return True
        kind = type(callee)
        if kind is MethodType:
            function = callee.__func__  # type: ignore[attr-defined]
            return self._registry.of(function) is not None or (
                type(function) is FunctionType
                and not is_magic(function.__name__)
                and self._is_tests(function.__code__)
            )
        if kind is FunctionType:
            code = callee.__code__  # type: ignore[attr-defined]
            return self._is_tests(code) and in_class(code) and not is_magic(code.co_name)
        call = lookup(kind, "__call__")
        return type(call) is FunctionType and self._is_tests(call.__code__)

    def stands_for(self, callee: Any) -> Placed | None:
        """What is in place that is called here, itself or by a method of it."""
        found = self._registry.of(callee)
        if found is None and type(callee) is MethodType:
            found = self._registry.of(callee.__func__)
            owner = callee.__self__
            whole = self._registry.of(owner)
            if found is None and whole is not None:
                return Placed(callee, whole.info, whole.root, f".{callee.__func__.__name__}")
        return found

    def entered(self, frame: FrameType) -> Callable[..., Any] | None:
        """For Python 3.11: a frame that begins; what to trace it with, or None."""
        code = frame.f_code
        if self._sides[code.co_filename] != TEST or not self._book.active:
            return None
        if identity(frame) in self._open:
            # A coroutine that goes on.
            return self._traced
        if self._book.safely(self._looked_at, frame, code) is None:
            return None
        frame.f_trace_lines = False
        return self._traced

    def _traced(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "exception":
            known = self._open.get(identity(frame))
            if known is not None:
                # If it is caught within, the return that comes tells otherwise.
                known[1].returned = arg[0]
        elif event == "return":
            self._book.safely(self._ended, frame, arg)
        return self._traced

    def _ended(self, frame: FrameType, value: object) -> None:
        """A traced frame is left, also by an exception: then the value is None."""
        known = self._open.get(identity(frame))
        if known is None or is_waiting(frame):
            return
        del self._open[identity(frame)]
        call = known[1]
        raised = call.returned
        if value is None and isinstance(raised, type) and not returns(frame):
            call.result, call.returned = "raises", name_of(raised)
        else:
            self._give(call, value)

    def _is_tests(self, code: CodeType) -> bool:
        return self._book.sides[code.co_filename] == TEST

    def _callback_start(self) -> Callable[[CodeType, int], Any]:
        monitoring, sides, book = self._monitoring, self._book.sides, self._book
        disable, local = monitoring.DISABLE, monitoring.events.PY_RETURN
        looked_at = self._looked_at

        def on_start(code: CodeType, offset: int) -> Any:
            if sides[code.co_filename] != TEST:
                return disable
            if book.active:
                try:
                    # As ``safely`` does, without its price.
                    begun = looked_at(_getframe(1), code)
                    if begun:
                        monitoring.set_local_events(self._tool, code, local)
                    elif begun is False:
                        self._asleep = True
                        return disable
                except Exception:
                    book.failures += 1
            return None

        return on_start

    def _on_return(self, code: CodeType, offset: int, value: object) -> None:
        known = self._open.pop(identity(_getframe(1)), None) if self._open else None
        if known is not None:
            self._book.safely(self._give, known[1], value)

    def _on_unwind(self, code: CodeType, offset: int, error: BaseException) -> None:
        known = self._open.pop(identity(_getframe(1)), None) if self._open else None
        if known is not None and not known[1].result:
            known[1].result, known[1].returned = "raises", name_of(type(error))

    def _give(self, call: Call, value: object) -> None:
        mock = next((m.below(value) for m in self._mocks if m.below(value) is not None), None)
        self._book.returned(call, value, mock is not None)

    def _looked_at(self, frame: FrameType, code: CodeType) -> bool | None:
        """A function of the tests begins; True when project code called it as a double, False
        when there is no need to be told of it any more in this test.
        """
        caller = frame.f_back
        looked = self._turns.next(code, caller) if caller is not None else False
        if looked and caller is not None:
            return self._begun(frame, code, caller)
        return False if looked is None else None

    def _begun(self, frame: FrameType, code: CodeType, caller: FrameType) -> bool | None:
        found = self.called(frame, code)
        if found is None:
            return None
        placed, first = found
        record = self._book.record(placed.root, placed.info)
        if record is None:
            return None
        record.reached = True
        leaves, secret = handed(self._book, caller, frame, first)
        call, _ = self._book.call(record, caller, placed.method, leaves)
        if call is None:
            return None
        call.secret |= secret
        call.awaited = call.awaited or bool(code.co_flags & CO_COROUTINE)
        if code.co_name == "__init__":
            self._book.returned(call, frame.f_locals.get(code.co_varnames[0]))
        if code.co_flags & _LAZY:
            self._book.returned(call, Opaque("<generator>"))
            return None
        if call.result or identity(frame) in self._open:
            return None
        self._open[identity(frame)] = (frame, call)
        return True

    def called(self, frame: FrameType, code: CodeType) -> tuple[Placed, int] | None:
        """What was called, and how many of its parameters the object that it belongs to takes."""
        for placed in reversed(list(self._placed_functions(code))):
            return placed, placed.first
        if not in_class(code):
            return None
        name = code.co_name
        owner: Any = frame.f_locals.get(code.co_varnames[0]) if code.co_varnames else None
        if not holds(type(owner), code):
            by_class = type in mro_of(owner) and holds(owner, code)
            kind = owner if by_class else class_of(frame)
            if kind is None or is_magic(name):
                return None
            whole = self._registry.of(kind)
            info, root = (whole.info, whole.root) if whole else (self._of_class(kind), kind)
            return Placed(code, info, root, f".{name}"), int(by_class)
        if name == "__init__":
            return _part(self._registry.of(type(owner)), code, "")
        if is_magic(name) and name != "__call__":
            return None
        method = "" if name == "__call__" else f".{name}"
        for mocks in self._mocks:
            if mocks.is_mock(owner):
                # What it does as a mock is seen there.
                root, steps, info = mocks.root(owner)
                part = Placed(code, info, root, method_of(steps) + method)
                return (part, 1) if method else None
        standing = _part(self._registry.of(owner), code, method) or _part(
            self._registry.of(type(owner)), code, "()" + method
        )
        if standing is not None:
            return standing
        kind = type(owner)
        return Placed(code, self._of_class(kind), kind, method), 1

    def _placed_functions(self, code: CodeType) -> list[Placed]:
        return [
            placed
            for entries in list(self._registry.now.values())
            for placed in entries
            if type(placed.thing) is FunctionType and placed.thing.__code__ is code
        ]

    def _of_class(self, kind: type) -> Info:
        """What is said of objects of a class of the tests' own that are handed over."""
        if identity(kind) not in self._infos:
            file, line = "", 0
            for found in own_of(kind).values():
                if type(found) is FunctionType and self._is_tests(found.__code__):
                    file = self._book.sides.relative(found.__code__.co_filename)
                    line = found.__code__.co_firstlineno
                    break
            place = Place(file, line, None)
            self._infos[identity(kind)] = (
                kind,
                Info(name=name_of(kind), kind="object", place=place),
            )
        return self._infos[identity(kind)][1]


def _part(placed: Placed | None, code: CodeType, method: str) -> tuple[Placed, int] | None:
    """A method of something that is in place; its first parameter is filled in."""
    return (Placed(code, placed.info, placed.root, method), 1) if placed else None
