"""The project's live functions, their source, and a hook at each call in them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from ..observe.reals import lookup, own_of
from ..swap import LiveFunctions, Unswappable
from ..trial import Texts
from ..units import FunctionNode, Hooks, Module, UnknownUnit, units_of
from .names import Span, span_of

Site = tuple[str, Span]
"""A call in project code: the file as its code objects carry it, and the span."""
Hook = Callable[[str, Any, Span], Any]
"""Told of a call that is about to be made, (file, callee, span); gives what is called."""

_MARK = "\0refute-ask\0"


class Functions:
    """Finds and hooks functions in this process."""

    def __init__(
        self,
        texts: Texts,
        live: LiveFunctions,
        is_project: Callable[[str], bool],
        tick: Callable[[], None],
    ) -> None:
        self._texts = texts
        self._live = live
        self._is_project = is_project
        self._tick = tick

    def is_project(self, function: FunctionType) -> bool:
        """Whether a function's code is from a file of the project."""
        return self._is_project(function.__code__.co_filename)

    def is_file(self, name: object) -> bool:
        """Whether this is the name of a file of the project."""
        return type(name) is str and self._is_project(name)

    def at(self, place: tuple[str, int]) -> FunctionType | None:
        """A live function that begins at this file and line."""
        found = self._live.at(place)
        return found[0] if found else None

    def node(self, code: CodeType) -> FunctionNode | None:
        """The source of a function; None where it can't be told."""
        try:
            module, key = self._unit(code)
            tree = module.node(key)
        except (OSError, SyntaxError, ValueError, UnknownUnit):
            return None
        for one in ast.walk(tree):
            if isinstance(one, FunctionNode) and one.name == code.co_name:
                first = min([one.lineno, *(d.lineno for d in one.decorator_list)])
                if first == code.co_firstlineno:
                    return one
        return None

    def arm(self, function: FunctionType, hook: Hook) -> bool:
        """Have the hook at all calls in the outermost function around this one; returns
        whether it is there. Only for a process that ends soon.
        """
        code = function.__code__
        path = code.co_filename

        def rewrite(tree: FunctionNode) -> Hooks:
            for statement in tree.body:
                for node in ast.walk(statement):
                    if isinstance(node, ast.Call):
                        _mark(node)
            return {_MARK: lambda callee, span: hook(path, callee, span)}

        try:
            module, key = self._unit(code)
            armed = module.armed(*key, None, self._tick, rewrite)
            swapped = self._live.swap(module.original(*key), armed)
        except (OSError, SyntaxError, ValueError, UnknownUnit, Unswappable):
            return False
        return any(one is function for one, _ in swapped)

    def constructors(self, kind: type) -> list[FunctionType]:
        """The project's functions that run when a class is called."""
        names = ("__new__", "__init__", "__post_init__")
        found = [_function(lookup(kind, name)) for name in names]
        return [one for one in found if one is not None and self.is_project(one)]

    def _unit(self, code: CodeType) -> tuple[Module, tuple[str, int]]:
        """The module and the outermost function that hold a code object."""
        module = self._texts.module(code.co_filename)
        line = code.co_firstlineno
        for name, node, _ in units_of(module.tree):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if first <= line <= (node.end_lineno or node.lineno):
                return module, (name, node.lineno)
        raise UnknownUnit(f"line {line} of {code.co_filename}")


def owner_of(function: FunctionType) -> type | None:
    """The class that a function was defined in; None for one at the top of a module."""
    holder: Any = None
    space: Any = function.__globals__
    for name in function.__qualname__.split(".")[:-1]:
        holder = space.get(name)
        if not isinstance(holder, type):
            return None
        space = own_of(holder)
    return holder if isinstance(holder, type) else None


def _function(found: object) -> FunctionType | None:
    inner = found.__func__ if isinstance(found, staticmethod) else found
    return inner if type(inner) is FunctionType else None


def _mark(call: ast.Call) -> None:
    if isinstance(call.func, ast.Name) and call.func.id == "super":
        # It looks at the frame that calls it.
        return
    mark = ast.Constant(value=_MARK)
    numbers: list[ast.expr] = [ast.Constant(value=number) for number in span_of(call)]
    span = ast.Tuple(elts=numbers, ctx=ast.Load())
    hooked = ast.Call(func=mark, args=[call.func, span], keywords=[])
    for node in (mark, span, hooked, *numbers):
        ast.copy_location(node, call.func)
    call.func = hooked
