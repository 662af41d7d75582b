"""The way through a syntax tree: where each node belongs, and what is never mutated."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .base import FunctionNode, dotted, last_name

MAX_ELEMENTS = 16
"""Longer literals are tables of data: only some of their elements are mutated."""


@dataclass(frozen=True, slots=True)
class Where:
    """To what a node belongs.

    ``function`` is the qualified name for people, ``prefix`` what is put before the names that
    are defined here, ``unit`` and ``unit_line`` the outermost function whose body holds the
    node (None and 0 for code that runs at import), ``scope`` the innermost function whose body
    holds it, ``owner`` the innermost class.
    """

    function: str = "<module>"
    prefix: str = ""
    unit: str | None = None
    unit_line: int = 0
    scope: FunctionNode | None = None
    owner: ast.ClassDef | None = None


def children(node: ast.AST, where: Where) -> Iterator[tuple[ast.AST, Where, bool]]:
    """The children of a node in order, where they belong, and whether they may be mutated."""
    if isinstance(node, FunctionNode | ast.ClassDef):
        yield from _definition(node, where)
        return
    dead = _dead_fields(node)
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield value, where, field not in dead
        elif isinstance(value, list):
            kept = _sample(node, field, value)
            for index, item in enumerate(value):
                if isinstance(item, ast.AST):
                    alive = field not in dead and (kept is None or index in kept)
                    yield item, where, alive and not (field == "body" and is_docstring(item))


def _definition(
    node: FunctionNode | ast.ClassDef, where: Where
) -> Iterator[tuple[ast.AST, Where, bool]]:
    """Children of a function or class: decorators and defaults run outside, the body inside."""
    name = where.prefix + node.name
    named = replace(where, function=name)
    outside: list[ast.AST] = list(node.decorator_list)
    alive = True
    if isinstance(node, ast.ClassDef):
        inside = replace(where, function=name, prefix=f"{name}.", owner=node)
        outside += [*node.bases, *node.keywords]
    else:
        unit = (name, node.lineno) if where.unit is None else (where.unit, where.unit_line)
        inside = Where(name, f"{name}.<locals>.", *unit, node, where.owner)
        outside.append(node.args)
        alive = not (is_overload(node) or is_stub(node))
    for child in outside:
        yield child, named, alive or child is not getattr(node, "args", None)
    for child in node.body:
        yield child, inside, alive and not is_docstring(child)


def _dead_fields(node: ast.AST) -> frozenset[str]:
    """Fields of a node in which nothing is mutated."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Global | ast.Nonlocal):
        return frozenset({"names"})
    if isinstance(node, ast.If) and last_name(node.test) == "TYPE_CHECKING":
        return frozenset({"body"})
    if type(node).__name__ == "TypeAlias":
        return frozenset({"value", "type_params"})
    # Patterns allow few expressions; f-strings have their own operator.
    return frozenset({"annotation", "returns", "type_params", "type_comment", "format_spec"})


def _sample(node: ast.AST, field: str, items: list[object]) -> frozenset[int] | None:
    """Which elements of a long literal are mutated: first, last and two between; None: all."""
    literal = isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict)
    if not literal or len(items) <= MAX_ELEMENTS or field not in ("elts", "keys", "values"):
        return None
    last = len(items) - 1
    return frozenset({0, last // 3, 2 * last // 3, last})


def own_nodes(function: FunctionNode) -> Iterator[ast.AST]:
    """The nodes of a function's body without those of functions and classes inside it."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, FunctionNode | ast.ClassDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))


def is_docstring(child: ast.AST) -> bool:
    """Whether a statement is a bare string or ``...``: a docstring, or a comment of that kind."""
    return (
        isinstance(child, ast.Expr)
        and isinstance(child.value, ast.Constant)
        and (isinstance(child.value.value, str) or child.value.value is ...)
    )


def is_overload(node: FunctionNode) -> bool:
    """Whether a function is a stub for type checkers."""
    return any(last_name(decorator) == "overload" for decorator in node.decorator_list)


def is_stub(node: FunctionNode) -> bool:
    """Whether a function's body does nothing: a docstring, ``...`` or ``pass`` alone."""
    return all(isinstance(child, ast.Pass) or is_docstring(child) for child in node.body)


def is_exports(node: ast.AST) -> bool:
    """Whether a statement sets ``__all__``."""
    if isinstance(node, ast.Assign):
        return any(dotted(target) == "__all__" for target in node.targets)
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        return dotted(node.target) == "__all__"
    return False
