"""A fork that runs one piece of work and hands one record back, under supervision."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from os import _exit, close, fork, getpid, memfd_create, pread
from signal import SIG_DFL, SIGCHLD
from signal import signal as _signal
from typing import NoReturn

from .layers import Layers
from .supervise import End, adopt_orphans, kill_rest, limit_trial, supervise
from .watch import Board, Limit
from .wire import Record, _dumps, _loads, write_all

Report = Callable[[Record], None]
"""Hands a record to the parent and ends the process."""
Work = Callable[[Report], Record]
"""What a child does; the record that it returns goes to the parent."""


_OUTSIDE = Limit(cpu=30.0, wall=60.0)
"""What a trial may take before its first test, and between tests."""
_UNBOUNDED = 1 << 60
_FOREVER = Limit(cpu=float("inf"), wall=float("inf"))


class Forks:
    """Makes one child at a time and leaves nothing of it behind."""

    def __init__(self, board: Board, layers: Layers, private: Sequence[int] = ()) -> None:
        """``private`` are descriptors by which only a child that is trusted may speak."""
        self.board = board
        self.layers = layers
        self._private = private
        self.memory = 0
        self.processes = 0
        self._into = -1
        self._trial = 0
        adopt_orphans()

    def run(
        self, work: Work, limits: Sequence[Limit] | None, *, trusted: bool = False
    ) -> tuple[End, list[Record]]:
        """Fork, do the work in the child, wait; returns how it ended and what it told.

        ``limits`` holds seconds for each test, in the order in which the child announces
        them on the board; None waits for ever. Only a ``trusted`` child, which runs unchanged
        code, keeps the private descriptors.
        """
        ended = self.open(limits, trusted=trusted)
        if ended is not None:
            return ended
        try:
            self.report(work(self.report))
        except BaseException as error:
            self.broken(error)
        finally:
            _exit(70)

    def open(
        self, limits: Sequence[Limit] | None, *, trusted: bool = False
    ) -> tuple[End, list[Record]] | None:
        """Fork; None in the child, which must end by ``report``; see ``run``."""
        self.board.start(-1)
        parent = getpid()
        # A file in memory and no pipe: nobody reads before the child has ended.
        told = memfd_create("refute-told")
        # A suite that ignores SIGCHLD, or reaps in a handler of it, would take the child's end
        # from us; None is a handler that Python knows nothing of.
        on_child = _signal(SIGCHLD, SIG_DFL)
        pid = fork()
        if pid == 0:
            if on_child is not None:
                _signal(SIGCHLD, on_child)
            self._into, self._trial = told, getpid()
            for descriptor in () if trusted else self._private:
                close(descriptor)
            limit_trial(parent)
            self.layers.drop_privileges()
            return None
        end = supervise(
            pid,
            progress=self.board,
            limits=limits or (),
            outside=_FOREVER if limits is None else _OUTSIDE,
            # The unchanged suite may take what it takes.
            memory_limit_bytes=_UNBOUNDED if limits is None else self.memory,
            process_limit=_UNBOUNDED if limits is None else self.processes,
            sealed=self.layers.sealed,
        )
        kill_rest(sealed=self.layers.sealed)
        if on_child is not None:
            _signal(SIGCHLD, on_child)
        data = _content(told)
        close(told)
        if self.layers.dirty():
            self.layers.refresh()
        return end, _records(data)

    @property
    def in_child(self) -> bool:
        """Whether this process is a trial."""
        return self._into >= 0

    def tell(self, record: Record) -> None:
        """In the child: hand one record over and go on.

        A process that a test forked and that then ran on as a second pytest has no say: it
        ends here, with a status that its parent may ask for.
        """
        if getpid() != self._trial:
            _exit(0 if record.get("result", "passed") == "passed" else 1)
        write_all(self._into, _dumps(record).encode("utf-8", "backslashreplace") + b"\n")

    def report(self, record: Record) -> NoReturn:
        """In the child: hand the record over and end."""
        self.tell(record)
        _exit(0)

    def broken(self, error: BaseException) -> NoReturn:
        """In the child: our own failure, which is never a verdict."""
        text = "".join(traceback.format_exception(error))[-3000:]
        self.report({"broken": f"{type(error).__name__}: {error}", "traceback": text})


def _records(data: bytes) -> list[Record]:
    """What a child told. A line that is not whole was cut off by its end; one that is no record
    came from code that writes to whatever is open.
    """
    found = []
    for line in data.split(b"\n")[:-1]:
        with suppress(ValueError):
            record = _loads(line.decode())
            if type(record) is dict:
                found.append(record)
    return found


def _content(descriptor: int) -> bytes:
    data = b""
    while chunk := pread(descriptor, 1 << 20, len(data)):
        data += chunk
    return data


def settle_memory() -> None:
    """Before many forks: pages that only the collector would touch stay shared."""
    gc.collect()
    gc.freeze()
