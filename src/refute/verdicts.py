"""Raw facts turned into verdicts by pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from refute.faults.fault import Mutant
from refute.trials.outcome import Failure, Mechanism, Outcome, Result


class Verdict(StrEnum):
    """The judgement on a mutant. The first four make up the score."""

    KILLED = "killed"
    TIMEOUT = "timeout"
    SURVIVED = "survived"
    NO_COVERAGE = "no_coverage"
    UNSTABLE = "unstable"
    EQUIVALENT = "equivalent"
    UNVIABLE = "unviable"
    SUPPRESSED = "suppressed"
    ERROR = "error"
    PENDING = "pending"
    """Not tried yet: the run was stopped first."""


SCORED = (Verdict.KILLED, Verdict.TIMEOUT, Verdict.SURVIVED, Verdict.NO_COVERAGE)


class KillKind(StrEnum):
    """How a kill was noticed."""

    TOLD = "told"
    TRIPPED = "tripped"
    CRASHED = "crashed"
    TIMEOUT = "timeout"


class Reached(StrEnum):
    """How far a mutant got before nobody noticed."""

    NOT_REACHED = "not_reached"
    REACHED = "reached"
    INFECTED = "infected"
    SWALLOWED = "swallowed"
    """A test double, or a real boundary, received something else."""
    PROPAGATED = "propagated"
    """Project code gave something else back to a test, which did not assert on it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A mutant with its verdict and the facts that the verdict rests on."""

    mutant: Mutant
    verdict: Verdict
    mechanism: Mechanism = Mechanism.NONE
    killed_by: str | None = None
    kill_kind: KillKind | None = None
    failure: Failure | None = None
    reached: Reached | None = None
    #: Node ids of the tests that execute the mutant's lines.
    covered_by: tuple[str, ...] = ()
    tests_run: tuple[str, ...] = ()
    seconds: float = 0.0
    #: Why the verdict stands outside the score, or what else a reader should know.
    reason: str = ""
    #: True when the verdict was taken over from an earlier run.
    reused: bool = False

    @property
    def settled(self) -> bool:
        """Whether it survived without a trial: no test that runs it sees a difference."""
        return self.verdict is Verdict.SURVIVED and self.mechanism is Mechanism.NONE


def kill_kind(failure: Failure | None) -> KillKind:
    """Tell whether a test meant to notice: told, tripped or crashed (see docs/reading.md)."""
    if failure is None or not failure.by_test:
        return KillKind.CRASHED
    return KillKind.TRIPPED if failure.accident else KillKind.TOLD


def judge(mutant: Mutant, outcome: Outcome, covered_by: tuple[str, ...]) -> Judged:
    """The verdict that follows from one trial's raw facts."""
    verdict = {
        Result.PASSED: Verdict.SURVIVED,
        Result.FAILED: Verdict.KILLED,
        Result.DIED: Verdict.KILLED,
        Result.TIMEOUT: Verdict.TIMEOUT,
        Result.BROKEN: Verdict.ERROR,
    }[outcome.result]
    kind: KillKind | None = None
    if verdict is Verdict.TIMEOUT:
        kind = KillKind.TIMEOUT
    elif verdict is Verdict.KILLED:
        kind = kill_kind(outcome.failure)
    return Judged(
        mutant=mutant,
        verdict=verdict,
        mechanism=outcome.mechanism,
        killed_by=outcome.test if kind is not None else None,
        kill_kind=kind,
        failure=outcome.failure if kind is not None else None,
        reached=Reached.REACHED if verdict is Verdict.SURVIVED else None,
        covered_by=covered_by,
        tests_run=outcome.tests_run,
        seconds=outcome.seconds,
        reason=outcome.detail,
    )


def left_out(mutant: Mutant) -> Judged:
    """A mutant that was excluded before any trial."""
    return Judged(mutant, Verdict(mutant.excluded), reason=mutant.reason)


def uncovered(mutant: Mutant) -> Judged:
    """A mutant whose lines no usable test executes."""
    return Judged(mutant, Verdict.NO_COVERAGE, reached=Reached.NOT_REACHED)


def never_infected(mutant: Mutant, covered_by: tuple[str, ...]) -> Judged:
    """A mutant that tests run over, and whose value was the original's each time."""
    return Judged(
        mutant,
        Verdict.SURVIVED,
        reached=Reached.REACHED,
        covered_by=covered_by,
        reason="reached, never infected: in each test its value was the original's",
    )


def pending(mutant: Mutant, covered_by: tuple[str, ...]) -> Judged:
    """A mutant that was not tried because the run was stopped."""
    return Judged(mutant, Verdict.PENDING, covered_by=covered_by, reason="not tried yet")
