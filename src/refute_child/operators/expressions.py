"""Operators on expressions: comparison, boolean, arithmetic, bitwise, unary, augmented."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .base import Edit, Operator, is_none, is_text
from .context import Context

_COMPARISONS: dict[type[ast.AST], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: (r"is\s+not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: (r"not\s+in", ("in",)),
}
_ARITHMETIC: dict[type[ast.AST], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.MatMult: ("@", "*"),
}
_BITWISE: dict[type[ast.AST], tuple[str, str]] = {
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "&"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}
_SEQUENCES = (ast.List, ast.Tuple, ast.ListComp, ast.JoinedStr)


def _escape(token: str) -> str:
    return "".join(f"\\{char}" if char in "+*^|" else char for char in token)


def _not_numbers(*nodes: ast.expr) -> bool:
    """Whether an operand shows that the operator is not arithmetic, but joins or formats."""
    return any(is_text(node) or isinstance(node, _SEQUENCES) for node in nodes)


def comparison(node: ast.AST, context: Context) -> Iterator[Edit]:
    """Each comparison of a chain becomes its neighbour and its opposite."""
    assert isinstance(node, ast.Compare)
    lefts = [node.left, *node.comparators]
    for left, operator, right in zip(lefts, node.ops, node.comparators, strict=False):
        pattern, others = _COMPARISONS[type(operator)]
        for other in others:
            yield from context.operator(pattern, left, right, other)


def boolean(node: ast.AST, context: Context) -> Iterator[Edit]:
    """``and`` becomes ``or``, and the reverse."""
    assert isinstance(node, ast.BoolOp)
    now, then = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in zip(node.values, node.values[1:], strict=False):
        yield from context.operator(rf"\b{now}\b", left, right, then)


def operand_dropped(node: ast.AST, context: Context) -> Iterator[Edit]:
    """One operand of ``and`` or ``or`` goes."""
    assert isinstance(node, ast.BoolOp)
    spans = [context.outer(value, *context.span(node)) for value in node.values]
    for index, value in enumerate(node.values):
        yield Edit(*context.without(spans, index), "", value)


def arithmetic(node: ast.AST, context: Context) -> Iterator[Edit]:
    """An arithmetic operator becomes a related one."""
    assert isinstance(node, ast.BinOp)
    if type(node.op) in _ARITHMETIC and not _not_numbers(node.left, node.right):
        now, then = _ARITHMETIC[type(node.op)]
        yield from context.operator(_escape(now), node.left, node.right, then)


def bitwise(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A bitwise operator or shift becomes its opposite."""
    assert isinstance(node, ast.BinOp)
    # `int | None` is a type, not a number.
    if type(node.op) in _BITWISE and not (is_none(node.left) or is_none(node.right)):
        now, then = _BITWISE[type(node.op)]
        yield from context.operator(_escape(now), node.left, node.right, then)


def unary(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A sign, ``not`` or ``~`` goes."""
    assert isinstance(node, ast.UnaryOp)
    parent = context.parent(node)
    literal = isinstance(node.operand, ast.Constant)
    if literal and isinstance(parent, ast.Subscript | ast.Slice):
        return
    start = context.span(node)[0]
    match = context.lines.find(r"not\b\s*|[-+~]", start, context.span(node.operand)[0])
    if match is not None and not isinstance(node.op, ast.UAdd):
        yield Edit(*match.span(1), "", node)


def augmented(node: ast.AST, context: Context) -> Iterator[Edit]:
    """``+=`` becomes ``-=`` or ``=``, and so with the others."""
    assert isinstance(node, ast.AugAssign)
    now, then = {**_ARITHMETIC, **_BITWISE}[type(node.op)]
    others = [f"{then}=", "="]
    if _not_numbers(node.value):
        others = ["="]
    start, end = context.span(node.target)[1], context.span(node.value)[0]
    match = context.lines.find(_escape(now) + "=", start, end)
    if match is not None:
        for other in others:
            yield Edit(*match.span(1), other, node)


OPERATORS = (
    Operator(
        "comparison",
        "expressions",
        "A comparison becomes its neighbour or its opposite: `<` becomes `<=` and `>=`.",
        "A survivor means that no test stands on the border, or none looks at the branch.",
        ("if size < limit:\n    stop()", "if size <= limit:\n    stop()"),
        (ast.Compare,),
        comparison,
    ),
    Operator(
        "boolean",
        "expressions",
        "`and` becomes `or`, and the reverse.",
        "A survivor means that no test has one condition true while the other is false.",
        ("ready = alive and warm", "ready = alive or warm"),
        (ast.BoolOp,),
        boolean,
    ),
    Operator(
        "operand_dropped",
        "expressions",
        "One operand of `and` or `or` is dropped.",
        "A survivor means that this condition, or this fallback, decides nothing in any test.",
        ("name = given or default", "name = given"),
        (ast.BoolOp,),
        operand_dropped,
    ),
    Operator(
        "arithmetic",
        "expressions",
        "An arithmetic operator becomes a related one: `+` becomes `-`, `//` becomes `/`.",
        "A survivor means that no test checks the number that comes out.",
        ("total = price + tax", "total = price - tax"),
        (ast.BinOp,),
        arithmetic,
    ),
    Operator(
        "bitwise",
        "expressions",
        "A bitwise operator or shift becomes its opposite: `&` becomes `|`.",
        "A survivor means that no test checks the flags or the masked value.",
        ("mode = flags & mask", "mode = flags | mask"),
        (ast.BinOp,),
        bitwise,
    ),
    Operator(
        "unary",
        "expressions",
        "A minus sign, `not` or `~` is dropped.",
        "A survivor means that no test tells the value from its opposite.",
        ("if not done:\n    work()", "if done:\n    work()"),
        (ast.UnaryOp,),
        unary,
    ),
    Operator(
        "augmented",
        "expressions",
        "`+=` becomes `-=` or plain `=`, and so with the other operators.",
        "A survivor means that no test looks at what has been added up.",
        ("count += step", "count -= step"),
        (ast.AugAssign,),
        augmented,
    ),
)
