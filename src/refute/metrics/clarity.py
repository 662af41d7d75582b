"""Clarity: whether somebody who reads a failure would understand it.

Pure judgement of texts of failures, as pytest gave them for tests that were run under a fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from refute.metrics.wording import Kind, kind_of, names, quote

FAR = 3
"""Calls between the test and the fault from which on a text should name what was broken."""


class Where(StrEnum):
    """Where the line lies that the text reports, as seen from the fault; the nearest first."""

    FUNCTION = "function"
    """In the function that holds the fault."""
    FILE = "file"
    """In another function of its file."""
    PROJECT = "project"
    """In another file of the project."""
    TESTS = "tests"
    """In the tests."""
    LIBRARY = "library"
    """In a library, such as unittest.mock."""
    UNKNOWN = "unknown"
    """The text reports no line."""


@dataclass(frozen=True, slots=True)
class Text:
    """One failure as it was taken, and the fault that it was taken under.

    Long texts come without their middle, and all come without secrets.
    """

    #: The test by its position, and the line of the tests' own code that failed.
    test: int
    line: int
    #: The mutant's id, file, line and function.
    mutant: str
    mutant_file: str
    mutant_line: int
    mutant_function: str
    #: All that pytest shows, and of it the exception's own message.
    text: str
    message: str
    #: Name of the exception's class.
    exception: str
    #: Lines of the whole text.
    lines: int
    #: The reported place: path (relative to the root if it lies below), line, whose file it is
    #: (``tests``, ``project``, ``library`` or empty), and the function around it.
    file: str
    at: int
    side: str
    function: str
    #: Calls from the test to the function that holds the fault; 1: the test calls it itself.
    calls: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be said of one text."""

    test: int
    line: int
    mutant: str
    kind: Kind
    #: Left and right of a comparison, or what was expected and what came.
    both_values: bool
    #: Whether the function that holds the fault is named.
    named: bool
    where: Where
    #: Lines between the reported line and the fault, where both are in one file.
    distance: int | None
    calls: int | None
    lines: int
    #: What a reader sees of it first.
    quote: tuple[str, ...]

    @property
    def far(self) -> bool:
        """Whether the fault is some calls away, and nothing in the text leads there."""
        return not self.named and self.calls is not None and self.calls >= FAR


@dataclass(frozen=True, slots=True)
class Missing:
    """Assertions that no text was taken of, and why."""

    reason: str
    number: int


@dataclass(frozen=True, slots=True)
class Clarity:
    """How well the suite's failures can be understood. An assertion is a line of a test
    function; the cases of one test count as one.
    """

    #: Assertions that were told of a fault.
    assertions: int
    #: Lines at which tests failed by accident, or with the fault's own exception.
    tripped: int
    crashed: int
    #: One text each, in the order of the suite.
    texts: tuple[Reading, ...]
    missing: tuple[Missing, ...]

    @property
    def taken(self) -> int:
        """Assertions with a text."""
        return len(self.texts)

    @property
    def clear(self) -> int:
        """Texts that show both values."""
        return sum(one.kind is Kind.CLEAR for one in self.texts)

    @property
    def named(self) -> int:
        """Texts that name the function that holds the fault."""
        return sum(one.named for one in self.texts)

    @property
    def far(self) -> int:
        """Texts of faults some calls away that lead nowhere."""
        return sum(one.far for one in self.texts)

    @property
    def kinds(self) -> Mapping[Kind, int]:
        """The number of texts of each kind, all kinds named."""
        counts = Counter(one.kind for one in self.texts)
        return {kind: counts[kind] for kind in Kind}

    @property
    def median_lines(self) -> float | None:
        """The median length; None without a text."""
        return median(one.lines for one in self.texts) if self.texts else None

    @property
    def unclear(self) -> tuple[Reading, ...]:
        """Texts that hardly say anything, the worst first; those farther away before others."""
        order = list(UNCLEAR)
        found = [one for one in self.texts if one.kind in UNCLEAR]
        return tuple(
            sorted(
                found,
                key=lambda one: (order.index(one.kind), one.named, -(one.calls or 0)),
            )
        )


UNCLEAR = (Kind.BARE, Kind.NOT_CALLED)
"""The kinds that somebody should mend."""


def judge(text: Text) -> Reading:
    """All there is to say of one text."""
    kind = kind_of(text.message, text.exception)
    same = bool(text.file) and text.file == text.mutant_file
    return Reading(
        test=text.test,
        line=text.line,
        mutant=text.mutant,
        kind=kind,
        both_values=kind is Kind.CLEAR,
        named=names(text.text, text.mutant_function),
        where=_where(text, same=same),
        distance=abs(text.at - text.mutant_line) if same else None,
        calls=text.calls,
        lines=text.lines,
        quote=quote(text.message, text.exception),
    )


def measure(
    texts: Iterable[Text],
    *,
    assertions: int,
    missing: Mapping[str, int],
    tripped: int = 0,
    crashed: int = 0,
) -> Clarity:
    """Put the measure together; ``missing`` holds numbers of assertions by the reason."""
    judged = sorted(map(judge, texts), key=lambda one: (one.test, one.line))
    reasons = sorted(missing.items(), key=lambda one: (-one[1], one[0]))
    return Clarity(
        assertions=assertions,
        tripped=tripped,
        crashed=crashed,
        texts=tuple(judged),
        missing=tuple(Missing(reason, number) for reason, number in reasons if number),
    )


def _where(text: Text, *, same: bool) -> Where:
    if same:
        return Where.FUNCTION if text.function == text.mutant_function else Where.FILE
    return Where(text.side) if text.side else Where.UNKNOWN
