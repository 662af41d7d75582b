"""A process beside a test in the middle of it, for one piece of work that must leave no trace."""

from __future__ import annotations

from collections.abc import Callable
from os import _exit, close, fork, kill, pipe, read, waitpid
from select import select as _select
from signal import SIGKILL
from time import monotonic as _now

from ..wire import Record, _dumps, _loads, write_all

SECONDS = 3.0
"""How long such a process may take."""


def aside(work: Callable[[], Record]) -> Record | None:
    """What the work gives in a fork of this process; None if it did not come to its end."""
    source, sink = pipe()
    pid = fork()
    if pid == 0:
        try:
            write_all(sink, _dumps(work()).encode("utf-8", "backslashreplace"))
        finally:
            _exit(0)
    close(sink)
    data, until = b"", _now() + SECONDS
    while True:
        ready = _select([source], [], [], max(0.0, until - _now()))[0]
        chunk = read(source, 1 << 16) if ready else b""
        if not chunk:
            break
        data += chunk
    close(source)
    try:
        kill(pid, SIGKILL)
        waitpid(pid, 0)
    except OSError:
        # The suite reaps children itself.
        pass
    try:
        found = _loads(data.decode())
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
