"""What stands where in a function's source, and what its names stand for."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from typing import Any

from ..units import FunctionNode

Span = tuple[int, int, int, int]
"""First line, column, last line and last column as a syntax tree has them."""
UNKNOWN = object()
"""What an expression stands for, where that can't be said."""

_NAMED = (
    ast.ExceptHandler
    | ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.ClassDef
    | ast.MatchAs
    | ast.MatchStar
)


def span_of(node: ast.AST) -> Span:
    """Where a node stands."""
    return (
        getattr(node, "lineno", 0),
        getattr(node, "col_offset", 0),
        getattr(node, "end_lineno", None) or 0,
        getattr(node, "end_col_offset", None) or 0,
    )


def names_of(spaces: dict[str, Any]) -> Callable[[str], Any]:
    """What names stand for in a module with this dictionary."""
    language = vars(builtins)

    def find(name: str) -> Any:
        return spaces[name] if name in spaces else language.get(name, UNKNOWN)

    return find


def assigned(node: FunctionNode) -> set[str]:
    """Names that a function, or one nested in it, gives another value to."""
    found = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
    return {one.id for one in found if isinstance(one.ctx, ast.Store | ast.Del)}


def locals_of(node: FunctionNode) -> frozenset[str]:
    """All names that a function, or one nested in it, gives a value to."""
    found = assigned(node)
    for one in ast.walk(node):
        if isinstance(one, ast.arg):
            found.add(one.arg)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in one.names}
        elif isinstance(one, _NAMED) and one.name:
            found.add(one.name)
    for one in ast.walk(node):
        if isinstance(one, ast.Global):
            found -= set(one.names)
    return frozenset(found)
