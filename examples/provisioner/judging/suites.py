"""The two suites, and how each is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".judge"
"""What was measured: one folder a suite. A step whose result lies there is not run again."""

SHARD = "1/8"
"""Faults are drawn by their ids, so both suites are asked for the same ones."""

PATHS = (
    "api/app.py",
    "api/parts.py",
    "api/routes",
    "billing",
    "cluster",
    "db.py",
    "domain",
    "worker",
)
"""Where faults are made: what decides and acts. Declarations (tables, shapes, settings) run when
they are imported, and each fault in them takes a fresh process.
"""

JUDGED = ("cluster/helm.py", "worker/loop.py", "billing/events.py")
"""Where all faults are made, so that verdicts on tests and doubles can be had: a sample of the
faults of everything says nothing of a single test.
"""


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite of tests over the same code."""

    name: str
    title: str
    #: Files and folders that all measures run.
    tests: tuple[str, ...]
    #: Left out of them: they take minutes.
    slow: tuple[str, ...] = ()
    #: Those that are put to planted bugs first, and the others for what these have missed.
    quick: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()

    @property
    def arguments(self) -> list[str]:
        """The tests, for pytest."""
        # That the patches of bugs fit today's code is no matter of the service.
        return [*self.tests, *(f"--ignore={path}" for path in (*self.slow, *_NONE))]

    @property
    def options(self) -> list[str]:
        """The tests, for refute."""
        ignored = " ".join(f"--ignore={path}" for path in (*self.slow, *_NONE))
        return [*options_of(self.tests), "--pytest-args", ignored]

    @property
    def folder(self) -> Path:
        """Where its results are kept."""
        return KEPT / self.name


def options_of(tests: tuple[str, ...]) -> list[str]:
    """These tests, for refute."""
    return [word for path in tests for word in ("--tests", path)]


_NONE = ("tests/unit/test_bugs.py",)

THEATRE = Suite("theatre", "Theatre", ("tests_theatre",), quick=("tests_theatre",))
REAL = Suite(
    "real",
    "Real",
    ("tests/unit", "tests/integration"),
    slow=("tests/integration/test_kill.py",),
    quick=("tests/unit",),
    rest=("tests/integration", "tests/contract", "tests/cluster"),
)

SUITES = (THEATRE, REAL)
