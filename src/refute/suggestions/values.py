"""Points of tests, candidates and suggestions, as values. Offsets count characters of the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a suggestion asserts on."""

    RESULT = "result"
    """What a call returned, and the test never looked at."""
    DOUBLE = "double"
    """The arguments that a double was really sent."""
    EXCEPTION = "exception"
    """The text of an exception that the test expects."""
    STATE = "state"
    """What an object that the test holds is like at its end."""
    SPEC = "spec"
    """No assertion: a double that refuses what the real thing would refuse."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a test function where a value can be seen (see ``refute_child.sights``)."""

    file: str
    number: int
    #: ``bare``, ``assigned``, ``asserted``, ``state``, ``raises``, ``raises_call``, or ``patch``,
    #: where a double is put in.
    kind: str
    #: The function's name, with its class; and the line where it begins.
    function: str
    line: int
    #: The expression whose value is seen, and its text.
    start: int
    end: int
    text: str
    statement: tuple[int, int]
    #: Where a new line can follow the statement, and its indentation; -1 for nowhere.
    after: int
    indent: str
    #: Whether the class asserts as unittest does.
    unittest: bool
    #: Names that the function uses.
    taken: frozenset[str]
    #: What the value is called from here on; of a state: all names.
    name: str = ""
    names: tuple[str, ...] = ()
    form: str = ""
    #: Of a double: where a word can be put in. Of an expected exception: where its text can be
    #: said, whether a comma stands there, and the end of the name of what expects it.
    insert: int = -1
    comma: bool = False
    rename: int = -1

    @classmethod
    def from_record(cls, file: str, record: Mapping[str, Any]) -> Point:
        """Read one as the project's interpreter sent it."""
        fields = dict(record)
        fields["statement"] = tuple(fields["statement"])
        fields["names"] = tuple(fields.get("names", ()))
        fields["taken"] = frozenset(fields["taken"])
        return cls(file=file, **fields)

    @property
    def place(self) -> tuple[str, int]:
        """The function, as ``defined`` of a test names it."""
        return self.file, self.line


@dataclass(frozen=True, slots=True)
class Manners:
    """How a test file is written."""

    newline: str
    quote: str
    width: int
    #: What is imported -> the name that it has.
    names: Mapping[str, str]
    expected_first: bool


@dataclass(frozen=True, slots=True)
class TestFile:
    """A test file with the points of the functions that were asked for."""

    __test__ = False

    file: str
    text: str
    encoding: str
    points: tuple[Point, ...]
    manners: Manners


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters ``start:end`` become ``text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One change to one test function that might notice something."""

    kind: Kind
    point: Point
    view: str
    literal: str
    edits: tuple[Edit, ...]
    #: The assertion, as it will stand.
    says: str
    #: How far it is from what a reader would write; the less the better.
    rank: int

    @property
    def key(self) -> tuple[str, int, str]:
        """Tells it from all others."""
        return self.point.file, self.point.number, self.view


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change that was proven: the unchanged code passes, and these faults are told."""

    candidate: Candidate
    #: The tests that run the function.
    tests: tuple[str, ...]
    #: Ids of faults that it was told in trials, those that were asked for first.
    told: tuple[str, ...]
    #: The test that was told each of them.
    by: Mapping[str, str]
    #: Runs of the unchanged code that it passed.
    passes: int
    #: Of a spec: ids of faults under which the double refuses the call. That is a crash, and
    #: none of these is told.
    refused: tuple[str, ...] = ()

    @property
    def noticed(self) -> tuple[str, ...]:
        """Faults that are noticed, in one way or the other."""
        return self.told + self.refused


@dataclass(frozen=True, slots=True)
class Nothing:
    """A fault for which there is no suggestion, and why."""

    fault: str
    reason: str
