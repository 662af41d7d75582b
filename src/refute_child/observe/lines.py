"""Which lines of project code run, with a price that is paid once a line and test.

From Python 3.12 on by ``sys.monitoring`` with events on project code objects alone; on 3.11
by a trace function. Hits go to shared memory, so that what forked children of a test execute
is seen as well.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from inspect import CO_OPTIMIZED
from mmap import mmap
from os.path import realpath as _realpath
from types import CodeType, FrameType
from typing import Any

from ..units import nested_codes
from .audits import identity

_get = dict.get


class FileTable(dict[str, int]):
    """File name as code objects carry it -> position in the table of hits, or -1.

    Names that were not seen before are resolved once (symbolic links, relative names).
    """

    def __init__(self, files: Iterable[tuple[str, int]]) -> None:
        super().__init__()
        self._real: dict[str, int] = {}
        self.spans: list[tuple[int, int]] = []
        position = 0
        for path, lines in files:
            self._real[_realpath(path)] = position
            self.spans.append((position, lines + 2))
            position += lines + 2
        self.size = max(position, 1)

    def holds(self, name: str) -> bool:
        """Whether a file name, as code objects carry it, is one of these files."""
        return self[name] >= 0

    def __missing__(self, name: str) -> int:
        found = self._real.get(_realpath(name), -1)
        self[name] = found
        return found


INFECTED = -1
"""In the place of a file's index: the numbers that follow are mutants, not lines."""


class Marks:
    """One mark for each of so many things, in memory that forked children share."""

    def __init__(self, size: int) -> None:
        self.bytes = mmap(-1, max(size, 1))
        self._blank = bytes(len(self.bytes))
        #: What probes remember so as not to tell twice; cleared with the marks.
        self.memories: list[bytearray] = []

    def take(self) -> list[int]:
        """The marks that were set since the last call."""
        for memory in self.memories:
            memory[:] = bytes(len(memory))
        data = self.bytes[:]
        found: list[int] = []
        if data != self._blank:
            self.bytes[:] = self._blank
            position = data.find(1)
            while position >= 0:
                found.append(position)
                position = data.find(1, position + 1)
        return found


def import_lines(code: CodeType) -> set[int]:
    """Lines of a module that run when it is imported: its own, and those of its classes."""
    found = {line for _, _, line in code.co_lines() if line}
    for const in code.co_consts:
        if isinstance(const, CodeType) and not const.co_flags & CO_OPTIMIZED:
            found |= import_lines(const)
    return found


class Lines:
    """Records the lines of the given files that run; ``take`` hands over and forgets."""

    def __init__(self, table: FileTable, hits: mmap | None = None, once: bool = True) -> None:
        """``hits`` is a table to write to instead of one of its own; without ``once`` a line
        is noted each time that it runs, which costs more and needs no ``take``.
        """
        self.table = table
        self.hits = mmap(-1, table.size) if hits is None else hits
        self._blank = bytes(table.size)
        #: Marks of mutants that would have differed, as file -1; see ``infection``.
        self.infected: Marks | None = None
        self._mechanism: _Monitoring | _Tracing = (
            _Monitoring(table, self.hits, once)
            if hasattr(sys, "monitoring")
            else _Tracing(table, self.hits)
        )
        self.watch: Callable[[CodeType], None] = self._mechanism.watch
        self.start: Callable[[], None] = self._mechanism.start
        self.stop: Callable[[], None] = self._mechanism.stop
        self.discover: Callable[[], None] = self._mechanism.discover

    def also_raises(self, note: Callable[[FrameType, Any], None]) -> None:
        """Hand exceptions in project frames on, where there is but one trace function."""
        if isinstance(self._mechanism, _Tracing):
            self._mechanism.on_exception = note

    def also_enters(
        self, entered: Callable[[FrameType], Any], wanted: Callable[[str], bool]
    ) -> None:
        """Hand frames of other files that are wanted on, likewise, from the next ``start`` on;
        it gives what to trace each with, or None.
        """
        if isinstance(self._mechanism, _Tracing):
            self._mechanism.on_enter, self._mechanism.wanted = entered, wanted

    def take(self) -> list[tuple[int, list[int]]]:
        """(file index, lines) that ran since the last call."""
        data = self.hits[:]
        if self._mechanism.lost():
            # What ran unseen may have been any line.
            data = b"\1" * len(data)
        found: list[tuple[int, list[int]]] = []
        if data != self._blank:
            self.hits[:] = self._blank
            for index, (start, size) in enumerate(self.table.spans):
                part = data[start : start + size]
                if part.strip(b"\0"):
                    found.append((index, [line for line, hit in enumerate(part) if hit]))
        self._mechanism.rearm()
        if self.infected is not None and (marks := self.infected.take()):
            found.append((INFECTED, marks))
        return found


