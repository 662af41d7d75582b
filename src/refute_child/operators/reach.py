"""Which lines, when they run, reach an edit."""

from __future__ import annotations

import ast

from .base import Edit, FunctionNode
from .context import Context

Range = tuple[int, int]


def first_line(statement: ast.stmt) -> int:
    """The line where a statement starts, decorators included."""
    if isinstance(statement, FunctionNode | ast.ClassDef) and statement.decorator_list:
        return statement.decorator_list[0].lineno
    return statement.lineno


def first_body(statement: ast.AST) -> ast.AST | None:
    """What comes first in the body of a compound statement; None for a simple one."""
    if isinstance(statement, ast.Match):
        return statement.cases[0].pattern
    body = getattr(statement, "body", None)
    return body[0] if isinstance(body, list) and body else None


def header(statement: ast.stmt) -> Range:
    """The lines of a simple statement, or those of a compound one before its body."""
    first = first_line(statement)
    inner = first_body(statement)
    if inner is None:
        return first, statement.end_lineno or first
    start = first_line(inner) if isinstance(inner, ast.stmt) else getattr(inner, "lineno", first)
    return first, max(statement.lineno, start - 1)


def reach(context: Context, edit: Edit) -> tuple[Range, ...]:
    """Closed ranges of lines; running any of them reaches the edit."""
    node = edit.node
    while not isinstance(node, ast.stmt | ast.match_case | ast.ExceptHandler):
        above = context.parent(node)
        assert above is not None
        node = above
    if isinstance(node, ast.match_case):
        # A case that always matches has no line event of its own, so its body counts too.
        end = node.guard.end_lineno if node.guard is not None else node.pattern.end_lineno
        pattern = (node.pattern.lineno, end or node.pattern.lineno)
        return merged([pattern, header(node.body[0])])
    if edit.reach:
        return merged([(first_line(s), s.end_lineno or s.lineno) for s in edit.reach])
    if isinstance(node, ast.ExceptHandler):
        return ((node.lineno, max(node.lineno, first_line(node.body[0]) - 1)),)
    ranges = [header(node)]
    if isinstance(node, ast.If | ast.While) and isinstance(node.test, ast.Constant):
        # The compiler may leave out the test.
        ranges.append(header(node.body[0]))
    return merged(ranges)


def merged(ranges: list[Range]) -> tuple[Range, ...]:
    """The same lines in fewer ranges, in order."""
    done: list[Range] = []
    for first, last in sorted(ranges):
        if done and first <= done[-1][1] + 1:
            done[-1] = (done[-1][0], max(done[-1][1], last))
        else:
            done.append((first, last))
    return tuple(done)
