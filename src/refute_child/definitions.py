"""Faults in a function's definition that can be swapped in like those in its body.

A default that is a literal, and a decorator that only says how a method is bound, run when the
module is imported, but what they leave behind sits in one place each: the function's defaults,
the class's attribute. There they can be changed in a fork. Everything else that runs at import
needs the import.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from os.path import realpath as _realpath
from types import CodeType, FunctionType
from typing import Any

from .units import FunctionNode, Module

_BINDINGS: dict[str, type] = {
    "property": property,
    "staticmethod": staticmethod,
    "classmethod": classmethod,
}
_SIMPLE = (int, float, complex, str, bytes, bool, type(None))
Undo = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Default:
    """A literal default: its position among the positional or its name among the others."""

    where: int | str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Binding:
    """The one decorator of a method is taken away; ``kind`` is its name."""

    kind: str


def definition(
    module: Module, unit: str, unit_line: int, edit: tuple[int, int, str]
) -> Default | Binding | None:
    """What an edit does to a unit's definition; None for anything but the two simple cases.

    Raises UnknownUnit, SyntaxError.
    """
    key = (unit, unit_line)
    if edit[0] >= _body_start(module, key):
        return None
    before, after = module.node(key), module.node(key, edit)
    if _dump(before.body) != _dump(after.body) or ("." in unit and not module.classes(key)):
        return None
    kinds = [_binding(decorator) for decorator in before.decorator_list]
    if len(kinds) == 1 and not after.decorator_list and _dump(before.args) == _dump(after.args):
        return Binding(kinds[0]) if kinds[0] and module.classes(key) else None
    if _dump(before.decorator_list) != _dump(after.decorator_list) or not all(kinds):
        return None
    changed = [pair for pair in _defaults(before, after) if _dump(pair[1]) != _dump(pair[2])]
    if len(changed) != 1:
        return None
    where, old, new = changed[0]
    try:
        values = ast.literal_eval(old), ast.literal_eval(new)
    except ValueError:
        return None
    return Default(where, *values) if all(type(v) in _SIMPLE for v in values) else None


@cache
def _body_start(module: Module, key: tuple[str, int]) -> int:
    """Where the line begins on which a unit's first statement does; behind the end of the file
    if the definition itself is on that line, too.
    """
    node = module.node(key)
    head = (child for child in ast.iter_child_nodes(node) if child not in node.body)
    last = max(getattr(one, "end_lineno", 0) for child in head for one in ast.walk(child))
    first = node.body[0].lineno
    return module.starts[first - 1] if first > max(last, node.lineno) else len(module.source) + 1


def owner_of(path: str, unit: str) -> type | None:
    """The class that holds a method, found by the method's qualified name."""
    real = _realpath(path)
    for module in list(sys.modules.values()):
        if _realpath(str(getattr(module, "__file__", None) or "")) != real:
            continue
        thing: Any = module
        for name in unit.split(".")[:-1]:
            thing = vars(thing).get(name) if hasattr(thing, "__dict__") else None
        return thing if isinstance(thing, type) else None
    return None


def _binding(decorator: ast.expr) -> str:
    return decorator.id if isinstance(decorator, ast.Name) and decorator.id in _BINDINGS else ""


def _defaults(
    before: FunctionNode, after: FunctionNode
) -> Iterator[tuple[int | str, ast.expr, ast.expr]]:
    old, new = before.args, after.args
    if len(old.defaults) == len(new.defaults):
        pairs = zip(old.defaults, new.defaults, strict=True)
        yield from ((i, *pair) for i, pair in enumerate(pairs))
    for argument, one, two in zip(old.kwonlyargs, old.kw_defaults, new.kw_defaults, strict=False):
        if one is not None and two is not None:
            yield argument.arg, one, two


def _dump(node: Any) -> str:
    if isinstance(node, list):
        return "\n".join(map(ast.dump, node))
    return ast.dump(node)


def apply_default(change: Default, functions: list[FunctionType]) -> Undo | None:
    """Change the default of these functions; None, and nothing changed, where one of them has
    another default than its source says.
    """
    undo: list[Undo] = []
    for function in functions:
        old = function.__defaults__, function.__kwdefaults__
        if isinstance(change.where, int):
            values = list(old[0] or ())
            if change.where >= len(values) or not _same(values[change.where], change.before):
                break
            values[change.where] = change.after
            function.__defaults__ = tuple(values)
        else:
            named = dict(old[1] or {})
            if change.where not in named or not _same(named[change.where], change.before):
                break
            function.__kwdefaults__ = {**named, change.where: change.after}
        undo.append(lambda function=function, old=old: _restore(function, *old))  # type: ignore[misc]
    else:
        return lambda: _all(undo)
    _all(undo)
    return None


def apply_binding(
    change: Binding, owner: type, name: str, codes: frozenset[CodeType]
) -> Undo | None:
    """Put the bare function in the place of the bound one; None where the class has something
    else there, such as a property with a setter.
    """
    held = vars(owner).get(name)
    if type(held) is not _BINDINGS[change.kind]:
        return None
    if isinstance(held, property):
        if held.fset is not None or held.fdel is not None:
            return None
        function: Any = held.fget
    else:
        method: Any = held
        function = method.__func__
    if type(function) is not FunctionType or function.__code__ not in codes:
        return None
    setattr(owner, name, function)
    return lambda: setattr(owner, name, held)


def _same(one: Any, two: Any) -> bool:
    return type(one) is type(two) and bool(one == two)


def _restore(function: FunctionType, values: Any, named: Any) -> None:
    function.__defaults__ = values
    function.__kwdefaults__ = named


def _all(undo: list[Undo]) -> None:
    for one in undo:
        one()
