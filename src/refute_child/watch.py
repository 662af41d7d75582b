"""What one look after another finds out about a trial and all that it started.

Spinning is told from sleeping: each test has a limit in CPU seconds and a longer one on the
clock. A test that is sure to sleep beyond its limit is not waited for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from mmap import mmap
from time import monotonic, monotonic_ns

from .processes import Process, below, shared_out
from .waits import Waits, waits, wakes

LOOK_MS = 20
"""Milliseconds between two looks."""
_EXACT_PAUSE = 0.2
_THREADS_PER_PROCESS = 32
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


class Watch:
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
        self._waits: Waits = ()
        #: Before this time on the monotonic clock it surely stays asleep.
        self._wakes = 0.0

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
            self._foresee(tree)
        else:
            self._waits, self._wakes = (), 0.0
        self._looked = now, self.cpu

    def _foresee(self, tree: list[Process]) -> None:
        """Nobody else can wake a process that is alone and has not stirred since the last look."""
        alone = len(tree) == 1
        found = waits(tree[0].entry) if alone else ()
        still = found and found == self._waits
        self._waits = found
        self._wakes = wakes(tree[0].entry, found) if still else 0.0

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
        now = monotonic()
        left = limit.cpu + _SLEEP - self._asleep
        late = left < 0 or now - started > limit.wall
        # What is sure to break its limit need not be waited for.
        return "wall" if late or self._wakes > now + left + LOOK_MS / 1000 else ""
