"""The two observed runs of the unchanged suite: in its own order, and in reverse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from refute.errors import RefuteError
from refute.faults.fault import Mutant
from refute.project import Project
from refute.trials import observation
from refute.trials.merged import same_outcomes
from refute.trials.observation import Collected, Progress, Run
from refute.trials.pool import LOOK, WORTH
from refute.trials.pulse import Pulse
from refute.trials.slot import Slot, reached

PATIENCE = 20.0
"""Seconds that a test may take in the second look beyond a multiple of its first time."""
PATIENCE_BLIND = 120.0
"""The same where the first time is not known yet."""


@dataclass(slots=True)
class Looks:
    """Runs the collected suite twice, in one slot or in two at a time.

    ``slots`` are the open ones, of which the first has collected the suite; ``open_slot`` adds
    one to them, ``discard`` takes one out. ``jobs`` are the processes that may work at a time.
    """

    project: Project
    collected: Collected
    slots: list[Slot]
    open_slot: Callable[[], Slot]
    discard: Callable[[Slot], None]
    jobs: int
    timeout_factor: float
    #: Look at doubles as well.
    fakes: bool

    def both(
        self, probed: Sequence[Mutant], progress: Progress, warnings: list[str]
    ) -> tuple[Run, Run]:
        """The run in the suite's order, and the one in reverse with probes for mutants, or
        what comes nearest to it; ``warnings`` gets the reason where order was not tried.

        A reverse run in which a test does otherwise is repeated without probes: it may be
        they that disturbed it, and what they saw is void.
        """
        first = self.slots[0]
        one, two, tried = self._beside(first, probed, progress)
        if not tried:
            longest = max(record["seconds"] for record in one.records.values())
            patience = PATIENCE + self.timeout_factor * longest
            two = _or_none(lambda: self._run(first, "reverse", progress, probed, patience))
        else:
            well = two and not one.failed and same_outcomes(one, two)
            if not well and reached(self.slots):
                # The two may have met at a service: each once more, alone.
                one = self._run(first, "forward", progress)
                reverse = ("reverse", progress, probed, PATIENCE_BLIND)
                two = _or_none(lambda: self._run(first, *reverse))
        if two is None:
            warnings.append("does not come to its end in the reverse order; order was not tried")
            two = self._run(first, "forward", progress)
        elif not same_outcomes(one, two):
            again = _or_none(lambda: self._run(first, "reverse", progress, (), PATIENCE_BLIND))
            two = again or self._run(first, "forward", progress)
        return one, two

    def _beside(
        self, first: Slot, probed: Sequence[Mutant], progress: Progress
    ) -> tuple[Run, Run | None, bool]:
        """The first run, the second if it was tried beside it in a slot of its own, and whether
        it was.
        """
        with ThreadPoolExecutor(1) as thread:
            forward = thread.submit(self._run, first, "forward", progress)
            try:
                two, tried = self._reverse_beside(first, probed, forward)
                return forward.result(), two, tried
            except BaseException:
                # Ends the thread's reading, which nothing else would.
                for slot in list(self.slots):
                    self.discard(slot)
                raise

    def _reverse_beside(
        self, first: Slot, probed: Sequence[Mutant], forward: Future[Run]
    ) -> tuple[Run | None, bool]:
        """At once if two may work at a time, or as soon as the first is seen to sleep; not at
        all once it has ended.

        Slots are opened in the main thread alone: they die with the thread that opened them.
        """
        pulse, slept = Pulse(first.pid), 0.0
        while self.jobs == 1 and slept < WORTH:
            if wait([forward], LOOK).done:
                return None, False
            slept += LOOK if pulse.asleep() else 0.0
        second = self.open_slot()
        return _or_none(lambda: self._collect_and_reverse(second, probed)), True

    def _collect_and_reverse(self, slot: Slot, probed: Sequence[Mutant]) -> Run:
        observation.collect(slot, self.project.files)
        return self._run(slot, "reverse", lambda *_: None, probed, PATIENCE_BLIND)

    def _run(
        self,
        slot: Slot,
        order: str,
        progress: Progress,
        probed: Sequence[Mutant] = (),
        patience: float | None = None,
    ) -> Run:
        names, total = self.project.files, len(self.collected.tests)
        root = self.project.root
        # Doubles are looked at once, where no probe is in the way.
        fakes = self.fakes and order == "forward"
        return observation.run_suite(
            slot, names, order, total, progress, probed, root, patience, fakes
        )


def _or_none(run: Callable[[], Run]) -> Run | None:
    """The second look, or None where the suite dies or hangs in that order."""
    try:
        return run()
    except RefuteError:
        return None
