"""Expressions written in another way that surely means the same, on whatever values they meet."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..operators.base import Edit
from ..operators.context import Context

_TURNED = {ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in"}
"""Comparisons that give True or False in any case, so that they can be turned twice."""

_SIZES = {ast.Eq: "!=", ast.NotEq: "=="}


def equivalents(function: ast.AST, context: Context) -> Iterator[Edit]:
    """Edits of conditions and comparisons within a function."""
    for node in ast.walk(function):
        if any(isinstance(above, ast.JoinedStr) for above in context.parents(node)):
            continue
        if isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Constant):
            yield context.replace(node.test, f"not (not ({context.text(node.test)}))")
        elif isinstance(node, ast.IfExp):
            test, body, other = map(context.text, (node.test, node.body, node.orelse))
            yield context.replace(node, f"(({other}) if not ({test}) else ({body}))")
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from _turned(node, context)


def _turned(node: ast.Compare, context: Context) -> Iterator[Edit]:
    kind = type(node.ops[0])
    word = _TURNED.get(kind)
    if word is None and _is_size(node.left, context) and _is_number(node.comparators[0]):
        word = _SIZES.get(kind)
    if word is not None:
        left, right = context.text(node.left), context.text(node.comparators[0])
        yield context.replace(node, f"(not (({left}) {word} ({right})))")


def _is_size(node: ast.expr, context: Context) -> bool:
    """Whether it is a call of the builtin ``len``, which gives an int in any case."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "len"
        and not any(
            isinstance(one, ast.Name) and one.id == "len" and isinstance(one.ctx, ast.Store)
            for one in context.nodes
        )
    )


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int
