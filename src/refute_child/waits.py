"""When a process that is asleep can wake by itself, as the kernel tells.

A fault often ends in a deadlock, or in a sleep of an hour. Waiting for the limit would teach
nothing: a process all of whose threads wait for each other stays asleep for ever, and one that
sleeps until a known time will not wake before it. Only waits that nobody outside of the process
can end are looked at (locks, and sleeps); whatever else it waits for may end at any moment.
"""

from __future__ import annotations

import struct
from math import inf
from os import listdir, uname
from signal import (
    SIGABRT,
    SIGBUS,
    SIGCHLD,
    SIGFPE,
    SIGHUP,
    SIGILL,
    SIGINT,
    SIGPIPE,
    SIGQUIT,
    SIGSEGV,
    SIGTERM,
    SIGWINCH,
)
from time import CLOCK_MONOTONIC, CLOCK_REALTIME, clock_gettime, monotonic

_open = open
_FUTEX, _CLOCK_NANOSLEEP = {"x86_64": (202, 230), "aarch64": (98, 115)}.get(
    uname().machine, (-1, -1)
)
_WAIT, _WAIT_BITSET = 0, 9
_COMMAND = 0x7F
_PRIVATE = 0x80
_BY_WALL_CLOCK = 0x100
_ABSOLUTE = 1
_OF_THREADS = (32, 33)
"""Signals that the C library uses among a process's own threads."""
_USUAL = sum(
    1 << number - 1
    for number in (
        SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGPIPE, SIGTERM,
        SIGCHLD, SIGWINCH, *_OF_THREADS,
    )
)  # fmt: skip
"""Signals that Python, pytest and threads catch, as bits of a mask. None of them comes from a timer
or from a device: a handler of another may end any wait.
"""
_TIMESPEC = struct.Struct("qq")

Waits = tuple[tuple[str, bytes, bytes], ...]
"""Each thread by its number, with what it waits for and how often it has been put to sleep."""


def waits(entry: int) -> Waits:
    """What the threads of a process in /proc wait for; nothing where that can't be seen.

    The answer is no snapshot: who is woken meanwhile may be seen asleep. Two equal answers with
    a pause between them are one.
    """
    try:
        return tuple((thread, *_thread(entry, thread)) for thread in listdir(f"/proc/{entry}/task"))
    except OSError:
        return ()


def wakes(entry: int, seen: Waits) -> float:
    """The time on the monotonic clock before which the process surely stays asleep; 0 where
    nothing is sure, infinity for a deadlock. ``seen`` is what its threads wait for.
    """
    try:
        if not seen or _may_be_roused(entry):
            return 0.0
        return min(_until(entry, call) for _, call, _ in seen)
    except (OSError, ValueError, IndexError, struct.error):
        return 0.0


def _thread(entry: int, thread: str) -> tuple[bytes, bytes]:
    place = f"/proc/{entry}/task/{thread}"
    with _open(f"{place}/syscall", "rb") as file:
        call = file.read()
    with _open(f"{place}/status", "rb") as file:
        switches = [line for line in file if line.startswith(b"voluntary_ctxt_switches")]
    return call, switches[0] if switches else b""


def _may_be_roused(entry: int) -> bool:
    """Whether the process has a handler for a signal that may come by itself."""
    with _open(f"/proc/{entry}/status", "rb") as file:
        for line in file:
            if line.startswith(b"SigCgt:"):
                return bool(int(line.split()[1], 16) & ~_USUAL)
    return True


def _until(entry: int, call: bytes) -> float:
    """When the wait in this system call is over by itself."""
    words = call.split()
    if not words[0].isdigit():
        return 0.0
    number, arguments = int(words[0]), [int(word, 16) for word in words[1:]]
    if number == _FUTEX:
        # A lock that other processes share may be opened by them.
        if not arguments[1] & _PRIVATE or arguments[1] & _COMMAND not in (_WAIT, _WAIT_BITSET):
            return 0.0
        if not arguments[3]:
            return inf
        if arguments[1] & _COMMAND == _WAIT_BITSET:
            clock = CLOCK_REALTIME if arguments[1] & _BY_WALL_CLOCK else CLOCK_MONOTONIC
            return _moment(entry, arguments[3], clock)
    if number == _CLOCK_NANOSLEEP and arguments[1] & _ABSOLUTE:
        return _moment(entry, arguments[2], arguments[0])
    return 0.0


def _moment(entry: int, address: int, clock: int) -> float:
    """A time in the memory of the process, on the monotonic clock."""
    if clock not in (CLOCK_MONOTONIC, CLOCK_REALTIME):
        return 0.0
    with _open(f"/proc/{entry}/mem", "rb", 0) as memory:
        memory.seek(address)
        seconds, nanoseconds = _TIMESPEC.unpack(memory.read(_TIMESPEC.size))
    return monotonic() + float(seconds + nanoseconds / 1e9 - clock_gettime(clock))
