"""Changes of source that keep what it does: no test should notice one.

They are no mutants, and never take part in the score. Each is a small pure function from a
function's syntax tree to edits of the text; only what surely behaves alike is made.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from typing import Any

from ..operators.base import Edit
from ..operators.context import Context
from ..operators.text import apply
from .forms import equivalents
from .locals import names_inside, renamed, swapped

__all__ = ["REWRITES", "find_rewrites"]

REWRITES = {
    "local_renamed": "a local variable gets another name",
    "assignments_swapped": "two independent assignments change places",
    "equivalent_expression": "an expression is written in another way that means the same",
}
"""The kinds of rewrite, with what they do."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def find_rewrites(path: str, source: str) -> list[dict[str, Any]]:
    """The rewrites of a file in order of the text, as records with ``id``, ``file``, ``line``,
    ``start``, ``end``, ``function``, ``operator``, ``original`` and ``replacement``.

    Offsets count characters of the decoded text. No two overlap unless they are in one function.
    Raises SyntaxError if the text does not parse.
    """
    context = Context(source, ast.parse(source, path))
    taken = {node.id for node in context.nodes if isinstance(node, ast.Name)}
    found: list[dict[str, Any]] = []
    counts: Counter[tuple[str, ...]] = Counter()
    for function in context.nodes:
        if not isinstance(function, _Function) or _looks_inside(function) or _nested(function):
            continue
        edits = [("local_renamed", edit) for edit in renamed(function, context, taken)]
        edits += [("assignments_swapped", edit) for edit in swapped(function, context)]
        edits += [("equivalent_expression", e) for e in equivalents(function, context)]
        for operator, edit in edits:
            if not _compiles(source, edit):
                continue
            record = _record(path, context, operator, edit)
            identity = (path, record["function"], operator, record["original"], edit.text)
            counts[identity] += 1
            text = "\0".join((*identity, str(counts[identity])))
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            found.append({"id": f"r-{digest[:8]}", **record})
    return sorted(found, key=lambda one: (one["start"], one["end"], one["id"]))


def _looks_inside(function: ast.AST) -> bool:
    """Whether the code itself depends on its names: then nothing there keeps its behaviour."""
    return bool(names_inside(function))


def _nested(function: ast.AST) -> bool:
    """Whether there are further scopes with names of their own, but for comprehensions."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    return any(isinstance(node, inner) for node in ast.walk(function) if node is not function)


def _compiles(source: str, edit: Edit) -> bool:
    try:
        text = apply(source, edit.start, edit.end, edit.text)
        compile(text, "<rewrite>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _record(path: str, context: Context, operator: str, edit: Edit) -> dict[str, Any]:
    line, _ = context.lines.position(edit.start)
    return {
        "file": path,
        "line": line,
        "start": edit.start,
        "end": edit.end,
        "function": context.where(edit.node).function,
        "operator": operator,
        "original": context.source[edit.start : edit.end],
        "replacement": edit.text,
    }
