"""Where two syntax trees differ, and in what order the parts of an expression are evaluated."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

Pair = tuple[ast.AST, ast.AST]

_COMPLEMENTS = ({ast.Is, ast.IsNot}, {ast.In, ast.NotIn}, {ast.Eq, ast.NotEq})
_SUSPENDING = (ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr)


def difference(one: ast.AST, other: ast.AST, first: int, last: int) -> list[Pair]:
    """The pairs of nodes from the roots down to the smallest one that holds all differences.

    ``first`` and ``last`` are the lines that the edit touched: statements that lie outside are
    taken for equal, which saves most of the time.
    """
    path: list[Pair] = [(one, other)]
    while True:
        step = _only_difference(*path[-1], (first, last))
        if step is None:
            return path
        path.append(step)


def equal(one: object, other: object, lines: tuple[int, int] | None = None) -> bool:
    """Whether two trees, or parts of their nodes, are the same; places don't count.

    Statements outside of ``lines`` are taken for equal if they are of one type.
    """
    if isinstance(one, ast.AST):
        if type(one) is not type(other):
            return False
        if lines is not None and isinstance(one, ast.stmt) and _outside(one, lines):
            return True
        for field in one._fields:
            if field != "ctx" and not equal(
                getattr(one, field, None), getattr(other, field, None), lines
            ):
                return False
        return True
    if isinstance(one, list):
        if not isinstance(other, list) or len(one) != len(other):
            return False
        return all(equal(mine, theirs, lines) for mine, theirs in zip(one, other, strict=True))
    return type(one) is type(other) and (
        one == other if isinstance(one, str | int | None) else repr(one) == repr(other)
    )


def _outside(statement: ast.stmt, lines: tuple[int, int]) -> bool:
    decorators = getattr(statement, "decorator_list", ())
    start = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return (statement.end_lineno or start) < lines[0] or start > lines[1]


def _only_difference(one: ast.AST, other: ast.AST, lines: tuple[int, int]) -> Pair | None:
    if type(one) is not type(other):
        return None
    found: list[tuple[object, object]] = []
    for field in one._fields:
        mine, theirs = getattr(one, field, None), getattr(other, field, None)
        if field == "ctx":
            continue
        if isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
            both = zip(mine, theirs, strict=True)
            found += [(m, t) for m, t in both if not equal(m, t, lines)]
        elif not equal(mine, theirs, lines):
            found.append((mine, theirs))
    if len(found) != 1:
        return None
    first, second = found[0]
    signs = ast.operator | ast.cmpop | ast.unaryop | ast.boolop
    if not isinstance(first, ast.AST) or not isinstance(second, ast.AST):
        return None
    return None if isinstance(first, signs) else (first, second)


def operands(node: ast.AST) -> list[ast.expr] | None:
    """The parts that are always evaluated before the operation itself, in order; None for
    other nodes, and where an operation comes between them."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return [node.left, node.comparators[0]]
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        return [node.value]
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        return [node.value, *_places(node.slice)]
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        return None if _starred(node.elts) else list(node.elts)
    if isinstance(node, ast.Call) and not node.keywords and not _starred(node.args):
        # The method is looked up before the arguments.
        method = isinstance(node.func, ast.Attribute)
        return [node.func.value if isinstance(node.func, ast.Attribute) else node.func,
                *node.args] if not method or len(node.args) < 9 else None  # fmt: skip
    return None


def _places(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Slice):
        return [part for part in (node.lower, node.upper, node.step) if part is not None]
    return [node]


def _starred(nodes: list[ast.expr]) -> bool:
    return any(isinstance(node, ast.Starred) for node in nodes)


def head(node: ast.expr) -> ast.expr:
    """What is evaluated first, and always, of nested ``and`` and ``or``."""
    while isinstance(node, ast.BoolOp):
        node = node.values[0]
    return node


def suspends(node: ast.AST) -> bool:
    """Whether evaluating the node may suspend the function, or binds a name."""
    return any(isinstance(part, _SUSPENDING) for part in ast.walk(node))


def occurrences(node: ast.AST, part: ast.expr) -> int:
    """How often an expression of the form of ``part`` stands in ``node``."""
    return sum(type(found) is type(part) and equal(found, part) for found in ast.walk(node))


