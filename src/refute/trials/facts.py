"""Raw facts of a past bug's replay, before any judgement."""

from __future__ import annotations

from dataclasses import dataclass

from refute.trials.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Replay:
    """The raw facts of one past bug's replay."""

    bug: str
    outcome: Outcome
    #: Tests that could meet the change, of those in use; and those in files that were run.
    reaching: tuple[str, ...] = ()
    ran: int = 0
    #: What could not be imported with the change, and in which words.
    uncollected: tuple[str, ...] = ()
    #: True when it was the project's own code that could not be imported, or all tests.
    at_root: bool = False
    #: What today's code missed while a test ran: an error in code newer than the bug.
    lacking: str = ""
    #: False when the same tests failed once and passed the next time.
    steady: bool = True
    seconds: float = 0.0
