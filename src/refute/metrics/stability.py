"""Stability in counts that can be added: tests by what makes them fail, kills by their kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum

from refute.verdicts import Judged, KillKind


class Cause(StrEnum):
    """Why a test fails though the code is right; the first ones matter most."""

    FLAKY = "flaky"
    RANDOM = "random-dependent"
    ORDER = "order-dependent"
    HASH = "hash-dependent"
    TIME = "time-dependent"
    SCHEDULE = "schedule-dependent"
    AGAIN = "rerun-dependent"
    PROCESS = "process-dependent"
    CWD = "cwd-dependent"
    BRITTLE = "brittle"
    UNREPEATED = "unrepeated"


@dataclass(frozen=True, slots=True)
class Kills:
    """All kills of a run, by how the test noticed."""

    told: int = 0
    tripped: int = 0
    crashed: int = 0
    timeout: int = 0

    @property
    def total(self) -> int:
        """All of them; what the shares are shares of."""
        return self.told + self.tripped + self.crashed + self.timeout

    def __add__(self, other: Kills) -> Kills:
        return Kills(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Kills)))


@dataclass(frozen=True, slots=True)
class StabilityCounts:
    """Numbers of tests. One with several causes counts once in ``unstable`` and once for each."""

    #: Tests that passed with nothing changed, and so could show anything.
    judged: int = 0
    #: Those that failed under some change.
    unstable: int = 0
    red: int = 0
    skipped: int = 0
    #: One number for each Cause, in its order.
    by_cause: tuple[int, ...] = (0,) * len(Cause)

    @property
    def stable(self) -> int:
        """Judged tests that never failed."""
        return self.judged - self.unstable

    @property
    def share(self) -> float | None:
        """The share of stable tests among those that were judged; None of nothing."""
        return self.stable / self.judged if self.judged else None

    def of(self, cause: Cause) -> int:
        """Tests of one cause."""
        return self.by_cause[list(Cause).index(cause)]

    def __add__(self, other: StabilityCounts) -> StabilityCounts:
        return StabilityCounts(
            self.judged + other.judged,
            self.unstable + other.unstable,
            self.red + other.red,
            self.skipped + other.skipped,
            tuple(a + b for a, b in zip(self.by_cause, other.by_cause, strict=True)),
        )


def kills_of(judged: Iterable[Judged]) -> Kills:
    """How the kills of a run were made."""
    kinds = [one.kill_kind for one in judged if one.kill_kind is not None]
    return Kills(
        told=kinds.count(KillKind.TOLD),
        tripped=kinds.count(KillKind.TRIPPED),
        crashed=kinds.count(KillKind.CRASHED),
        timeout=kinds.count(KillKind.TIMEOUT),
    )


def counts_of(
    judged: int, red: int, skipped: int, found: Iterable[tuple[str, Cause]]
) -> StabilityCounts:
    """Counts from pairs of a test and a cause, which may name a test more than once."""
    pairs = set(found)
    return StabilityCounts(
        judged=judged,
        unstable=len({test for test, _ in pairs}),
        red=red,
        skipped=skipped,
        by_cause=tuple(sum(one is cause for _, one in pairs) for cause in Cause),
    )
