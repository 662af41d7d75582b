"""What can be known of live values without running any code of theirs.

Everything here works on exact builtin types and on plain attribute storage. Where a value could
have code of its own, or an operation could fail, ``Doubt`` is raised: the caller then assumes
the worst. So none of these functions ever has an effect that the program could notice.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from math import copysign
from types import (
    GetSetDescriptorType,
    MemberDescriptorType,
    ModuleType,
)
from typing import Any

from .computing import COMPUTING, Doubt, computes, scalar, solid

_LARGE = 64
"""Elements of a container, bits of a shift and powers up to which work is done twice."""
_LONG = 10_000
"""Length up to which a repeated sequence is made."""
_NOTHING: Mapping[str, Any] = {}


def same(one: Any, other: Any) -> bool:
    """Whether no program could tell two values apart: one object, or of equal type and value."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is float:
        return bool(one == other) and copysign(1.0, one) == copysign(1.0, other)
    if scalar(one):
        return bool(one == other)
    if kind is tuple:
        return len(one) == len(other) and all(map(same, one, other))
    return False


def truth(value: Any) -> bool:
    """The value's truth. Raises Doubt for types with a truth of their own."""
    if scalar(value) or _container(value):
        return bool(value)
    mro = _mro(type(value))
    if _find(mro, "__bool__") is _ABSENT and _find(mro, "__len__") is _ABSENT:
        return True
    raise Doubt


