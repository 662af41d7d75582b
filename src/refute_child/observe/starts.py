"""Which functions of the project begin in a trial: what its outcome rests on.

None of this can be told where a trial starts other programs, which may be Pythons that run project
code as well, or where it reads the project's files as text.

By events of ``sys.monitoring`` on the project's code objects alone, each of which fires once in
a fork and costs nothing from then on. The marks lie in memory that forks share, so that those of
a child that was killed, and of its own children, are seen as well.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from mmap import mmap
from types import CodeType, FrameType
from typing import Any

from ..units import nested_codes
from .audits import identity, listen
from .lines import FileTable

_PROGRAMS = frozenset(
    {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn"}
)
"""Audit events of those who start other programs."""
_TELLING = _PROGRAMS | {"import", "open"}
_SPAWNING = frozenset({"multiprocessing.popen_spawn_posix", "multiprocessing.popen_forkserver"})
"""Modules that do so without an event."""


_CARRIERS = frozenset({"linecache", "inspect", "tokenize", "codecs"})
"""Modules that open source files for others."""
_SHOWING = frozenset(
    {"importlib", "_frozen_importlib_external", "_pytest", "traceback", "warnings", "_refute_child"}
)
"""Packages that open them to run them, or to show where something happened."""


def _is_read_as_data() -> bool:
    """Whether who opens a source file is neither about to import it nor to show a traceback."""
    frame: FrameType | None = sys._getframe(3)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name not in _CARRIERS:
            return name.partition(".")[0] not in _SHOWING
        frame = frame.f_back
    return True


class Starts:
    """Marks the first lines of functions that begin; ``take`` hands over and forgets."""

    def __init__(self, table: FileTable) -> None:
        self._table = table
        # The last byte says that this is not all.
        self._hits = mmap(-1, table.size + 1)
        self._blank = bytes(table.size + 1)
        self._sizes = dict(table.spans)
        self._tool = -1
        self._known: set[int] = set()
        #: Keeps what is known alive, so that no other object can have its identity.
        self._kept: list[CodeType] = []

    def start(self, codes: Iterable[CodeType]) -> None:
        """Observe these code objects, where this Python can: from 3.12 on."""
        if not hasattr(sys, "monitoring") or not _SPAWNING.isdisjoint(sys.modules):
            return
        monitoring: Any = sys.monitoring
        for tool in (5, 4, 3, 2):
            if monitoring.get_tool(tool) is None:
                monitoring.use_tool_id(tool, "refute-starts")
                self._tool = tool
                break
        else:
            return
        disable, table, hits, sizes = monitoring.DISABLE, self._table, self._hits, self._sizes

        def on_start(code: CodeType, offset: int) -> Any:
            start = table[code.co_filename]
            hits[start + min(code.co_firstlineno, sizes[start] - 1)] = 1
            return disable

        def on_event(event: str, arguments: tuple[Any, ...]) -> None:
            what = arguments[0]
            if event == "open":
                if type(what) is str and what.endswith(".py") and table.holds(what):
                    hits[-1] |= _is_read_as_data()
            elif event != "import" or what in _SPAWNING:
                hits[-1] = 1

        monitoring.register_callback(self._tool, monitoring.events.PY_START, on_start)
        listen(dict.fromkeys(_TELLING, on_event))
        for code in codes:
            self.watch(code)

    def watch(self, code: CodeType) -> None:
        """Observe one more code object of the project, and those nested in it."""
        if self._tool < 0:
            return
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined]
        for nested in nested_codes(code):
            if identity(nested) not in self._known and self._table.holds(nested.co_filename):
                self._known.add(identity(nested))
                self._kept.append(nested)
                monitoring.set_local_events(self._tool, nested, monitoring.events.PY_START)

    def take(self) -> list[tuple[int, list[int]]] | None:
        """(file index, first lines) of what has begun since the last call; None: not known."""
        if self._tool < 0:
            return None
        data = self._hits[:]
        found: list[tuple[int, list[int]]] = []
        if data != self._blank:
            self._hits[:] = self._blank
            if data[-1]:
                return None
            for index, (start, size) in enumerate(self._table.spans):
                part = data[start : start + size]
                if part.strip(b"\0"):
                    found.append((index, [line for line, hit in enumerate(part) if hit]))
        return found
