"""The suite in changed worlds: which tests fail in which of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from refute.diary import Diary
from refute.errors import fail
from refute.faults.perturbation import Kind, Perturbation
from refute.stability.values import Ran
from refute.trials.perturbed import Answer, Ask, Worlds

LEAST = 60.0
"""Seconds that a run may take in any case."""
LONG = 120.0
"""Seconds of a sweep from which on the user is told how long it will take."""

_OTHERWISE = (Kind.ORDER, Kind.PROCESS)
"""Kinds in which other tests, or none, come before a test."""


@dataclass(slots=True)
class Sweep:
    """All runs of the whole suite, in the order of the plan."""

    answers: list[tuple[Perturbation, Answer]] = field(default_factory=list)

    @property
    def tests(self) -> tuple[str, ...]:
        """All tests, in the suite's own order."""
        return self.answers[0][1].order

    @property
    def red(self) -> tuple[str, ...]:
        """Tests that fail whenever nothing is changed, and do so in other worlds of the same
        order: they can tell nothing.
        """
        still = [answer for change, answer in self.answers if change.kind is Kind.NOTHING]
        alike = [answer for change, answer in self.answers if change.kind not in _OTHERWISE]
        return tuple(
            test
            for test in self.tests
            if any(answer.failed(test) for answer in still)
            and not any(answer.passed(test) for answer in alike)
        )

    @property
    def skipped(self) -> tuple[str, ...]:
        """Tests that were not run to an end with nothing changed."""
        return tuple(t for t in self.tests if self.answers[0][1].outcomes.get(t) == "skipped")

    @property
    def suspects(self) -> dict[str, list[tuple[Perturbation, Answer]]]:
        """Tests that pass as they are and failed somewhere, with the runs in which they did."""
        aside = {*self.red, *self.skipped}
        found: dict[str, list[tuple[Perturbation, Answer]]] = {}
        for change, answer in self.answers:
            for test in self.tests:
                if test not in aside and answer.failed(test):
                    found.setdefault(test, []).append((change, answer))
        return found

    @property
    def runs(self) -> tuple[Ran, ...]:
        """The runs, for the report."""
        return tuple(
            Ran(
                change,
                len(answer.order),
                tuple(test for test in answer.order if answer.failed(test)),
                answer.seconds,
                answer.trouble,
            )
            for change, answer in self.answers
        )


def sweep(worlds: Worlds, plan: Sequence[Perturbation], factor: float, diary: Diary) -> Sweep:
    """Run the suite once for each perturbation of the plan, of which the first changes nothing.

    Raises RefuteError: collection-failed, no-tests. Ctrl-C leaves what was run.
    """
    found = Sweep()
    first = worlds.first()
    if not first.order:
        words = first.output.splitlines()[-30:]
        if first.trouble:
            fail("collection-failed", "pytest could not collect the suite.", detail=words)
        fail("no-tests", "pytest collected no test.", detail=words)
    found.answers.append((plan[0], first))
    # Each test in a process of its own, and the suite twice, take longer by themselves.
    worlds.limit = max(LEAST, factor * first.seconds)
    if first.seconds * len(plan) > LONG:
        minutes = first.seconds * (len(plan) - 1) / worlds.jobs / 60
        diary.note(
            "estimate", f"One run takes {first.seconds:.0f} s, the others {minutes:.0f} min."
        )
    done: dict[int, Answer] = {}
    asks = [Ask(change) for change in plan[1:]]

    def take(ask: Ask, answer: Answer) -> None:
        at = next(at for at, one in enumerate(asks) if one is ask)
        done[at] = answer
        diary.progress(len(done) + 1, len(plan), "runs", str(ask.perturbation))

    try:
        worlds.all(asks, take)
    except KeyboardInterrupt:
        found.answers += [(asks[at].perturbation, done[at]) for at in sorted(done)]
        raise Stopped(found) from None
    found.answers += [(asks[at].perturbation, done[at]) for at in sorted(done)]
    return found


class Stopped(Exception):
    """The user stopped the sweep; it holds what was run."""

    def __init__(self, found: Sweep) -> None:
        super().__init__("stopped")
        self.found = found
