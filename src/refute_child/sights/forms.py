"""Assertions that say little of a value: what they look at, by the form that they have."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weak:
    """What is looked at, and how: an equality says all that the form says, and more."""

    value: ast.expr
    form: str


_METHODS = {
    "assertTrue": 0,
    "assertFalse": 0,
    "assertIsNotNone": 0,
    "assertIsInstance": 0,
    "assertIn": 1,
}
"""Methods of unittest, and which of their arguments is looked at."""
_SIZES = {"assertIsInstance": 2, "assertIn": 2}


def weak(statement: ast.stmt) -> Weak | None:
    """The call that a weak assertion is about; None for any other statement."""
    if isinstance(statement, ast.Assert) and statement.msg is None:
        return _asserted(statement.test)
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return None
    call = statement.value
    if not isinstance(call.func, ast.Attribute) or call.keywords:
        return None
    position = _METHODS.get(call.func.attr)
    if position is None or len(call.args) != _SIZES.get(call.func.attr, 1):
        return None
    return Weak(call.args[position], call.func.attr)


def _asserted(test: ast.expr) -> Weak | None:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return Weak(test.operand, "not")
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Name):
        if test.func.id == "isinstance" and len(test.args) == 2:
            return Weak(test.args[0], "isinstance")
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        right = test.comparators[0]
        if isinstance(test.ops[0], ast.In):
            return Weak(right, "in")
        if isinstance(test.ops[0], ast.IsNot) and isinstance(right, ast.Constant):
            return Weak(test.left, "is not")
        return None
    return Weak(test, "true")
