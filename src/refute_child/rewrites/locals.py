"""Local variables with other names, and independent assignments that change places."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..operators.base import Edit
from ..operators.context import Context

_INSIDE = frozenset({
    "locals", "vars", "dir", "eval", "exec", "globals", "_getframe", "currentframe", "stack",
    "inspect", "f_locals", "f_back", "tb_frame", "settrace",
})  # fmt: skip
"""Names by which code looks at its own names, or at those of who called it."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def names_inside(function: ast.AST) -> set[str]:
    """Those names of the function by which its own names may be seen."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
    return found & _INSIDE


def renamed(function: _Function, context: Context, taken: set[str]) -> Iterator[Edit]:
    """For each local variable an edit that gives it a name which the module does not have."""
    placed = frozenset(context.nodes)
    uses: dict[str, list[ast.Name]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            uses.setdefault(node.id, []).append(node)
    fixed = _fixed(function)
    for name, nodes in uses.items():
        if name in fixed or name.startswith("__"):
            continue
        if not any(isinstance(node.ctx, ast.Store) for node in nodes):
            continue
        new = f"{name}_renamed"
        # What the text does not show in its place, such as annotations, is left alone.
        if new in taken or not all(node in placed for node in nodes):
            continue
        spans = sorted(context.span(node) for node in nodes)
        start, end = spans[0][0], spans[-1][1]
        text, at = "", start
        for low, high in spans:
            text += context.source[at:low] + new
            at = high
        first = min(nodes, key=lambda node: context.span(node)[0])
        yield Edit(start, end, text, first)


def _fixed(function: _Function) -> set[str]:
    """Names that are not plain local variables, or that show in another way."""
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    found = {one.arg for one in every if one is not None}
    for node in ast.walk(function):
        match node:
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                found.update(names)
            case ast.alias():
                found.add((node.asname or node.name).partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                found.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.JoinedStr():
                # `{name=}` prints it, and older Pythons don't tell where it stands.
                found.update(one.id for one in ast.walk(node) if isinstance(one, ast.Name))
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                found.update(_bound_within(node))
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    for default in [*given.defaults, *given.kw_defaults, *function.decorator_list]:
        if default is not None:
            found.update(one.id for one in ast.walk(default) if isinstance(one, ast.Name))
    return found


def _bound_within(node: ast.AST) -> set[str]:
    return {
        one.id
        for one in ast.walk(node)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }


def swapped(function: _Function, context: Context) -> Iterator[Edit]:
    """Edits that let two adjacent assignments to locals change places, where neither can fail
    nor run any code.
    """
    fixed = _fixed(function)
    for node in ast.walk(function):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                yield from _pairs(block, fixed, context)


def _pairs(block: Sequence[ast.stmt], fixed: set[str], context: Context) -> Iterator[Edit]:
    for one, two in pairwise(block):
        first, second = _target(one), _target(two)
        if not first or not second or first == second or {first, second} & fixed:
            continue
        (start, middle), (after, end) = context.span(one), context.span(two)
        source = context.source
        text = source[after:end] + source[middle:after] + source[start:middle]
        yield Edit(start, end, text, one)


def _target(statement: ast.stmt) -> str:
    """The one name that is given a value made of constants alone; empty for anything else."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_plain(value):
            return name
    return ""


def _is_plain(node: ast.expr) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
            return True
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return all(map(_is_plain, elements))
        case ast.Dict(keys=keys, values=values):
            return all(isinstance(key, ast.Constant) for key in keys) and all(
                map(_is_plain, values)
            )
    return False
