"""What the pipeline says while it runs. The console is the only listener."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from refute.findings import Finding
from refute.verdicts import Judged


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage begins; ``name`` is a word or two, ``detail`` what it works on."""

    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StageFinished:
    """A stage came to its end after so many wall-clock seconds."""

    name: str
    seconds: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing, such as a choice that was made and why."""

    text: str


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801  (Warning is a builtin)
    """Something that is not as it should be, and stops nothing."""

    slug: str
    text: str


@dataclass(frozen=True, slots=True)
class BaselineSummary:
    """How the unchanged suite fared: numbers of tests, and seconds of one plain run."""

    tests: int
    passed: int
    red: int
    flaky: int
    skipped: int
    seconds: float


@dataclass(frozen=True, slots=True)
class TestsRun:
    """Unhurried work goes on: ``done`` of ``total`` tests (or ``things``) have been run.

    ``running`` is the test that begins now; empty when none does, or none is known.
    """

    __test__ = False

    done: int
    total: int
    things: str = "tests"
    running: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What lies ahead: mutants to be tried, and the seconds that this may take."""

    mutants: int
    seconds: float


@dataclass(frozen=True, slots=True)
class FirstFindings:
    """What is known before the first trial: red tests, functions that no test runs."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class TrialDone:
    """One more mutant has its verdict. ``done`` of ``total`` were tried, in numbers so far.

    ``behind`` and ``ahead``: seconds of processes that this run has spent on trials, and that it
    will still spend, by a forecast.
    """

    judged: Judged
    done: int
    total: int
    killed: int
    survived: int
    behind: float
    ahead: float


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The user pressed Ctrl-C; what was finished is kept."""

    done: int
    total: int


Event = (
    StageStarted
    | StageFinished
    | Note
    | Warning_
    | BaselineSummary
    | Estimate
    | FirstFindings
    | TestsRun
    | TrialDone
    | Interrupted
)


class Listener(Protocol):
    """Whoever is told how a run goes on."""

    def handle(self, event: Event) -> None:
        """Take note of one event."""
