"""What is known of a suite's stability, as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from refute.faults.perturbation import Kind, Perturbation, Rewrite
from refute.metrics.stability import Cause, Kills, StabilityCounts

CAUSES: Mapping[Kind, Cause] = {
    Kind.NOTHING: Cause.FLAKY,
    Kind.ORDER: Cause.ORDER,
    Kind.PROCESS: Cause.PROCESS,
    Kind.HASH: Cause.HASH,
    Kind.RANDOM: Cause.RANDOM,
    Kind.CLOCK: Cause.TIME,
    Kind.ZONE: Cause.TIME,
    Kind.CWD: Cause.CWD,
    Kind.SCHEDULE: Cause.SCHEDULE,
    Kind.AGAIN: Cause.AGAIN,
}
"""What it means when a test fails under a perturbation of that kind, again and again."""

Commands = Callable[[list[str]], str]
"""Makes the command that reproduces something, from the options that are its own."""


@dataclass(frozen=True, slots=True)
class Unstable:
    """One test and one reason for which it fails though the code is right."""

    test: str
    cause: Cause
    perturbation: Perturbation
    #: The line of pytest that says what failed.
    failure: str
    #: How often it failed, of how many runs under this very perturbation.
    failed: int
    tried: int
    #: A command that shows it, and exits with 1 when the test fails.
    reproduce: str
    #: Tests after which alone it fails: of an order dependence the other one of the pair.
    after: tuple[str, ...] = ()
    #: Tests without which before it fails.
    needs: tuple[str, ...] = ()
    #: What those tests, or it itself, leave behind, in words.
    left: tuple[str, ...] = ()
    #: False where it was seen in the sweep alone.
    confirmed: bool = True
    rewrite: Rewrite | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of the sweep."""

    perturbation: Perturbation
    tests: int
    failed: tuple[str, ...]
    seconds: float
    #: Why it tells nothing, or not all; empty if all is well.
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Stability:
    """All that was found out."""

    version: str
    python: str
    seal: str
    seed: int
    runs: tuple[Ran, ...]
    tests: tuple[str, ...]
    red: tuple[str, ...]
    counts: StabilityCounts
    found: tuple[Unstable, ...]
    #: Rewrites that were tried.
    rewrites: int
    #: How the kills of the last `refute run` were made; None without a report.
    kills: Kills | None
    #: What could not be asked, with the reason.
    notes: tuple[str, ...] = ()
    #: True when the user stopped it.
    partial: bool = False
    #: Runs in all, those that looked for reasons included.
    total_runs: int = 0
    seconds: float = field(default=0.0)
