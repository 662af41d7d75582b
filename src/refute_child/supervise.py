"""Watching over a forked trial: its time, its memory, its processes, and its end.

The process that forked the trial sleeps until it ends. A fast trial costs one poll; an older
one is looked at every 20 ms, together with all that it has started: the caller's descendants
but `keep`. Nothing gets away from there, daemons neither, once `adopt_orphans` was called.

Spinning is told from sleeping: each test has a limit in CPU seconds and a longer one on the
clock. All that is needed of `os` and `time` is bound here, before a mock can replace it.
"""

from __future__ import annotations

import resource
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from mmap import mmap
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
from time import monotonic, monotonic_ns, sleep

from . import linux
from .processes import Process, below, shared_out

_open = open
_LOOK_MS = 20
_EXACT_PAUSE = 0.2
_THREADS_PER_PROCESS = 32
_FILE_SIZE = 1 << 30
_PAGE = 4096
_SLEEP = 4.0
"""Seconds that a test may sleep beyond its CPU limit: a fault may well add a pause, and a
pause alone breaks nothing."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What one test may take, in seconds: of CPU, for spinning, and a little longer asleep with
    nothing running; by the clock, for whatever is neither.
    """

    cpu: float
    wall: float


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


class Board:
    """A page shared between a trial and its supervisor: where the trial is.

    Made before the fork. `cells` are 64-bit integers: the index of the current test (-1
    between tests), when it began (nanoseconds, monotonic), and a count of ticks that the
    trial may raise as it likes.
    """

    def __init__(self) -> None:
        self.cells = memoryview(mmap(-1, _PAGE)).cast("q")
        self.start(-1)

    def start(self, index: int) -> None:
        """The test `index` begins now; -1 for what lies between tests."""
        self.cells[1] = monotonic_ns()
        self.cells[2] = 0
        self.cells[0] = index

    @property
    def index(self) -> int:
        """The current test, -1 between tests."""
        return self.cells[0]

    @property
    def started(self) -> float:
        """When the current test began, in monotonic seconds."""
        return self.cells[1] / 1e9

    @property
    def ticks(self) -> int:
        """What the trial counted in the current test."""
        return self.cells[2]


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


class _Watch:
    """What one look after another finds out about a trial and all that it started."""

    def __init__(
        self,
        progress: Board,
        limits: Sequence[Limit],
        outside: Limit,
        memory_limit_bytes: int,
        process_limit: int,
        keep: Collection[int],
    ) -> None:
        self.progress = progress
        self.limits = limits
        self.outside = outside
        self.memory = memory_limit_bytes
        self.processes = process_limit
        self.keep = keep
        self.born = monotonic()
        self.cpu = 0.0
        self.peak = 0
        self._exact_after = 0.0
        self._test = (-1, 0.0)
        self._cpu_before = 0.0
        self._asleep = 0.0
        self._looked = (self.born, 0.0)

    def look(self) -> str:
        """The limit that is broken, or nothing."""
        tree = below(self.keep, enough=self.processes + 1)
        self.cpu = max(self.cpu, sum(process.cpu for process in tree))
        self._sleep(tree)
        threads = sum(process.threads for process in tree)
        if len(tree) > self.processes or threads > self.processes * _THREADS_PER_PROCESS:
            return "processes"
        return self._memory(tree) or self._time()

    def _sleep(self, tree: list[Process]) -> None:
        """Add up the time in which nothing ran: no process wanted a core, no CPU was used."""
        now = monotonic()
        before, cpu = self._looked
        if cpu == self.cpu and not any(process.running for process in tree):
            self._asleep += now - before
        self._looked = now, self.cpu

    def _memory(self, tree: list[Process]) -> str:
        """Resident bytes count shared pages once a process, so a breach is looked at closely."""
        resident = sum(process.resident for process in tree)
        now = monotonic()
        if resident <= self.memory:
            self.peak = max(self.peak, resident)
        elif now >= self._exact_after:
            exact = sum(shared_out(process) for process in tree)
            self.peak = max(self.peak, exact)
            self._exact_after = now + _EXACT_PAUSE
            return "memory" if exact > self.memory else ""
        return ""

    def _time(self) -> str:
        index, started = self.progress.index, max(self.progress.started, self.born)
        if (index, started) != self._test:
            # The first test that we see may have used all the CPU seen so far; for a later
            # one we may be late by one look.
            self._cpu_before = 0.0 if self._test == (-1, 0.0) else self.cpu
            self._test = (index, started)
            self._asleep = 0.0
        limit = self.limits[index] if 0 <= index < len(self.limits) else self.outside
        if self.cpu - self._cpu_before > limit.cpu:
            return "cpu"
        asleep = self._asleep > limit.cpu + _SLEEP
        return "wall" if asleep or monotonic() - started > limit.wall else ""


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
    watch = _Watch(progress, limits, outside, memory_limit_bytes, process_limit, keep)
    descriptor = pidfd_open(pid)
    broken = ""
    try:
        poller = poll()
        poller.register(descriptor, POLLIN)
        while not broken and not poller.poll(_LOOK_MS):
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
