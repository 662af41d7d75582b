"""Where in a function an exception could arise and get out, read from its source.

This is the doubtful side's view: whatever is not surely caught, by a handler that surely ends
it, is an opening. Trials then say what really happens at those calls that can be reached.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType, MethodType, ModuleType
from typing import Any

from ..observe.reals import lookup, mro_of
from ..units import FunctionNode
from .culprits import TEXT_METHODS, Callee, can_raise, is_of_data, judge, related
from .names import UNKNOWN, Span, span_of

CALL, RAISE, OWN, OTHER = "call", "raise", "own", "other"
"""Kinds of openings: a call; a ``raise`` that may raise it; one that does; anything else."""

_OPEN, _AGAIN, _COVERED = range(3)
"""What is around a place: no handler, one that may raise the exception again, one that ends it."""

_IMPLICIT: dict[type[ast.AST], tuple[type[BaseException], ...]] = {
    ast.Subscript: (LookupError, TypeError),
    ast.BinOp: (ArithmeticError, TypeError, ValueError),
    ast.AugAssign: (ArithmeticError, TypeError, ValueError),
    ast.UnaryOp: (TypeError,),
    ast.Compare: (TypeError,),
    ast.Attribute: (AttributeError,),
    ast.FormattedValue: (TypeError, ValueError),
    ast.Starred: (TypeError,),
    ast.Import: (ImportError,),
    ast.ImportFrom: (ImportError,),
    ast.Assert: (AssertionError,),
    ast.Delete: (NameError,),
}
_MISTAKES = (ArithmeticError, AttributeError, NameError, TypeError)
"""What any expression could raise, and what nobody means who says ``Exception``."""
ITERATED = (list, tuple, set, frozenset, dict, str, bytes, range)
_VIEWS = frozenset({"items", "keys", "values"})


@dataclass(frozen=True, slots=True)
class Opening:
    """A place that no handler surely covers."""

    kind: str
    span: Span
    line: int
    #: What is called there, where that can be said.
    target: object = UNKNOWN
    #: A handler takes what is raised there, and may raise it again.
    again: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one function for one exception.

    ``names`` gives what a name of the module or of the language stands for; ``owner`` the
    class of the first parameter ``first``, if the function is a method.
    """

    error: type[BaseException]
    names: Callable[[str], Any]
    owner: type | None = None
    first: str = ""
    local: frozenset[str] = frozenset()
    #: Parameters whose values are built-in collections.
    plain: frozenset[str] = frozenset()

    def openings(self, node: FunctionNode) -> Iterator[Opening]:
        """All openings of the function, in the order of its text."""
        for statement in node.body:
            yield from self._of(statement, _OPEN)

    def caught(self, node: FunctionNode, line: int) -> ast.ExceptHandler | None:
        """The innermost handler that takes the exception when it arises in this line."""
        found: ast.ExceptHandler | None = None
        for one in ast.walk(node):
            if isinstance(one, ast.Try) and _spans(one.body, line):
                found = self.taker(one) or found
        return found

    def taker(self, node: ast.Try) -> ast.ExceptHandler | None:
        """The handler of a ``try`` that takes the exception; None where that is not sure."""
        for handler in node.handlers:
            classes = self.classes(handler.type)
            if classes is None or any(
                one is not self.error and issubclass(one, self.error) for one in classes
            ):
                return None
            if any(issubclass(self.error, one) for one in classes):
                return handler
        return None

    def classes(self, node: ast.expr | None) -> tuple[type[BaseException], ...] | None:
        """What a handler takes; None where that can't be said."""
        if node is None:
            return (BaseException,)
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        found: list[type[BaseException]] = []
        for part in parts:
            value = self.value(part)
            many = value if type(value) is tuple else (value,)
            if not all(type in mro_of(one) and BaseException in one.__mro__ for one in many):
                return None
            found += many
        return tuple(found)

    def value(self, node: ast.expr) -> Any:
        """What an expression stands for, without running any code; or UNKNOWN."""
        if isinstance(node, ast.Name):
            return UNKNOWN if node.id in self.local else self.names(node.id)
        if not isinstance(node, ast.Attribute):
            return UNKNOWN
        if isinstance(node.value, ast.Name) and node.value.id == self.first and self.first:
            found = lookup(self.owner, node.attr) if self.owner is not None else None
            return UNKNOWN if found is None else found
        holder = self.value(node.value)
        if holder is UNKNOWN:
            return UNKNOWN
        own = _members(holder)
        if own is not None:
            return own.get(node.attr, UNKNOWN)
        if type in mro_of(holder):
            found = lookup(holder, node.attr)
            return UNKNOWN if found is None else found
        return UNKNOWN

    def _of(self, node: ast.AST, cover: int) -> Iterator[Opening]:
        if isinstance(node, ast.Try):
            yield from self._of_try(node, cover)
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            # It runs where it is called, which may be outside of what is around it here.
            body = node.body if isinstance(node.body, list) else [node.body]
            for one in body:
                yield from self._of(one, _OPEN)
            return
        if isinstance(node, ast.With) and self._suppresses(node):
            cover = _COVERED
        if cover != _COVERED:
            kind = self._kind(node)
            if kind:
                target = self.value(node.func) if isinstance(node, ast.Call) else UNKNOWN
                line, again = getattr(node, "lineno", 0), cover == _AGAIN
                yield Opening(kind, span_of(node), line, target, again)
        for child in ast.iter_child_nodes(node):
            yield from self._of(child, cover)

    def _of_try(self, node: ast.Try, cover: int) -> Iterator[Opening]:
        taker = self.taker(node)
        inside = cover
        if taker is not None and cover != _COVERED:
            inside = _AGAIN if self._passes_on(taker) else _COVERED
        for one in node.body:
            yield from self._of(one, inside)
        for part in (*node.handlers, *node.orelse, *node.finalbody):
            yield from self._of(part, cover)

    def _passes_on(self, handler: ast.ExceptHandler) -> bool:
        """Whether a handler raises, at least at times, what it has taken."""
        for node in ast.walk(handler):
            if isinstance(node, ast.Raise):
                if node.exc is None:
                    return True
                if isinstance(node.exc, ast.Name) and node.exc.id == handler.name:
                    return True
        return False

    def _suppresses(self, node: ast.With) -> bool:
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and self.value(call.func) is contextlib.suppress:
                for one in call.args:
                    classes = self.classes(one)
                    if classes and any(issubclass(self.error, kind) for kind in classes):
                        return True
        return False

    def _kind(self, node: ast.AST) -> str:
        """What kind of opening a node is by itself; empty for none."""
        if isinstance(node, ast.Call):
            return CALL if can_raise(self._callee(node), self.error) else ""
        if isinstance(node, ast.Raise):
            return self._raised(node)
        if isinstance(node, ast.For | ast.comprehension):
            return "" if self._is_harmless(node.iter) else OTHER
        if isinstance(node, ast.With | ast.AsyncWith):
            calls = all(isinstance(item.context_expr, ast.Call) for item in node.items)
            return "" if calls else OTHER
        if isinstance(node, ast.Await):
            return "" if isinstance(node.value, ast.Call) else OTHER
        if isinstance(node, ast.AsyncFor | ast.Yield | ast.YieldFrom | ast.TryStar):
            return OTHER
        if isinstance(node, ast.Attribute) and self._is_property(node):
            return OTHER
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Tuple | ast.List) for target in node.targets
        ):
            return OTHER if self._may_be((ValueError, TypeError)) else ""
        implicit = _IMPLICIT.get(type(node), ())
        plain = isinstance(node, ast.FormattedValue) and node.format_spec is None
        return OTHER if implicit and not plain and self._may_be(implicit) else ""

    def _may_be(self, kinds: tuple[type[BaseException], ...]) -> bool:
        """Whether the exception is of these, or means any that data bring about."""
        if self.error.__module__ != "builtins":
            return False
        return any(
            issubclass(self.error, one) or (one not in _MISTAKES and issubclass(one, self.error))
            for one in kinds
        )

    def _raised(self, node: ast.Raise) -> str:
        if node.exc is None:
            # What a handler passes on was raised in its `try`, and is an opening there.
            return ""
        made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        value = self.value(made)
        if not (type in mro_of(value) and BaseException in value.__mro__):
            return RAISE
        return OWN if related(value, self.error) else ""

    def _callee(self, node: ast.Call) -> Callee:
        function = node.func
        if isinstance(function, ast.Attribute):
            if isinstance(function.value, ast.Constant | ast.JoinedStr):
                return Callee.CONSUMER if function.attr == "join" else Callee.PURE
            holder = self.value(function.value)
            if holder is not UNKNOWN and type(holder) is not ModuleType:
                # What it is called is not asked of the object.
                known = judge(MethodType(judge, holder))
                return Callee.CONSUMER if known is Callee.PURE else known
            if holder is UNKNOWN and function.attr in TEXT_METHODS:
                return Callee.PURE
        value = self.value(function)
        return Callee.OPAQUE if value is UNKNOWN else judge(value)

    def _is_harmless(self, node: ast.expr) -> bool:
        """Whether to go through the values of this raises nothing of that kind."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Constant):
            return True
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            # Its own parts are openings of their own.
            return True
        if isinstance(node, ast.Call):
            callee = self.value(node.func)
            if any(callee is one for one in (enumerate, zip, reversed, sorted, list, tuple)):
                return all(self._is_harmless(one) for one in node.args)
            views = isinstance(node.func, ast.Attribute) and node.func.attr in _VIEWS
            return callee is range or views
        if isinstance(node, ast.Name) and node.id in self.plain:
            return True
        return type(self.value(node)) in ITERATED and not is_of_data(self.error)

    def _is_property(self, node: ast.Attribute) -> bool:
        if not isinstance(node.value, ast.Name) or node.value.id != self.first or not self.first:
            return False
        found = lookup(self.owner, node.attr) if self.owner is not None else None
        plain = type(found) in (FunctionType, staticmethod, classmethod)
        return found is not None and not plain and lookup(type(found), "__get__") is not None


def _members(holder: Any) -> dict[str, Any] | None:
    """A module's names; None for anything else."""
    return vars(holder) if type(holder) is ModuleType else None


def _spans(body: list[ast.stmt], line: int) -> bool:
    return any(one.lineno <= line <= (one.end_lineno or one.lineno) for one in body)
