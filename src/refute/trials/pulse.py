"""Whether the processes of a slot want a core, or only wait: seen from outside, in /proc."""

from __future__ import annotations

from refute_child.processes import children, read


class Pulse:
    """One slot's processes, looked at now and then.

    A test that sleeps leaves its core to others. So long as a slot is asleep, another one may
    work without there being more work at a time than there are jobs.
    """

    def __init__(self, top: int) -> None:
        """``top`` is the process id of the slot's first process."""
        self._top = top
        self._cpu = -1.0

    def asleep(self) -> bool:
        """Whether none of them runs, nor used any CPU since the last look.

        False on the first look, and where the processes can't be read.
        """
        cpu, running = 0.0, False
        waiting = [self._top]
        while waiting:
            entry = waiting.pop()
            try:
                process = read(entry, foreign=False)
                waiting += children(entry)
            except OSError:
                return False
            if process is not None:
                cpu += process.cpu
                running = running or process.running
        # Sums fall when a process ends unseen: that, too, is a sign of life.
        still, self._cpu = cpu == self._cpu, cpu
        return still and not running
