"""What passes between project code and the tests' own: results that go out, and calls of
functions that the tests have written.

From Python 3.12 on by ``sys.monitoring``; on 3.11 by a trace function, which sees no lines.
"""

from __future__ import annotations

import os
import sys
import threading
from asyncio import base_events
from collections.abc import Callable
from dis import opname
from inspect import CO_COROUTINE, CO_GENERATOR
from types import CodeType, FrameType
from typing import Any

from .audits import identity
from .records import Book
from .sides import CLEAR, PROJECT, TEST

_getframe = sys._getframe
_settrace = sys.settrace
_TOOLS = (4, 3, 2, 1, 5)
"""Identifiers of monitoring tools, those first that nobody else of ours likes."""
_ASYNCIO = os.path.dirname(base_events.__file__) + os.sep
_BODIES = ("<module>", "<listcomp>", "<setcomp>", "<dictcomp>")
_LEFT = ("YIELD_VALUE", "SEND")
_WAITING = (*_LEFT, "RETURN_GENERATOR")

Came = Callable[[FrameType, str, object], None]


class Passing:
    """Hands on what passes: ``called`` gets the frame of a function of the tests' own that
    begins, ``came`` the frame of project code, ``return``, ``yield`` or ``raise``, and the value.
    """

    def __init__(self, book: Book, called: Callable[[FrameType], None], came: Came) -> None:
        self._book = book
        self._sides = book.sides
        self._called = called
        self._came = came
        self._monitoring: Any = getattr(sys, "monitoring", None)
        #: For a trace function: the exception that each frame saw last.
        self._raised: dict[int, BaseException] = {}

    def begin(self) -> None:
        """Forget the test before."""
        self._raised = {}
        if self._monitoring is None and sys.gettrace() is None:
            _settrace(self._entered)

    def start(self) -> None:
        """Begin to observe; without a free identifier nothing of this is seen."""
        if self._monitoring is None:
            threading.settrace(self._entered)
            _settrace(self._entered)
            return
        monitoring = self._monitoring
        tool = next((one for one in _TOOLS if monitoring.get_tool(one) is None), -1)
        if tool < 0:
            return
        monitoring.use_tool_id(tool, "refute-received")
        events = monitoring.events
        for event, callback in (
            (events.PY_START, self._on_start),
            (events.PY_RETURN, self._on_return),
            (events.PY_YIELD, self._on_yield),
            (events.PY_UNWIND, self._on_unwind),
        ):
            monitoring.register_callback(tool, event, callback)
        wanted = events.PY_START | events.PY_RETURN | events.PY_YIELD | events.PY_UNWIND
        monitoring.set_events(tool, wanted)

    def _on_start(self, code: CodeType, offset: int) -> Any:
        if self._sides[code.co_filename] != TEST:
            return self._monitoring.DISABLE
        if self._book.active:
            self._book.safely(self._called, _getframe(1))
        return None

    def _on_return(self, code: CodeType, offset: int, value: object) -> Any:
        if self._sides[code.co_filename] != PROJECT or code.co_name in _BODIES:
            return self._monitoring.DISABLE
        self._out(_getframe(1), "return", value)
        return None

    def _on_yield(self, code: CodeType, offset: int, value: object) -> Any:
        # Coroutines yield to their event loop.
        if self._sides[code.co_filename] != PROJECT or not code.co_flags & CO_GENERATOR:
            return self._monitoring.DISABLE
        self._out(_getframe(1), "yield", value)
        return None

    def _on_unwind(self, code: CodeType, offset: int, error: BaseException) -> None:
        if self._sides[code.co_filename] == PROJECT and code.co_name not in _BODIES:
            self._out(_getframe(1), "raise", error)

    def _entered(self, frame: FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        side = self._sides[code.co_filename]
        if side == TEST and self._book.active and not _goes_on(frame):
            self._book.safely(self._called, frame)
        if side != PROJECT or code.co_name in _BODIES:
            return None
        frame.f_trace_lines = False
        return self._traced

    def _traced(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "exception":
            self._raised[identity(frame)] = arg[1]
        elif event == "return":
            code = frame.f_code
            last = opname[code.co_code[frame.f_lasti]]
            if last in _WAITING and not (arg is None and self._raised.get(identity(frame))):
                if code.co_flags & CO_GENERATOR and last == "YIELD_VALUE":
                    self._out(frame, "yield", arg)
                return self._traced
            raised = self._raised.pop(identity(frame), None)
            if arg is None and raised is not None and not last.startswith("RETURN"):
                self._out(frame, "raise", raised)
            else:
                self._out(frame, "return", arg)
        return self._traced

    def _out(self, frame: FrameType, form: str, value: object) -> None:
        book = self._book
        if not book.active or (form == "raise" and type(value) in (GeneratorExit, StopIteration)):
            return
        if book.safely(self._goes_out, frame):
            book.safely(self._came, frame, form, value)

    def _goes_out(self, frame: FrameType) -> bool:
        """Whether a result leaves the project: for a test, or for a library that calls it with
        none of the project's code behind that.
        """
        above = frame.f_back
        while above is not None and self._sides[above.f_code.co_filename] == CLEAR:
            above = above.f_back
        if above is None:
            return True
        code = above.f_code
        if frame.f_code.co_flags & CO_COROUTINE and code.co_filename.startswith(_ASYNCIO):
            # A task: whoever waits for it is not to be seen from here, but for the outermost.
            return _is_main(frame, above)
        while above is not None:
            side = self._sides[above.f_code.co_filename]
            if side in (PROJECT, TEST):
                return side == TEST
            above = above.f_back
        return True


def _goes_on(frame: FrameType) -> bool:
    """Whether a generator or coroutine is continued, and does not begin."""
    return frame.f_lasti >= 0 and opname[frame.f_code.co_code[frame.f_lasti]] in _LEFT


def _is_main(frame: FrameType, above: FrameType | None) -> bool:
    """Whether the frame runs the coroutine that an event loop was started for."""
    while above is not None and above.f_code.co_name != "run_until_complete":
        above = above.f_back
    task = above.f_locals.get("future") if above is not None else None
    get = getattr(type(task), "get_coro", None)
    return get is not None and getattr(get(task), "cr_frame", None) is frame
