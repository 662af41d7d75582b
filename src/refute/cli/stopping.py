"""Signals that ask a program to end act like Ctrl-C: what was finished is kept and reported."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(
    signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if name in signal.Signals.__members__
)
"""What `kill`, a CI job that is cancelled and a container that is stopped send; and what comes
when a terminal is closed or a connection is lost."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Within this block each of SIGNALS raises KeyboardInterrupt in the main thread, once.

    A signal that the caller ignores (`nohup`) or handles stays as it is, and in another thread,
    where no handler can be set, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [number for number in SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    terminals = [descriptor for descriptor in (0, 1, 2) if os.isatty(descriptor)]

    def stop(number: int, frame: FrameType | None) -> None:
        # Shell and kernel may both send one. A second must not interrupt the writing of the
        # report; Ctrl-C and SIGKILL still can.
        for each in ours:
            signal.signal(each, signal.SIG_IGN)
        if number == getattr(signal, "SIGHUP", None):
            _leave(terminals)
        raise KeyboardInterrupt

    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _leave(terminals: list[int]) -> None:
    """Say the rest to nobody: a terminal that has gone answers each write with an error."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in terminals:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
