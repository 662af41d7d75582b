"""What the functions of templates do with values, as far as it matters for who uses what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from refute.contracts.helm.choosing import CHOICES, default, either
from refute.contracts.helm.standing import MISSING, NEVER, OPAQUE, SURE, Scope, Value, member_of
from refute.contracts.helm.template import TemplateError, parse

Values = Sequence[Value]


class Walk(Protocol):
    """What is told of uses."""

    def test(self, value: Value) -> None: ...
    def consume(self, value: Value, reach: int, *, absent: bool = False) -> None: ...
    def use(self, path: tuple[str, ...], *, whole: bool) -> None: ...
    def trouble(self, slug: str, path: tuple[str, ...], message: str) -> None: ...
    def include(self, name: str, dot: Value, reach: int) -> None: ...
    def nodes(self, nodes: Any, scope: Any, reach: int) -> None: ...


def call(walk: Walk, name: str, arguments: Values, root: Value, reach: int) -> Value:
    """The result of a function; all that it takes in is told to ``walk``."""
    if name == "include":
        return _include(walk, arguments, reach)
    if name == "tpl":
        return _tpl(walk, arguments, root, reach)
    if name in ("required", "fail"):
        return _demand(walk, name, arguments, reach)
    if reach == SURE and name in _TYPED:
        _typed(walk, arguments[_TYPED[name]])
    if name in CHOICES:
        for one in arguments:
            walk.test(one)
        return CHOICES[name](arguments)
    if name in _WAYS:
        return _WAYS[name](walk, arguments)
    # Functions that print a missing value as nothing at all, and are meant to.
    absent = name in ("toYaml", "toJson", "toPrettyJson", "int", "int64", "merge", "list", "len")
    for one in arguments:
        walk.consume(one, reach, absent=absent)
    return OPAQUE


_TYPED = {
    "index": slice(0, 1),
    "hasKey": slice(0, 1),
    "get": slice(0, 1),
    "keys": slice(0, None),
    "merge": slice(0, None),
    "mergeOverwrite": slice(0, None),
    "pick": slice(0, 1),
    "omit": slice(0, 1),
    "dig": slice(-1, None),
    "ternary": slice(-1, None),
}
"""Functions that fail on what is not there, and for which of their arguments."""


def _typed(walk: Walk, arguments: Values) -> None:
    for one in arguments:
        if one.path and one.known and (one.data is MISSING or one.data is None):
            walk.trouble("broken-path", one.path, "rendering fails: it is not given")


def _include(walk: Walk, arguments: Values, reach: int) -> Value:
    if len(arguments) < 2 or not isinstance(arguments[0].data, str):
        for one in arguments:
            walk.consume(one, reach)
        return OPAQUE
    walk.include(arguments[0].data, arguments[1], reach)
    return OPAQUE


def _tpl(walk: Walk, arguments: Values, root: Value, reach: int) -> Value:
    """A template in a value: what it uses counts like any other use."""
    for one in arguments[:1]:
        walk.consume(one, reach)
        for text in _texts(one.data):
            try:
                walk.nodes(parse(text), Scope(root, {"$": root}), min(reach, NEVER + 1))
            except TemplateError:
                continue
    return OPAQUE


def _texts(data: Any) -> list[str]:
    if isinstance(data, str):
        return [data] if "{{" in data else []
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [text for one in inner for text in _texts(one)]


def _demand(walk: Walk, name: str, arguments: Values, reach: int) -> Value:
    message = str(arguments[0].data) if arguments and arguments[0].known else "no message"
    if name == "fail":
        if reach == SURE:
            walk.trouble("chart-fails", (), f"the chart refuses these values: {message}")
        return OPAQUE
    value = arguments[-1] if len(arguments) > 1 else OPAQUE
    walk.consume(value, NEVER)
    if value.known and reach == SURE and (value.data in (None, "") or value.data is MISSING):
        walk.trouble("required-value", value.path or (), message)
        return OPAQUE
    return value


def _index(walk: Walk, arguments: Values) -> Value:
    if not arguments:
        return OPAQUE
    value, *keys = arguments
    for key in keys:
        if not key.known or not isinstance(key.data, str | int):
            walk.consume(value, NEVER)
            return OPAQUE
        value = _at(value, key.data)
    return value


def _at(value: Value, key: str | int) -> Value:
    others = tuple(_at(one, key) for one in value.others)
    if isinstance(key, str):
        found = member_of(value, key)
    else:
        path = None if value.path is None else (*value.path, "*")
        inside = value.known and isinstance(value.data, list) and 0 <= key < len(value.data)
        found = Value(path, inside, value.data[key] if inside else None)
    return replace(found, others=(*found.others, *others))


def _get(walk: Walk, arguments: Values) -> Value:
    return _index(walk, arguments[:2])


def _has_key(walk: Walk, arguments: Values) -> Value:
    value = _index(walk, arguments[:2])
    walk.test(value)
    return Value(known=True, data=value.data is not MISSING) if value.known else OPAQUE


def _dig(walk: Walk, arguments: Values) -> Value:
    if len(arguments) < 3:
        return OPAQUE
    *keys, otherwise, value = arguments
    return default([otherwise, _index(walk, [value, *keys])])


def _dict(walk: Walk, arguments: Values) -> Value:
    pairs = zip(arguments[::2], arguments[1::2], strict=False)
    return Value(parts={str(key.data): value for key, value in pairs if key.known})


def _set(walk: Walk, arguments: Values) -> Value:
    if len(arguments) != 3 or not isinstance(arguments[0].parts, dict):
        for one in arguments:
            walk.consume(one, NEVER)
        return arguments[0] if arguments else OPAQUE
    arguments[0].parts[str(arguments[1].data)] = arguments[2]
    return arguments[0]


def _merge(walk: Walk, arguments: Values) -> Value:
    return either(OPAQUE, *arguments)


def _same(walk: Walk, arguments: Values) -> Value:
    return arguments[-1] if arguments else OPAQUE


def _element(walk: Walk, arguments: Values) -> Value:
    value = arguments[-1] if arguments else OPAQUE
    walk.test(value)
    return _at(value, 0)


def _keys(walk: Walk, arguments: Values) -> Value:
    for one in arguments:
        for value in (one, *one.others):
            if value.path is not None:
                walk.use((*value.path, "*"), whole=False)
        walk.test(one)
    return OPAQUE


_WAYS: dict[str, Callable[[Walk, Values], Value]] = {
    "index": _index,
    "get": _get,
    "hasKey": _has_key,
    "dig": _dig,
    "dict": _dict,
    "set": _set,
    "merge": _merge,
    "mergeOverwrite": _merge,
    "mustMerge": _merge,
    "mustMergeOverwrite": _merge,
    "deepCopy": _same,
    "mustDeepCopy": _same,
    "first": _element,
    "last": _element,
    "keys": _keys,
    "len": _keys,
}
"""Functions that lead to other values."""
