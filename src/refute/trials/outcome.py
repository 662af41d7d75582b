"""Raw facts of a trial, before any judgement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mechanism(StrEnum):
    """How a fault was put into the world of the tests."""

    SWAP = "swap"
    """The function's code object was replaced in a fork of the collected suite."""
    IMPORT = "import"
    """The module was executed from mutated source in a fork taken before its import."""
    COLD = "cold"
    """A fresh interpreter ran plain pytest on mutated source."""
    NONE = "none"
    """Nothing was run."""


class Result(StrEnum):
    """What became of a trial's process."""

    PASSED = "passed"
    FAILED = "failed"
    TIMEOUT = "timeout"
    DIED = "died"
    """The process ended on its own: a signal, ``os._exit``, out of memory."""
    BROKEN = "broken"
    """The trial could not be carried out; ``detail`` says why."""


@dataclass(frozen=True, slots=True)
class Failure:
    """How a test failed under a fault, as observed in the child."""

    #: ``setup``, ``call``, ``teardown``, ``collect`` or ``process``.
    phase: str
    #: Qualified name of the exception's class, shortened.
    exception: str
    #: First line of its message, shortened and masked.
    message: str
    #: True when the exception was made by the test's own code (an assertion, a
    #: ``pytest.raises`` that saw nothing, an error while reading a result).
    by_test: bool
    #: True when the fault raised something by accident in project code, however it ended.
    accident: bool
    #: Line of the tests' own code that it came by last; 0 where there is none.
    line: int = 0


Began = tuple[tuple[int, tuple[int, ...]], ...] | None
"""Functions by the position of their file, and their first lines."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One trial of one mutant."""

    mutant: str
    mechanism: Mechanism
    result: Result
    #: Node id of the test that noticed.
    test: str | None = None
    failure: Failure | None = None
    #: Node ids of the tests that were run, in order; the noticing one is last.
    tests_run: tuple[str, ...] = ()
    seconds: float = 0.0
    detail: str = ""
    #: Functions of the project that began, fault or not: position of the file in the project's
    #: list, and first lines; None where that is not known.
    began: Began = None
