"""What doubles raise, and whether the real ones could: questions and answers, as values."""

from __future__ import annotations

from dataclasses import dataclass

from refute.observed import Site

LIES = "lies"
"""The real function was examined, and lets nothing of that kind out."""
ESCAPES = "escapes"
NOT_EXAMINED = "not_examined"
OUTSIDE = "outside"
"""What the double stands for is not known, or is no code of the project's."""


@dataclass(frozen=True, slots=True)
class Chance:
    """A call at which a double raised, in a test in which it did."""

    site: Site
    #: The outermost function that holds the call, and its line.
    unit: str
    unit_line: int
    #: Index of the test.
    test: int


@dataclass(frozen=True, slots=True)
class Question:
    """Could the real one raise this?"""

    #: Id of the double, the way from it to what is called, and the name of the exception.
    double: str
    method: str
    exception: str
    #: All tests in which it raises that.
    tests: tuple[int, ...]
    #: Where it can be asked; the first that gives an answer decides.
    chances: tuple[Chance, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it apart."""
        return self.double, self.method, self.exception


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found out."""

    #: LIES, ESCAPES, NOT_EXAMINED or OUTSIDE.
    verdict: str
    #: The evidence, or the reason, in words.
    why: str = ""
    #: The real function by module and name; empty where it is not known.
    real: str = ""
