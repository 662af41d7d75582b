"""What a double was handed, laid out flat: each value with its way from the call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from json import dumps
from os import environ
from typing import Any

from .masks import MASK
from .shown import Opaque, Secrets, brackets, kind_of, plain, shortened
from .wholes import statement_of, told_statement

WIDEST = 8
"""Elements of one container that are told."""
DEEPEST = 3
"""Steps of the longest way."""
MOST = 40
"""Values of one call that are told."""

_ENVIRONMENT = dict(environ)
_LOOKED_AT = 200
"""Entries of a dictionary among which those are found."""
_REMEMBERED = 5000
"""Keys whose form in a path is kept."""

Head = int | str
"""A position or a keyword: where a way begins."""
Leaf = tuple[Head, str, str, object, bool]
"""Head, path, kind, a copy of the value, and whether its name says that it is a secret."""


@dataclass(eq=False, slots=True)
class Held:
    """A list, tuple or dictionary, as the leaves of what it holds: with keys, or None."""

    kind: type
    length: int
    parts: list[tuple[object, Leaf]] = field(default_factory=list)


Meet = Callable[[object], None]

_COLLECTIONS = frozenset({list, tuple, dict, set, frozenset})
_TEXT = frozenset({str})
_SIMPLE = frozenset({str, int, float, bool, bytes, type(None)})


class Flattening:
    """Lays calls out; ``meet`` is called with each object that is of no built-in type."""

    def __init__(self, secrets: Secrets, meet: Meet) -> None:
        self._secrets = secrets
        self._meet = meet
        self._steps: dict[str, tuple[str, bool]] = {}

    def call(self, args: Sequence[Any], kwargs: Mapping[str, Any], first: int = 0) -> list[Leaf]:
        """All values of a call, those in containers after the container that holds them.

        ``first`` is the position of the first of ``args``.
        """
        found: list[Leaf] = []
        for position, value in enumerate(args[:WIDEST]):
            if len(found) < MOST:
                self._add(found, position + first, str(position + first), value, False, DEEPEST)
        for name, value in kwargs.items():
            if name.isidentifier() and len(name) <= 80 and len(found) < MOST:
                self._add(found, name, name, value, self._secrets.named(name), DEEPEST)
        return found

    def copy(self, value: object, depth: int = DEEPEST) -> object:
        """The value as it is now: what may change is copied, objects become words."""
        kind = type(value)
        if kind in _SIMPLE:
            return value
        if kind not in _COLLECTIONS:
            self._meet(value)
            return Opaque(plain(value), statement_of(value))
        if depth == 0:
            return Opaque("…") if value else value
        # One more than is shown: it says that there are more.
        some = list(islice(value, WIDEST + 1))  # type: ignore[call-overload]
        if kind is dict:
            assert isinstance(value, dict)
            return {key: self.copy(value[key], depth - 1) for key in some if type(key) in _SIMPLE}
        if kind in (set, frozenset):
            return kind(item for item in some if type(item) in _SIMPLE)
        if _SIMPLE.issuperset(map(type, some)):
            return tuple(some) if kind is tuple else some
        items = (self.copy(item, depth - 1) for item in some)
        return tuple(items) if kind is tuple else list(items)

    def _add(
        self, found: list[Leaf], head: Head, path: str, value: Any, secret: bool, depth: int
    ) -> Leaf:
        kind = type(value)
        leaf: Leaf
        if kind in _SIMPLE:
            if secret:
                self._secrets.learn(value)
            leaf = (head, path, kind_of(value), value, secret)
            found.append(leaf)
            return leaf
        if kind is not list and kind is not tuple and kind is not dict:
            leaf = (head, path, kind_of(value), self.copy(value), secret)
            found.append(leaf)
            return leaf
        held = Held(kind, len(value))
        leaf = (head, path, kind_of(value), held, secret)
        found.append(leaf)
        if depth <= 1:
            return leaf
        part: Leaf
        parts, option = held.parts, False
        if kind is dict:
            some = list(islice(value.items(), _LOOKED_AT))
            own = (key for key, one in some if not _inherited(key, one))
            for key in list(islice(own, WIDEST)):
                step, named = self._step(key)
                if step and len(found) < MOST:
                    inner = secret or named
                    part = self._add(found, head, path + step, value[key], inner, depth - 1)
                    parts.append((key, part))
            return leaf
        for index, item in enumerate(value[:WIDEST]):
            if len(found) >= MOST:
                break
            inner = secret or option
            if type(item) is str and not inner:
                # Commands are full of them.
                part = (head, f"{path}[{index}]", "str", item, False)
                found.append(part)
                option = item[:1] == "-" and self._secrets.option(item)
            else:
                part = self._add(found, head, f"{path}[{index}]", item, inner, depth - 1)
                option = False
            parts.append((None, part))
        return leaf

    def _step(self, key: object) -> tuple[str, bool]:
        """How a key is written in a path, empty for one that isn't, and whether it names a
        secret.
        """
        if type(key) is int:
            return f"[{key}]", False
        if type(key) is not str or len(key) > 60:
            return "", False
        found = self._steps.get(key)
        if found is None:
            if len(self._steps) > _REMEMBERED:
                self._steps.clear()
            written = "" if self._secrets.mask(key) != key else f"[{dumps(key)}]"
            found = self._steps[key] = (written, self._secrets.named(key))
        return found


def _inherited(key: object, value: object) -> bool:
    """Whether an entry of a dictionary is this process's environment, handed on: it belongs to
    the machine, and nobody asserts on it.
    """
    if type(key) is not str or type(value) is not str:
        return False
    return _ENVIRONMENT.get(key) == value or key == "PYTEST_CURRENT_TEST"


def shape(args: Sequence[Any], kwargs: Mapping[str, Any]) -> object:
    """What two calls have in common that are alike, found in less time than ``call`` takes;
    None for a call that is not so simple.
    """
    shapes: list[object] = []
    for value in (*args, *kwargs.values()):
        kind = type(value)
        if kind not in _COLLECTIONS:
            shapes.append(None)
        elif len(value) > WIDEST:
            return None
        elif kind is dict:
            if not _SIMPLE.issuperset(map(type, value.values())):
                return None
            if not _TEXT.issuperset(map(type, value)):
                return None
            shapes.append((kind, *value))
        elif not _SIMPLE.issuperset(map(type, value)):
            return None
        else:
            shapes.append((kind, len(value)))
    return (len(args), tuple(shapes), tuple(kwargs))


def told(leaves: Sequence[Leaf], secret: frozenset[Head], secrets: Secrets) -> list[dict[str, str]]:
    """The fields of ``Argument`` for each value; ``secret`` holds heads that are to be masked."""
    return [
        {
            "path": path,
            "kind": kind,
            "shown": (
                MASK
                if hidden or head in secret
                else held_words(value, secrets)
                if type(value) is Held
                else secrets.words(value)
            ),
            **_whole(path, value, hidden or head in secret, secrets),
        }
        for head, path, kind, value, hidden in leaves
    ]


def _whole(path: str, value: object, hidden: bool, secrets: Secrets) -> dict[str, str]:
    """A statement that was handed over, at its length."""
    if hidden or "[" in path:
        return {}
    text = value.whole if type(value) is Opaque else statement_of(value)
    return {"text": told_statement(text, secrets)} if text else {}


def held_words(held: Held, secrets: Secrets) -> str:
    """A collection in words, from the parts that are told of it."""
    if held.length == 0:
        return brackets(held.kind, [])
    words: list[str] = []
    for key, (_, _, _, value, hidden) in held.parts:
        inner = MASK
        if not hidden:
            inner = held_words(value, secrets) if type(value) is Held else secrets.words(value)
        words.append(inner if held.kind is not dict else f"{secrets.words(key)}: {inner}")
    if len(held.parts) < held.length:
        words.append("…")
    return shortened(brackets(held.kind, words))


def learn(leaves: Sequence[Leaf], secret: frozenset[Head], secrets: Secrets) -> None:
    """Remember the values of the heads that turned out to be secrets."""
    for head, _, _, value, _ in leaves:
        if head in secret:
            secrets.learn(value)
