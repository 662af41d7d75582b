"""Watching over a forked trial: its time, its memory, its processes, and its end.

The process that forked the trial sleeps until it ends. A fast trial costs one poll; an older
one is looked at every 20 ms, together with all that it has started: the caller's descendants
but `keep`. Nothing gets away from there, daemons neither, once `adopt_orphans` was called.

What a look finds out is in `watch`. All that is needed of `os` and `time` is bound here, before a
mock can replace it.
"""

from __future__ import annotations

import resource
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from os import (
    WNOHANG,
    _exit,
    close,
    getpid,
    getppid,
    kill,
    pidfd_open,
    wait4,
    waitpid,
    waitstatus_to_exitcode,
)
from select import POLLIN, poll
from signal import SIGKILL, SIGSTOP
from time import monotonic, sleep

from . import linux
from .processes import below
from .watch import LOOK_MS, Board, Limit, Watch

_open = open
_FILE_SIZE = 1 << 30


@dataclass(frozen=True, slots=True)
class End:
    """How a trial ended.

    `kind` is "exited" or "signalled" for a trial that ended by itself, or the limit that cut
    it: "wall", "cpu", "memory", "processes". `status` is its exit code, or the number of the
    signal. CPU and wall time in seconds, `peak` in resident bytes of the whole tree.
    """

    kind: str
    status: int
    cpu: float
    wall: float
    peak: int


def adopt_orphans() -> None:
    """Once, in every process that forks trials: their daemons come to us, to be killed."""
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)


def limit_trial(parent: int) -> None:
    """First thing in a forked trial: dies with `parent`, leaves no core, fills no disk.

    The kernel's out-of-memory killer takes the trial before anything else. Limits on
    processes and memory are the supervisor's, since rlimits don't bind root.
    """
    linux.prctl(linux.PR_SET_PDEATHSIG, SIGKILL)
    if getppid() != parent:  # it ended before we asked to be told
        _exit(1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    size = _FILE_SIZE if hard == resource.RLIM_INFINITY else min(_FILE_SIZE, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    with suppress(OSError), _open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # refused on a read-only /proc: then the supervisor is all there is


def supervise(
    pid: int,
    *,
    progress: Board,
    limits: Sequence[Limit],
    outside: Limit,
    memory_limit_bytes: int,
    process_limit: int,
    sealed: bool = False,
    keep: Collection[int] = (),
) -> End:
    """Wait for the trial `pid`, a child of this process, and cut it at its limits.

    `limits` are those of each test, by the index that the trial publishes in `progress`;
    `outside` holds between tests. When a limit was broken nothing of the trial is left; when
    it ended by itself, what it started is left to `kill_rest`.
    """
    watch = Watch(progress, limits, outside, memory_limit_bytes, process_limit, keep)
    descriptor = pidfd_open(pid)
    broken = ""
    try:
        poller = poll()
        poller.register(descriptor, POLLIN)
        while not broken and not poller.poll(LOOK_MS):
            broken = watch.look()
    finally:
        close(descriptor)
    if broken:
        # Everybody at once where that can be had: a fork bomb grows while we wait for its first.
        kill(-1 if _alone(sealed, keep) else pid, SIGKILL)
    _, status, usage = wait4(pid, 0)
    if broken:
        kill_rest(keep, sealed=sealed)
    code = waitstatus_to_exitcode(status)
    return End(
        kind=broken or ("exited" if code >= 0 else "signalled"),
        status=abs(code),
        cpu=max(usage.ru_utime + usage.ru_stime, watch.cpu),
        wall=monotonic() - watch.born,
        peak=max(usage.ru_maxrss * 1024, watch.peak),
    )


def _alone(sealed: bool, keep: Collection[int]) -> bool:
    """Whether a signal to everybody reaches nobody but what the trials started."""
    return sealed and not keep and (getpid() == 1 or getppid() <= 1)


def kill_rest(keep: Collection[int] = (), *, sealed: bool = False) -> None:
    """Kill and reap every process below this one but those in `keep` and what is theirs.

    `sealed` says that the pid namespace is the slot's own: then one signal to everybody is
    enough where nobody else is in it but pid 1. Otherwise processes are stopped one by one,
    parents first, so that even a fork bomb has an end.
    """
    everybody = _alone(sealed, keep)
    if everybody:
        _kill_everybody()
        return
    while True:
        rest = below(keep)
        if not rest:
            return
        for signal in (SIGSTOP, SIGKILL):
            for process in rest:
                if process.alive and process.pid > 0:
                    with suppress(ProcessLookupError, PermissionError):
                        kill(process.pid, signal)
        for process in rest:
            with suppress(ChildProcessError):  # a grandchild: it will come to us, or be gone
                waitpid(process.pid, WNOHANG)
        if any(process.alive for process in rest):
            sleep(0.0005)


def _kill_everybody() -> None:
    """One signal reaches all of the slot at once, so that nothing can fork away from it."""
    while True:
        try:
            kill(-1, SIGKILL)
        except ProcessLookupError:
            return
        with suppress(ChildProcessError):  # what is not ours to reap is pid 1's
            while waitpid(-1, WNOHANG)[0]:
                pass
        sleep(0.0002)
