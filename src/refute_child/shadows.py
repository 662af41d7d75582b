"""Expressions as functions of values that are at hand already: computed beside the program.

A *shadow* of an expression takes a tuple of values (names of the frame, and results of parts
that the program evaluated itself) and computes the expression from them. It has no effects,
whatever the values are: see ``purity``, whose ``Doubt`` it raises.
"""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from . import purity
from .computing import FUNCTIONS, Doubt, scalar

Shadow = Callable[[Sequence[Any]], Any]

_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Pow: operator.pow, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
    ast.BitXor: operator.xor, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
}  # fmt: skip
_UNARY: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip
_COMPARE: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}  # fmt: skip


class Unreadable(Exception):
    """The expression can't be computed beside the program."""


class Reader:
    """Makes shadows of expressions, and collects what they need to be handed.

    ``slots`` gives each input its place in the tuple: names as themselves, and results of
    parts of the expression by their dump. ``readable`` tells which further names may be added;
    ``owner`` is the class that private names belong to.
    """

    def __init__(
        self, slots: dict[str, int], readable: Callable[[str], bool], owner: str | None
    ) -> None:
        self.slots = slots
        self._readable = readable
        self._owner = owner

    def shadow(self, node: ast.expr) -> Shadow:
        """The expression's shadow. Raises Unreadable."""
        place = self.slots.get(key_of(node)) if self.slots else None
        if place is not None:
            return itemgetter(place)
        make = getattr(self, f"_{type(node).__name__.lower()}", None)
        if make is None:
            raise Unreadable(type(node).__name__)
        made: Shadow = make(node)
        return made

    def _constant(self, node: ast.Constant) -> Shadow:
        value = node.value
        return lambda _: value

    def _name(self, node: ast.Name) -> Shadow:
        if not self._readable(node.id):
            raise Unreadable(node.id)
        return itemgetter(self.slots.setdefault(node.id, len(self.slots)))

    def _attribute(self, node: ast.Attribute) -> Shadow:
        value, name = self.shadow(node.value), mangled(node.attr, self._owner)
        return lambda env: purity.attribute(value(env), name)

    def _unaryop(self, node: ast.UnaryOp) -> Shadow:
        operand = self.shadow(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda env: not purity.truth(operand(env))
        function = _UNARY[type(node.op)]

        def shadow(env: Sequence[Any]) -> Any:
            value = operand(env)
            if not scalar(value):
                raise Doubt
            return function(value)

        return shadow

    def _binop(self, node: ast.BinOp) -> Shadow:
        left, right = self.shadow(node.left), self.shadow(node.right)
        function = _BINARY.get(type(node.op))
        if function is None:
            raise Unreadable("@")
        return lambda env: purity.binary(function, left(env), right(env))

    def _compare(self, node: ast.Compare) -> Shadow:
        first = self.shadow(node.left)
        rest = [
            (_comparison(op), self.shadow(right))
            for op, right in zip(node.ops, node.comparators, strict=True)
        ]
        if len(rest) == 1:
            ((one, right),) = rest
            return lambda env: one(first(env), right(env))

        def shadow(env: Sequence[Any]) -> Any:
            left, result = first(env), None
            for function, right in rest:
                value = right(env)
                result = function(left, value)
                if not purity.truth(result):
                    break
                left = value
            return result

        return shadow

    def _boolop(self, node: ast.BoolOp) -> Shadow:
        values = [self.shadow(value) for value in node.values]
        until = isinstance(node.op, ast.Or)

        def shadow(env: Sequence[Any]) -> Any:
            for value in values[:-1]:
                result = value(env)
                if purity.truth(result) is until:
                    return result
            return values[-1](env)

        return shadow

    def _ifexp(self, node: ast.IfExp) -> Shadow:
        test, body, other = map(self.shadow, (node.test, node.body, node.orelse))
        return lambda env: body(env) if purity.truth(test(env)) else other(env)

    def _subscript(self, node: ast.Subscript) -> Shadow:
        value, place = self.shadow(node.value), self.shadow(node.slice)
        return lambda env: purity.item(value(env), place(env))

    def _slice(self, node: ast.Slice) -> Shadow:
        parts = [
            self.shadow(part) if part is not None else _nothing
            for part in (node.lower, node.upper, node.step)
        ]
        return lambda env: slice(*[part(env) for part in parts])

    def _tuple(self, node: ast.Tuple) -> Shadow:
        items = [self.shadow(item) for item in node.elts]
        return lambda env: tuple([item(env) for item in items])

    def _list(self, node: ast.List) -> Shadow:
        items = [self.shadow(item) for item in node.elts]
        return lambda env: [item(env) for item in items]

    def _dict(self, node: ast.Dict) -> Shadow:
        if node.keys:
            raise Unreadable("dict")
        return lambda _: {}

    def _call(self, node: ast.Call) -> Shadow:
        if any(keyword.arg is None for keyword in node.keywords):
            raise Unreadable("**")
        arguments = [self.shadow(argument) for argument in node.args]
        named = [(str(word.arg), self.shadow(word.value)) for word in node.keywords]
        if not _may_compute(node.func):
            raise Unreadable(ast.dump(node.func))
        if isinstance(node.func, ast.Attribute):
            if named:
                raise Unreadable("keywords")
            receiver, name = self.shadow(node.func.value), node.func.attr
            return lambda env: purity.method(receiver(env), name, [a(env) for a in arguments])
        function = self.shadow(node.func)
        if not named:
            return lambda env: purity.call(function(env), [a(env) for a in arguments])
        return lambda env: purity.call(
            function(env), [a(env) for a in arguments], {name: v(env) for name, v in named}
        )


def key_of(node: ast.expr) -> str:
    """What two expressions of the same form have in common; a name's own for a name."""
    return node.id if isinstance(node, ast.Name) else ast.dump(node)


def mangled(name: str, owner: str | None) -> str:
    """The name as the compiler writes it inside a class."""
    if owner is None or not name.startswith("__") or name.endswith("__"):
        return name
    stripped = owner.lstrip("_")
    return f"_{stripped}{name}" if stripped else name


def _may_compute(function: ast.expr) -> bool:
    """Whether it is worth while to look at a called function when it is called."""
    if isinstance(function, ast.Attribute):
        receiver = function.value
        itself = isinstance(receiver, ast.Name) and receiver.id in ("self", "cls")
        return not itself and not function.attr.startswith("_")
    if not isinstance(function, ast.Name):
        return False
    return not hasattr(builtins, function.id) or function.id in (*FUNCTIONS, "type")


def _nothing(_: Sequence[Any]) -> None:
    return None


def _comparison(op: ast.cmpop) -> Callable[[Any, Any], Any]:
    if isinstance(op, ast.In):
        return lambda left, right: purity.contains(right, left)
    if isinstance(op, ast.NotIn):
        return lambda left, right: not purity.contains(right, left)
    function = _COMPARE[type(op)]
    return lambda left, right: purity.compare(function, left, right)