class _Monitoring:
    """sys.monitoring: a LINE event is switched off where it fired until the next ``rearm``."""

    def __init__(self, table: FileTable, hits: mmap, once: bool) -> None:
        self._table = table
        self._hits = hits
        self._once = once
        self._monitoring: Any = sys.monitoring  # type: ignore[attr-defined]
        self._tool = -1
        self._known: dict[int, CodeType] = {}
        self._fired: dict[int, CodeType] = {}

    def start(self) -> None:
        monitoring = self._monitoring
        for tool in (4, 3, 5, 2):
            if monitoring.get_tool(tool) is None:
                monitoring.use_tool_id(tool, "refute")
                self._tool = tool
                break
        else:
            raise RuntimeError("all tool identifiers of sys.monitoring are taken")
        disable, table, hits, fired = monitoring.DISABLE, self._table, self._hits, self._fired
        after_line = disable if self._once else None

        def on_line(code: CodeType, line: int) -> Any:
            fired[identity(code)] = code
            hits[table[code.co_filename] + line] = 1
            return after_line

        def on_start(code: CodeType, offset: int) -> Any:
            if identity(code) not in self._known and table[code.co_filename] >= 0:
                self.watch(code)
            return disable

        monitoring.register_callback(self._tool, monitoring.events.LINE, on_line)
        monitoring.register_callback(self._tool, monitoring.events.PY_START, on_start)

    def watch(self, code: CodeType) -> None:
        """Observe a code object of the project, and those nested in it."""
        if self._tool < 0:
            return
        for nested in nested_codes(code):
            if identity(nested) not in self._known:
                self._known[identity(nested)] = nested
                self._monitoring.set_local_events(self._tool, nested, self._monitoring.events.LINE)

    def discover(self) -> None:
        """Also find project code that came by other ways than import (copies)."""
        self._monitoring.set_events(self._tool, self._monitoring.events.PY_START)

    def lost(self) -> bool:
        """Nobody takes a tool from another."""
        return False

    def rearm(self) -> None:
        line = self._monitoring.events.LINE
        for code in self._fired.values():
            self._monitoring.set_local_events(self._tool, code, 0)
            self._monitoring.set_local_events(self._tool, code, line)
        self._fired.clear()

    def stop(self) -> None:
        """Leave code objects as if they had never been observed."""
        if self._tool < 0:
            return
        self._monitoring.set_events(self._tool, 0)
        for code in self._known.values():
            self._monitoring.set_local_events(self._tool, code, 0)
        self._known.clear()
        self._fired.clear()
        self._monitoring.free_tool_id(self._tool)
        self._tool = -1


class _Tracing:
    """A trace function, for Python 3.11."""

    def __init__(self, table: FileTable, hits: mmap) -> None:
        self._table = table
        self._hits = hits
        self.on_exception: Callable[[FrameType, Any], None] | None = None
        self.on_enter: Callable[[FrameType], Any] | None = None
        self.wanted: Callable[[str], bool] | None = None
        self._trace: Callable[[FrameType, str, object], Any] | None = None

    def start(self) -> None:
        table, by_file, foreign = self._table, {}, set()  # type: ignore[var-annotated]

        def trace(frame: FrameType, event: str, arg: object) -> Any:
            # Reading a frame's code is an audited event, and slow where there is a hook for
            # those; most frames are told from the file of the names that they use.
            home = _get(frame.f_globals, "__file__")
            try:
                if home in foreign:
                    return None
            except TypeError:
                home = None  # no file's name at all
            name = frame.f_code.co_filename
            start = table[name]
            if start >= 0:
                local = by_file.get(start)
                if local is None:
                    local = by_file[start] = self._local(start)
                return local
            if self.wanted is not None and self.wanted(name):
                return self.on_enter(frame) if self.on_enter is not None else None
            if home == name:
                foreign.add(home)
            return None

        self._trace = trace
        threading.settrace(trace)
        sys.settrace(trace)

    def _local(self, start: int) -> Callable[[FrameType, str, object], Any]:
        """What traces frames of the file whose hits begin there."""
        hits = self._hits

        def local(frame: FrameType, event: str, arg: object) -> Any:
            if event == "line":
                hits[start + frame.f_lineno] = 1
            elif event == "exception" and self.on_exception is not None:
                self.on_exception(frame, arg)
            return local

        return local

    def watch(self, code: CodeType) -> None:
        """Nothing to do: the trace function sees every frame."""

    def discover(self) -> None:
        """Nothing to do: the trace function sees every frame."""

    def lost(self) -> bool:
        """Whether a test has put another trace function in the place of ours, or none."""
        return self._trace is not None and sys.gettrace() is not self._trace

    def rearm(self) -> None:
        """Every line event is delivered, as long as the trace function is ours."""
        if self.lost():
            sys.settrace(self._trace)

    def stop(self) -> None:
        self._trace = None
        threading.settrace(None)
        sys.settrace(None)
