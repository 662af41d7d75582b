"""Which classes a function says that it returns, without evaluating anything."""

from __future__ import annotations

import ast
import builtins
import sys
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from .audits import identity
from .reals import is_module, own_of
from .shown import name_of

_GENERIC = (list, dict, tuple, set, frozenset)
_known: dict[int, tuple[FunctionType, tuple[type, ...]]] = {}
"""What was found for functions, by identity."""
_UNIONS = (types.UnionType, type(typing.Optional[int]))  # noqa: UP045


def returned_classes(function: FunctionType) -> tuple[type, ...]:
    """The classes that the return annotation allows; empty if it says anything else."""
    known = _known.get(identity(function))
    if known is None or known[0] is not function:
        known = _known[identity(function)] = (function, _returned_classes(function))
    return known[1]


def _returned_classes(function: FunctionType) -> tuple[type, ...]:
    if sys.version_info >= (3, 14):
        import annotationlib

        found: Any = annotationlib.get_annotations(
            function, format=annotationlib.Format.STRING
        ).get("return")
    else:
        notes = function.__annotations__
        found = notes.get("return", _NOTHING) if type(notes) is dict else _NOTHING
    if type(found) is str:
        try:
            found = _named(ast.parse(found.strip(), mode="eval").body, function)
        except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
            return ()
    classes = list(_alternatives(found))
    if any(type(one) is not type or _is_protocol(one) for one in classes):
        return ()
    return tuple(classes)


_NOTHING = object()


def _named(node: ast.expr, function: FunctionType) -> Any:
    """An annotation that is a text, by looking its names up. Raises LookupError."""
    if isinstance(node, ast.Constant):
        if node.value is None:
            return None
        if isinstance(node.value, str):
            return _named(ast.parse(node.value, mode="eval").body, function)
        raise LookupError
    if isinstance(node, ast.Name):
        scope = function.__globals__
        return scope[node.id] if node.id in scope else vars(builtins)[node.id]
    if isinstance(node, ast.Attribute):
        holder = _named(node.value, function)
        if not is_module(holder):
            raise LookupError
        return holder.__dict__[node.attr]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _Either((_named(node.left, function), _named(node.right, function)))
    if isinstance(node, ast.Subscript):
        outer = _named(node.value, function)
        inner = node.slice
        if outer is typing.Optional:
            return _Either((_named(inner, function), None))
        if outer is typing.Union:
            parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return _Either(tuple(_named(part, function) for part in parts))
        return outer if any(outer is kind for kind in _GENERIC) else _NOTHING
    raise LookupError


@dataclass(frozen=True, slots=True)
class _Either:
    members: tuple[Any, ...]


def _alternatives(found: Any) -> Iterator[Any]:
    if found is None:
        yield type(None)
    elif type(found) is _Either:
        for member in found.members:
            yield from _alternatives(member)
    elif type(found) in _UNIONS:
        for member in found.__args__:
            yield from _alternatives(member)
    elif type(found) is types.GenericAlias:
        yield found.__origin__
    elif found is float:
        yield from (float, int)
    elif found is complex:
        yield from (complex, float, int)
    else:
        yield found


def _is_protocol(kind: type) -> bool:
    return bool(own_of(kind).get("_is_protocol")) or name_of(kind) == "Any"
