"""Operators on what functions hand back: returns, yields, lambdas, whole bodies."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .base import Edit, FunctionNode, Operator, dotted
from .context import Context
from .names import annotated
from .reach import first_body
from .walk import is_docstring, is_overload, is_stub, own_nodes

_EMPTY = {
    "str": '""', "bytes": 'b""', "int": "0", "float": "0.0", "complex": "0j", "bool": "False",
    "list": "[]", "dict": "{}", "set": "set()", "tuple": "()", "frozenset": "frozenset()",
    "sequence": "()", "mapping": "{}", "mutablemapping": "{}", "mutablesequence": "[]",
    "iterator": "iter(())", "iterable": "()", "generator": "iter(())", "collection": "()",
}  # fmt: skip


def empty_value(context: Context, function: FunctionNode | None) -> str:
    """The source of an empty value that fits the function's return annotation, or None."""
    annotation = function.returns if function is not None else None
    optional = annotation is not None and re.search(r"\bNone\b|Optional", context.text(annotation))
    kind = annotated(context, annotation)
    if kind is None or optional:
        return "None"
    name = kind.partition("[")[0].rpartition(".")[2].lower()
    # A tuple of fixed length can't be empty without breaking who unpacks it.
    if name == "tuple" and "..." not in kind:
        return "None"
    return _EMPTY.get(name, "None")


def return_value(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A returned value becomes an empty one of the annotated type, or None; an empty one None."""
    assert isinstance(node, ast.Return)
    if node.value is None or isinstance(node.value, ast.Constant):
        return
    function = context.where(node).scope
    text = empty_value(context, function)
    if text == "False":
        if isinstance(node.value, ast.Compare | ast.BoolOp | ast.UnaryOp):
            return
        text = f"not ({context.text(node.value)})"
        if isinstance(node.value, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
            text = f"not {context.text(node.value)}"
    elif _is_empty(node.value):
        text = "None"
    yield context.replace(node.value, text)


def _is_empty(node: ast.AST) -> bool:
    """Whether an expression is an empty container."""
    if isinstance(node, ast.Call):
        kind, arguments = dotted(node.func), [*node.args, *node.keywords]
        return kind in ("list", "dict", "set", "tuple", "frozenset") and not arguments
    if isinstance(node, ast.Dict):
        return not node.keys
    return isinstance(node, ast.List | ast.Tuple) and not node.elts


def yield_value(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A yielded value becomes None; a delegated iterator becomes empty."""
    assert isinstance(node, ast.Yield | ast.YieldFrom)
    if isinstance(node, ast.YieldFrom):
        yield context.replace(node.value, "()")
    elif node.value is not None and not isinstance(node.value, ast.Constant):
        bounds = context.span(node)
        yield Edit(*context.outer(node.value, *bounds), "None", node.value)


def lambda_body(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A lambda gives None."""
    assert isinstance(node, ast.Lambda)
    if not isinstance(node.body, ast.Constant):
        yield Edit(*context.outer(node.body, *context.span(node)), "None", node.body)


def whole_body(node: ast.AST, context: Context) -> Iterator[Edit]:
    """All of a function but its docstring becomes one constant return."""
    assert isinstance(node, FunctionNode)
    body = node.body[1:] if is_docstring(node.body[0]) else node.body
    if is_overload(node) or is_stub(node) or not body:
        return
    # Of a single plain statement other operators take care.
    if len(body) == 1 and first_body(body[0]) is None:
        return
    inside = list(own_nodes(node))
    returns = [found.value for found in inside if isinstance(found, ast.Return) and found.value]
    if any(isinstance(found, ast.Yield | ast.YieldFrom) for found in inside):
        # The yield that is never reached keeps it a generator.
        text = "return; yield"
    elif not returns:
        text = "return"
    elif all(dotted(value) == "self" for value in returns):
        text = "return self"
    else:
        value = empty_value(context, node)
        if value == "None" and all(_truth(found) for found in returns):
            value = "False"
        text = f"return {value}"
    yield Edit(context.start(body[0]), context.span(body[-1])[1], text, body[0], tuple(body))


def _truth(node: ast.expr) -> bool:
    """Whether an expression gives True or False by its form."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    return isinstance(node, ast.Compare) or (
        isinstance(node, ast.Constant) and isinstance(node.value, bool)
    )


OPERATORS = (
    Operator(
        "return_value",
        "values",
        "A returned value becomes an empty value of the annotated type, its opposite if that "
        "is `bool`, else None; an empty container becomes None.",
        "A survivor means that no test looks at what the function returns here.",
        ("def name(user):\n    return user.name", "def name(user):\n    return None"),
        (ast.Return,),
        return_value,
    ),
    Operator(
        "yield_value",
        "values",
        "A yielded value becomes None; `yield from` gives nothing.",
        "A survivor means that no test looks at what comes out of the generator.",
        (
            "def names(users):\n    for u in users:\n        yield u.name",
            "def names(users):\n    for u in users:\n        yield None",
        ),
        (ast.Yield, ast.YieldFrom),
        yield_value,
    ),
    Operator(
        "lambda_body",
        "values",
        "A lambda gives None.",
        "A survivor means that no test depends on what the lambda computes.",
        ("key = lambda user: user.name", "key = lambda user: None"),
        (ast.Lambda,),
        lambda_body,
    ),
    Operator(
        "whole_body",
        "values",
        "The whole body of a function becomes the return of an empty value.",
        "A survivor means that nothing which the function does is checked by any test.",
        (
            "def total(items) -> int:\n    items = clean(items)\n    return sum(items)",
            "def total(items) -> int:\n    return 0",
        ),
        (ast.FunctionDef, ast.AsyncFunctionDef),
        whole_body,
    ),
)
