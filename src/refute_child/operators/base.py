"""What an operator is: a small pure function from a syntax node to edits of the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .context import Context


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: the characters ``start:end`` of the decoded source become ``text``.

    ``node`` is the part of the syntax tree that is touched; it decides where the change
    belongs (function, lines, rules of suppression). ``reach`` names the statements whose
    execution reaches the change, where that is not the innermost statement around ``node``.
    """

    start: int
    end: int
    text: str
    node: ast.AST
    reach: tuple[ast.stmt, ...] = ()


@dataclass(frozen=True, slots=True)
class Operator:
    """A kind of mutation, with its documentation.

    ``function`` is called with each node of one of the types in ``nodes`` and gives the edits
    it would make there. ``changes`` says in one sentence what it does, ``why`` what a survivor
    tells a tester, and ``example`` holds a source before and after.
    """

    name: str
    family: str
    changes: str
    why: str
    example: tuple[str, str]
    nodes: tuple[type[ast.AST], ...]
    function: Callable[[ast.AST, Context], Iterator[Edit]]


FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
"""A function as a statement, plain or async."""

ATOMS = (
    ast.Name,
    ast.Attribute,
    ast.Call,
    ast.Subscript,
    ast.Constant,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.JoinedStr,
)
"""Expressions that can stand anywhere without parentheses."""

_LOG_METHODS = frozenset({
    "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "trace",
    "success", "fatal",
})  # fmt: skip
_LOGGERS = re.compile(r"(?:^|[._])(?:log|logger|logging)$", re.IGNORECASE)


def is_logging(call: ast.Call) -> bool:
    """Whether a call writes to a log: ``logger.info(...)``, ``getLogger(...).error(...)``."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _LOG_METHODS:
        return False
    receiver = call.func.value
    made = last_name(receiver) in ("getLogger", "get_logger", "bind")
    return made or bool(_LOGGERS.search(dotted(receiver)))


def is_text(node: ast.AST | None) -> bool:
    """Whether the node is a literal string or bytes, formatted or not."""
    if isinstance(node, ast.JoinedStr):
        return True
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def is_literal(node: ast.AST) -> bool:
    """Whether the node is a constant or a formatted string."""
    return isinstance(node, ast.Constant | ast.JoinedStr)


def is_none(node: ast.AST | None) -> bool:
    """Whether the node is a literal None."""
    return isinstance(node, ast.Constant) and node.value is None


def dotted(node: ast.AST) -> str:
    """``a.b.c`` for names and attributes of names, the last part after a dot for attributes
    of anything else (``.read``), and an empty string for other nodes."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "")
    name = ".".join(reversed(parts))
    return "" if name == "." else name


def last_name(node: ast.AST) -> str:
    """The last part of a dotted name, of a call's function or of a decorator."""
    return dotted(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]