def binary(function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """The result of an arithmetic or bitwise operator."""
    if not (solid(left) and solid(right)):
        raise Doubt
    if function is operator.mul:
        for one, other in ((left, right), (right, left)):
            if type(one) in (str, bytes, tuple) and (
                not isinstance(other, int) or other * len(one) > _LONG
            ):
                raise Doubt
    elif function in (operator.pow, operator.lshift) and (
        (type(right) is not float and not -_LARGE <= right <= _LARGE)
        or (type(left) is int and left.bit_length() > 4 * _LARGE)
    ):
        raise Doubt
    return function(left, right)


def compare(function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """The result of a comparison; identity works on all values."""
    if function is operator.is_ or function is operator.is_not:
        if all(solid(side) and not _single(side) for side in (left, right)):
            # Equal numbers and strings may or may not be one object.
            raise Doubt
        return function(left, right)
    if (scalar(left) and scalar(right)) or (solid(left) and solid(right)):
        return function(left, right)
    raise Doubt


def contains(container: Any, value: Any) -> bool:
    """Whether a value is in a container of plain values."""
    kind = type(container)
    if solid(value):
        if kind is str or kind is bytes:
            return value in container
        if (
            kind in (tuple, list, set, frozenset, dict)
            and len(container) <= _LARGE
            and all(solid(item) for item in tuple(container))
        ):
            return value in container
    raise Doubt


def item(container: Any, key: Any) -> Any:
    """An element or slice of a builtin sequence, or a value of a small dict."""
    kind = type(container)
    if kind in (list, tuple, str, bytes):
        if type(key) is int or type(key) is bool:
            return container[key]
        if type(key) is slice and all(
            part is None or type(part) is int for part in (key.start, key.stop, key.step)
        ):
            return container[key]
    if kind is dict and solid(key) and len(container) <= _LARGE and all(map(solid, container)):
        return container[key]
    raise Doubt


def attribute(thing: Any, name: str) -> Any:
    """An attribute that is stored as a plain value. Raises Doubt for all others."""
    if type(thing) is ModuleType:
        stored = object.__getattribute__(thing, "__dict__")
        if name in stored and not name.startswith("__"):
            return stored[name]
        raise Doubt
    mro = _mro(type(thing))
    getter = _find(mro, "__getattribute__")
    if not any(getter is plain for plain in _PLAIN_GETTERS):
        raise Doubt
    general = _find(mro, name)
    if type(general) is MemberDescriptorType:
        return general.__get__(thing)
    traits = _mro(type(general))
    if general is not _ABSENT and (
        _find(traits, "__set__") is not _ABSENT or _find(traits, "__delete__") is not _ABSENT
    ):
        raise Doubt
    own = _own(thing, mro)
    if name in own:
        return own[name]
    if general is _ABSENT or _find(traits, "__get__") is not _ABSENT:
        raise Doubt
    return general


def stored(thing: Any, name: str) -> Any:
    """The value which a plain assignment to an attribute would overwrite."""
    mro = _mro(type(thing))
    if _find(mro, "__setattr__") is not _PLAIN_SETTER:
        raise Doubt
    value = attribute(thing, name)
    if type(_find(mro, name)) is MemberDescriptorType or name in _own(thing, mro):
        return value
    raise Doubt


def method(receiver: Any, name: str, arguments: Sequence[Any]) -> Any:
    """The result of a method of a string, bytes or number."""
    if not scalar(receiver) or name.startswith("_"):
        raise Doubt
    if not all(solid(argument) or _texts(argument) for argument in arguments):
        raise Doubt
    return getattr(receiver, name)(*arguments)


def call(function: Any, arguments: Sequence[Any], named: Mapping[str, Any] = _NOTHING) -> Any:
    """The result of a function that surely does nothing but compute it."""
    if named:
        # What builtins make of their keywords is not looked into.
        if not computes(function) or not all(map(solid, (*arguments, *named.values()))):
            raise Doubt
        return function(*arguments, **named)
    if function is isinstance:
        return _is_instance(*arguments)
    if function is callable or (function is type and len(arguments) == 1):
        return function(*arguments)
    if function is len:
        (thing,) = arguments
        if type(thing) in (str, bytes) or _container(thing):
            return len(thing)
        raise Doubt
    known = any(function is one for one in COMPUTING)
    if not known and not computes(function):
        raise Doubt
    if not all(map(solid, arguments)):
        raise Doubt
    return function(*arguments)


_ABSENT: Any = object()
_class_mro = type.__dict__["__mro__"].__get__
_class_dict = type.__dict__["__dict__"].__get__
_PLAIN_SETTER = object.__dict__["__setattr__"]
_PLAIN_GETTERS = tuple(
    kind.__dict__["__getattribute__"]
    for kind in (object, BaseException, dict, list, set, tuple, str, int, float, bytes, frozenset)
    if "__getattribute__" in kind.__dict__
)


def _is_instance(thing: Any, kinds: Any) -> bool:
    if not all(type(kind) is type for kind in (kinds if type(kinds) is tuple else (kinds,))):
        raise Doubt
    mro = _mro(type(thing))
    if _find(mro, "__class__") is not object.__dict__["__class__"]:
        raise Doubt
    getter = _find(mro, "__getattribute__")
    if type(thing) is not type and not any(getter is plain for plain in _PLAIN_GETTERS):
        raise Doubt
    return isinstance(thing, kinds)


def _single(value: Any) -> bool:
    return value is None or value is True or value is False


def _container(value: Any) -> bool:
    return type(value) in (tuple, list, dict, set, frozenset, bytearray, range)


def _texts(value: Any) -> bool:
    """Whether a value is a list of plain values."""
    return type(value) is list and all(map(solid, value))


def _mro(kind: type) -> tuple[type, ...]:
    found: tuple[type, ...] = _class_mro(kind)
    return found


def _find(mro: tuple[type, ...], name: str) -> Any:
    for kind in mro:
        storage = _class_dict(kind)
        if name in storage:
            return storage[name]
    return _ABSENT


def _own(thing: Any, mro: tuple[type, ...]) -> dict[str, Any]:
    """The dict of an instance; an empty one for instances without."""
    descriptor = _find(mro, "__dict__")
    if descriptor is _ABSENT:
        return {}
    if type(descriptor) is not GetSetDescriptorType:
        raise Doubt
    found = descriptor.__get__(thing)
    if type(found) is not dict:
        raise Doubt
    return found
