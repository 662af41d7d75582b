"""The processes below this one, read from /proc.

Complete only in a process that adopts orphans (a subreaper): then whatever a child starts,
and whatever that starts, stays below this process, daemons too. Zombies are listed until
they are reaped.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from os import getpid, listdir, readlink, sysconf

_open = open
_PAGE = sysconf("SC_PAGE_SIZE")
_TICK = 1 / sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Process:
    """One process: CPU seconds with its reaped children's, resident bytes, threads."""

    pid: int
    alive: bool
    cpu: float
    resident: int
    threads: int
    #: Its main thread runs, or would if it had a core.
    running: bool
    entry: int
    """Its number in /proc, another than `pid` where /proc belongs to an outer namespace."""


def own_entry() -> int:
    """This process's number in /proc."""
    return int(readlink("/proc/self"))


def children(entry: int) -> list[int]:
    """The numbers in /proc of a process's children; none if it is gone."""
    found: list[int] = []
    try:
        for thread in listdir(f"/proc/{entry}/task"):
            with _open(f"/proc/{entry}/task/{thread}/children", "rb") as file:
                found += map(int, file.read().split())
    except ProcessLookupError:
        pass  # it ended while we looked
    except FileNotFoundError as error:
        if str(error.filename).endswith("/children") and not _has_children_file():
            return _children_by_listing(entry)
    return found


def _has_children_file() -> bool:
    entry = own_entry()
    return "children" in listdir(f"/proc/{entry}/task/{entry}")


def _children_by_listing(entry: int) -> list[int]:
    """The slow way, for a kernel that keeps no list of children."""
    found = []
    for name in listdir("/proc"):
        if name.isdigit():
            fields = _stat(int(name))
            if fields and int(fields[1]) == entry:
                found.append(int(name))
    return found


def _stat(entry: int) -> list[bytes]:
    """The fields of /proc/N/stat from the state on; none if the process is gone."""
    try:
        with _open(f"/proc/{entry}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def read(entry: int, *, foreign: bool) -> Process | None:
    """One process; None if it is gone."""
    fields = _stat(entry)
    if not fields:
        return None
    return Process(
        pid=_inner_pid(entry) if foreign else entry,
        alive=fields[0] not in (b"Z", b"X"),
        cpu=sum(map(int, fields[11:15])) * _TICK,
        resident=int(fields[21]) * _PAGE,
        threads=int(fields[17]),
        running=fields[0] in (b"R", b"D"),
        entry=entry,
    )


def _inner_pid(entry: int) -> int:
    try:
        with _open(f"/proc/{entry}/status", "rb") as file:
            for line in file:
                if line.startswith(b"NSpid:"):
                    return int(line.split()[-1])
    except (FileNotFoundError, ProcessLookupError):
        pass  # gone: nobody will find it by any number
    return 0


def below(keep: Collection[int] = (), *, enough: int = 1 << 30) -> list[Process]:
    """All processes below this one, but those in `keep` and what is below them.

    Looks no further than `enough` processes: a fork bomb needs no exact count.
    """
    top = own_entry()
    foreign = top != getpid()
    found: list[Process] = []
    waiting = children(top)
    while waiting and len(found) < enough:
        process = read(waiting.pop(), foreign=foreign)
        if process is not None and process.pid not in keep:
            found.append(process)
            waiting += children(process.entry)
    return found


def shared_out(process: Process) -> int:
    """Resident bytes with each shared page divided among its users: exact, and slow."""
    try:
        with _open(f"/proc/{process.entry}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass  # gone, or of another user: the plain figure must do
    return process.resident
