"""What the unchanged tests were seen to do: their doubles, and the real boundaries they cross.

Facts alone, as the child recorded them in the baseline; what follows from them is decided in
``theatre``. All texts are shortened, and secrets masked, before they leave the child.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class DoubleKind(StrEnum):
    """How a double was made."""

    MOCK = "mock"
    ASYNC_MOCK = "async_mock"
    AUTOSPEC = "autospec"
    FUNCTION = "function"
    """A plain function or lambda, put in place by ``patch`` or ``monkeypatch``."""
    OBJECT = "object"
    """An instance or a class of the tests' own, put in place or handed over."""
    VALUE = "value"
    """A plain value in the place of another: a constant, an environment variable, an item."""
    LIBRARY = "library"
    """A fake of a known library: responses, freezegun, pyfakefs and their like."""


@dataclass(frozen=True, slots=True)
class Site:
    """A call in project code. Lines and columns count characters from 1, ends are exclusive."""

    #: Path relative to the project's root.
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    #: Qualified name of the innermost function.
    function: str


@dataclass(frozen=True, slots=True)
class Argument:
    """One value that a double was handed, by its way from the call: ``0``, ``0[1]``,
    ``namespace``, ``json["name"]``.
    """

    path: str
    #: ``str``, ``bytes``, ``int``, ``float``, ``bool``, ``none``, ``list``, ``tuple``,
    #: ``dict``, ``set`` or ``object``.
    kind: str
    #: Shortened and masked.
    shown: str
    #: A statement of SQL, at more length; its literals are blanked where one may be a secret.
    text: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """A part of what a double gave in the place of a program's output."""

    #: ``stdout``, ``stderr`` or ``returncode``.
    name: str
    #: As of an argument.
    kind: str
    #: The beginning, masked.
    text: str
    #: As what a text reads in JSON: ``object``, ``array``, ``other`` or ``invalid``; empty if it
    #: is empty, or no text.
    json: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that project code made on a double; alike ones in one test are one."""

    site: Site
    #: What was called, from the double on: empty for the double itself, ``.execute``,
    #: ``.execute().first``.
    method: str
    arguments: tuple[Argument, ...]
    #: What it handed back: a kind as of an argument, ``mock`` for one more double, or
    #: ``raises`` with the exception's name in ``returned``.
    result: str
    returned: str
    #: True when the value is awaited by the caller.
    awaited: bool = False
    #: What it gave in the place of a program's output.
    output: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True)
class Lie:
    """Something that a double does and the real object could not."""

    #: ``signature``, ``attribute``, ``async``, ``returns``, ``raises``, ``unused``.
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Double:
    """One test double in one test."""

    #: What it replaces, as a dotted path (``shop.cloud.run_kubectl``, ``os.environ[HOME]``);
    #: empty where that is not known. Then ``name`` tells it apart.
    target: str
    name: str
    kind: DoubleKind
    spec: bool
    #: Where the tests made or placed it: path relative to the root, and line; line 0 unknown.
    file: str
    line: int
    #: Configured return value and side effect, in words; empty for none.
    returns: str = ""
    raises: str = ""
    calls: tuple[Call, ...] = ()
    #: Names of what the test looked at: ``assert_called_once_with``, ``call_args``, ...
    looked: tuple[str, ...] = ()
    #: Arrangements (return values, side effects) that the project never used, in words.
    unread: tuple[str, ...] = ()
    lies: tuple[Lie, ...] = ()


@dataclass(frozen=True, slots=True)
class Crossing:
    """A real boundary that a test crossed."""

    #: ``process``, ``connect``, ``listen``, ``write``, ``delete``, ``database``, ``sleep``,
    #: ``fork``, ``signal``.
    kind: str
    #: The program, address, database or path in words, masked; empty where it has none.
    what: str
    #: Project code that crossed it: path and line; empty and 0 for a test's own crossing.
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """One test, as observed."""

    doubles: tuple[Double, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    #: Markers by name, for what a test claims to be.
    markers: tuple[str, ...] = ()

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Seen:
        """Read what the child told of one test: the same fields, as JSON."""
        return cls(
            doubles=tuple(_double(fields) for fields in record.get("doubles", ())),
            crossings=tuple(Crossing(**fields) for fields in record.get("crossings", ())),
            markers=tuple(record.get("markers", ())),
        )


@dataclass(frozen=True, slots=True)
class Observed:
    """All tests, by index; those of which nothing was told are missing."""

    tests: Mapping[int, Seen] = field(default_factory=dict)
    #: Why doubles were not observed, or from some test on no longer, in the words of the
    #: exception; empty if they were.
    trouble: str = ""


def _double(fields: Mapping[str, Any]) -> Double:
    rest = {name: value for name, value in fields.items() if name not in _NESTED}
    return Double(
        **{**rest, "kind": DoubleKind(fields["kind"])},
        calls=tuple(_call(call) for call in fields.get("calls", ())),
        looked=tuple(fields.get("looked", ())),
        unread=tuple(fields.get("unread", ())),
        lies=tuple(Lie(**lie) for lie in fields.get("lies", ())),
    )


_NESTED = frozenset({"calls", "looked", "unread", "lies"})


def _call(fields: Mapping[str, Any]) -> Call:
    nested = ("site", "arguments", "output")
    rest = {name: value for name, value in fields.items() if name not in nested}
    return Call(
        site=Site(**fields["site"]),
        arguments=tuple(Argument(**argument) for argument in fields["arguments"]),
        output=tuple(Output(**one) for one in fields.get("output", ())),
        **rest,
    )