def conditional(path: list[ast.AST]) -> bool:
    """Whether the end of the path may not be evaluated although its statement is begun."""
    return any(_skips(parent, child) for parent, child in _steps(path))


def _steps(path: list[ast.AST]) -> Iterator[tuple[ast.AST, ast.AST]]:
    start = max(index for index, node in enumerate(path) if isinstance(node, ast.stmt))
    return zip(path[start:], path[start + 1 :], strict=False)


def _skips(parent: ast.AST, child: ast.AST) -> bool:
    if isinstance(parent, ast.BoolOp):
        return child is not parent.values[0]
    if isinstance(parent, ast.IfExp):
        return child is not parent.test
    if isinstance(parent, ast.Lambda):
        return child is parent.body
    if isinstance(parent, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return child is not parent.generators[0]
    return isinstance(parent, ast.comprehension) and child is not parent.iter


def loaded(target: ast.Name | ast.Attribute) -> ast.expr:
    """The target of an assignment as an expression that reads it."""
    if isinstance(target, ast.Name):
        return ast.Name(id=target.id, ctx=ast.Load())
    return ast.Attribute(value=target.value, attr=target.attr, ctx=ast.Load())


def opposite(before: ast.expr, after: ast.expr) -> bool:
    """Whether the two never have the same value, nor the same truth."""
    for one, other in ((before, after), (after, before)):
        if isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.Not):
            if equal(one.operand, other):
                return True
    if isinstance(before, ast.Compare) and isinstance(after, ast.Compare):
        if len(before.ops) == len(after.ops) == 1:
            return {type(before.ops[0]), type(after.ops[0])} in _COMPLEMENTS
    return False


def interrupted(top: ast.AST, captured: Sequence[ast.expr]) -> bool:
    """Whether an operation of the expression itself comes before the last captured part."""
    if not captured:
        return False
    last = captured[-1]
    for node in ast.walk(top):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            inside = (part for argument in node.args for part in ast.walk(argument))
            if not any(node is part for c in captured for part in ast.walk(c)) and any(
                part is last for part in inside
            ):
                return True
    return False


def wrappable(node: ast.AST, parent: ast.AST) -> bool:
    """Whether another expression can stand in the place of this one."""
    if not isinstance(node, ast.expr) or isinstance(node, ast.Slice | ast.Starred):
        return False
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return False
    if isinstance(parent, ast.JoinedStr | ast.pattern | ast.arg):
        return False
    if isinstance(parent, ast.FormattedValue) and node is parent.format_spec:
        return False
    if isinstance(parent, ast.AnnAssign) and node is parent.annotation:
        return False
    return not isinstance(parent, ast.Call) or node is not parent.func


def in_truth(path: Sequence[ast.AST]) -> bool:
    """Whether nothing but the truth of the expression at the end of the path matters."""
    for parent, child in zip(reversed(path[:-1]), reversed(path), strict=False):
        if isinstance(parent, ast.If | ast.While | ast.IfExp | ast.Assert):
            return child is parent.test
        if isinstance(parent, ast.comprehension):
            return any(child is test for test in parent.ifs)
        if isinstance(parent, ast.UnaryOp):
            return isinstance(parent.op, ast.Not)
        if not isinstance(parent, ast.BoolOp):
            return False
    return False


def gone_operand(before: ast.expr, after: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """An operand of `and` or `or` that is left out, with the constant that leaves the decision
    to the others. The last operand, which may be the value of the whole, is not considered.
    """
    if not isinstance(before, ast.BoolOp):
        return None
    for place, operand in enumerate(before.values[:-1]):
        rest = [*before.values[:place], *before.values[place + 1 :]]
        left = rest[0] if len(rest) == 1 else ast.BoolOp(op=before.op, values=rest)
        if equal(left, after):
            return operand, ast.Constant(value=isinstance(before.op, ast.And))
    return None


def changed_arguments(before: ast.AST, after: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    """Arguments of two calls that are alike but for these."""
    if not (
        isinstance(before, ast.Call)
        and isinstance(after, ast.Call)
        and len(before.args) == len(after.args)
        and equal([before.func, before.keywords], [after.func, after.keywords])
    ):
        return []
    return [
        (one, other)
        for one, other in zip(before.args, after.args, strict=True)
        if not equal(one, other)
    ]
