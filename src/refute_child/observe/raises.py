"""Accidents: exceptions that project code did not raise by a ``raise`` statement of its own.

An accident is noted once, where it first shows in project code. What the same test shows on
unchanged code is no accident of the fault's; the controller compares. Nor is what the test's own
code raises when the project calls it: a fake that asserts on what it is sent.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Any

from ..boot import is_library

_RAISE = {dis.opmap["RAISE_VARARGS"], dis.opmap["RERAISE"]}
_LIMIT = 200
"""Accidents kept for one test; enough to compare, and bounded for a test that loops."""


class Raises:
    """Collects accidents in project code; ``is_project`` and ``is_library`` tell a file name's
    side. All other files are the tests'.
    """

    def __init__(
        self, is_project: Callable[[str], bool], is_library: Callable[[str], bool] = is_library
    ) -> None:
        self._is_project = is_project
        self._is_library = is_library
        #: False where observing costs too much to be done all the time: Python 3.11, which
        #: has no events but a trace function's.
        self.cheap = hasattr(sys, "monitoring")
        self._found: set[str] = set()

    def start(self) -> None:
        """Begin to observe, by monitoring events or (on 3.11) by a trace function."""
        if hasattr(sys, "monitoring"):
            self._start_monitoring()
        else:
            sys.settrace(self._trace)

    def stop(self) -> None:
        """Observe no longer; for the trace function alone, which is in the way of others."""
        if not self.cheap:
            sys.settrace(None)

    def take(self) -> list[str]:
        """Accidents since the last call, as stable words: file, function, exception."""
        found = sorted(self._found)
        self._found.clear()
        return found

    def _start_monitoring(self) -> None:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined]
        for tool in (3, 4, 5, 2):
            if monitoring.get_tool(tool) is None:
                monitoring.use_tool_id(tool, "refute-raises")
                monitoring.register_callback(tool, monitoring.events.RAISE, self._on_raise)
                monitoring.set_events(tool, monitoring.events.RAISE)
                return

    def _on_raise(self, code: CodeType, offset: int, error: BaseException) -> None:
        if self._is_project(code.co_filename):
            self._note(code, offset, error, error.__traceback__)

    def _note(
        self, code: CodeType, offset: int, error: BaseException, trace: TracebackType | None
    ) -> None:
        if code.co_code[offset] in _RAISE or len(self._found) >= _LIMIT:
            return
        # An inner frame of the project's has shown it already, as accident or on purpose.
        inner = trace.tb_next if trace is not None else None
        while inner is not None:
            name = inner.tb_frame.f_code.co_filename
            if self._is_project(name) or not self._is_library(name):
                return
            inner = inner.tb_next
        self._found.add(f"{code.co_filename}:{code.co_qualname}:{type(error).__name__}")

    def _trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        if not self._is_project(frame.f_code.co_filename):
            return None
        frame.f_trace_lines = False
        return self._local

    def _local(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "exception":
            self.seen(frame, arg)
        return self._local

    def seen(self, frame: FrameType, arg: Any) -> None:
        """An exception in a project frame, as a trace function is told of it."""
        error = arg[1]
        if isinstance(error, BaseException) and not isinstance(error, StopIteration):
            self._note(frame.f_code, frame.f_lasti, error, arg[2])
