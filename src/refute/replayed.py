"""Past bugs judged: from the raw facts of a replay to detected, missed, or not replayable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from refute.faults.past import PastBug, Unfit
from refute.trials.facts import Replay
from refute.trials.outcome import Failure, Result
from refute.verdicts import KillKind, kill_kind


class BugFate(StrEnum):
    """What today's tests make of a past bug. The first two make up the rate."""

    DETECTED = "detected"
    MISSED = "missed"
    NOT_REPLAYABLE = "not-replayable"
    PENDING = "pending"
    """Not tried yet: the run was stopped first."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A past bug with its fate and the facts that it rests on."""

    bug: PastBug
    fate: BugFate
    #: Node id of the test that noticed, and how.
    detected_by: str | None = None
    kind: KillKind | None = None
    failure: Failure | None = None
    #: Node ids of the tests that could meet the bug, and how many tests were run.
    reaching: tuple[str, ...] = ()
    ran: int = 0
    #: Wall-clock seconds of the run.
    seconds: float = 0.0
    unfit: Unfit | None = None
    #: Why it is not replayable, in words.
    reason: str = ""


def judge(bug: PastBug, replay: Replay) -> Replayed:
    """The fate that follows from the facts of one replay."""
    unfit, reason = _unfit(replay)
    if unfit is not None:
        return Replayed(
            bug,
            BugFate.NOT_REPLAYABLE,
            reaching=replay.reaching,
            ran=replay.ran,
            seconds=replay.seconds,
            unfit=unfit,
            reason=reason,
        )
    outcome = replay.outcome
    if outcome.result is Result.PASSED:
        fate, kind = BugFate.MISSED, None
    else:
        fate = BugFate.DETECTED
        hung = outcome.result is Result.TIMEOUT
        kind = KillKind.TIMEOUT if hung else kill_kind(outcome.failure)
    return Replayed(
        bug,
        fate,
        detected_by=outcome.test if kind is not None else None,
        kind=kind,
        failure=outcome.failure if kind is not None else None,
        reaching=replay.reaching,
        ran=replay.ran,
        seconds=replay.seconds,
    )


def _unfit(replay: Replay) -> tuple[Unfit | None, str]:
    """Why the replay says nothing of the bug, if it does not."""
    if replay.outcome.result is Result.BROKEN:
        return Unfit.BROKEN, replay.outcome.detail
    if replay.at_root:
        return Unfit.CODE_NEEDS_IT, f"can't be imported without it: {_some(replay.uncollected)}"
    if replay.lacking:
        return Unfit.CODE_NEEDS_IT, f"newer code needs it: {replay.lacking}"
    seen = replay.outcome.result is not Result.PASSED and "::" in (replay.outcome.test or "")
    if replay.uncollected and not seen:
        words = "the others pass; can't be imported without it: "
        return Unfit.TESTS_NEED_IT, words + _some(replay.uncollected)
    if not replay.steady:
        return Unfit.UNSTABLE, "with the same change the tests failed once and passed once"
    return None, ""


def unfit(bug: PastBug) -> Replayed:
    """A bug that could not be put back."""
    return Replayed(bug, BugFate.NOT_REPLAYABLE, unfit=bug.unfit, reason=bug.detail)


def pending(bug: PastBug) -> Replayed:
    """A bug that was not tried because the run was stopped."""
    return Replayed(bug, BugFate.PENDING)


def _some(names: tuple[str, ...], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return "; ".join(names[:most]) + more
