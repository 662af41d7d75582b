"""What stands behind an expression of a template, as far as it can be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Path = tuple[str, ...]
SURE, MAYBE, NEVER = 2, 1, 0
"""Whether what stands in a branch is rendered with these values."""


class Missing:
    """The place of a value that is not there."""


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression stands for, as far as it can be told."""

    #: The way from ``.Values``; None for what is not a part of them. ``*`` is any element.
    path: Path | None = None
    known: bool = False
    data: Any = None
    #: Members of a ``dict``, or of the context itself.
    parts: Mapping[str, Value] | None = None
    #: What else it may be, with other values.
    others: tuple[Value, ...] = ()

    @property
    def truth(self) -> int:
        """Whether a condition on it holds: SURE, MAYBE or NEVER."""
        if self.parts is not None:
            return SURE if self.parts else NEVER
        if not self.known:
            return MAYBE
        return SURE if self.data is not MISSING and self.data else NEVER


OPAQUE = Value()


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a template uses a value."""

    path: Path
    #: True when all below it is used, too.
    whole: bool
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that goes wrong while these values are rendered."""

    #: ``required-value``, ``ungiven-value`` (nothing is printed), ``broken-path`` (rendering
    #: fails) or ``chart-fails`` (the chart says so itself).
    slug: str
    path: Path
    message: str
    file: str
    line: int


@dataclass(slots=True)
class Traced:
    """What a walk through all templates found."""

    uses: dict[tuple[Path, bool], Use] = field(default_factory=dict)
    troubles: dict[tuple[str, Path], Trouble] = field(default_factory=dict)
    #: Templates that could not be read, with the reason.
    unread: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Scope:
    """What the dot and the variables stand for."""

    dot: Value
    variables: dict[str, Value]
    above: Scope | None = None

    def get(self, name: str) -> Value:
        if name in self.variables:
            return self.variables[name]
        return self.above.get(name) if self.above else OPAQUE

    def put(self, name: str, value: Value) -> None:
        """Set a variable where it was declared; what it was before it may still be."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.variables:
                before = scope.variables[name]
                scope.variables[name] = replace(value, others=(*value.others, before))
                return
            scope = scope.above
        self.variables[name] = value

    def below(self, dot: Value | None = None) -> Scope:
        return Scope(self.dot if dot is None else dot, {}, self)


def dotted(path: Path) -> str:
    """A path as people write it: ``image.tag``."""
    return ".".join(path)


def member_of(value: Value, name: str) -> Value:
    """A member, without a look at whether the way to it is there."""
    if value.parts is not None:
        return value.parts.get(name, Value(known=True, data=MISSING))
    if value.path is None and not isinstance(value.data, Mapping):
        return OPAQUE
    path = None if value.path is None else (*value.path, name)
    if not value.known:
        return Value(path)
    data = value.data.get(name, MISSING) if isinstance(value.data, Mapping) else MISSING
    return Value(path, True, data)


def elements(value: Value) -> Iterator[tuple[Value, Value]]:
    """Keys and elements of what is known."""
    path = None if value.path is None else (*value.path, "*")
    if not value.known:
        return
    if isinstance(value.data, Mapping):
        for key, data in value.data.items():
            yield Value(known=True, data=key), Value(path, True, data)
    elif isinstance(value.data, list):
        for number, data in enumerate(value.data):
            yield Value(known=True, data=number), Value(path, True, data)


def element(value: Value) -> Value:
    """Any element of what is not known, or empty."""
    others = tuple(Value((*one.path, "*")) for one in value.others if one.path is not None)
    return Value(None if value.path is None else (*value.path, "*"), others=others)


def alternatives(value: Value) -> Iterator[Value]:
    yield value
    for other in value.others:
        yield from alternatives(other)
