"""Operators on the way that the program takes: conditions, filters, cases, loops."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .base import Edit, Operator
from .context import Context


def _test(node: ast.AST) -> ast.expr:
    assert isinstance(node, ast.If | ast.While | ast.IfExp)
    return node.test


def condition_negated(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A condition gets a ``not``, where no other operator turns it around."""
    test = _test(node)
    plain = isinstance(test, ast.Compare) and len(test.ops) == 1
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    if plain or negated or isinstance(test, ast.Constant | ast.BoolOp):
        return
    text = context.text(test)
    simple = isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.Subscript)
    yield context.replace(test, f"not {text}" if simple else f"not ({text})")


def condition_true(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A condition becomes True; not in loops, which would never end."""
    test = _test(node)
    if not isinstance(test, ast.Constant):
        yield context.replace(test, "True")


def condition_false(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A condition becomes False."""
    test = _test(node)
    forever = isinstance(node, ast.While) and isinstance(test, ast.Constant) and bool(test.value)
    if forever or not isinstance(test, ast.Constant):
        yield context.replace(test, "False")


def filter_dropped(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A filter of a comprehension goes."""
    assert isinstance(node, ast.comprehension)
    previous: ast.expr = node.iter
    for test in node.ifs:
        match = context.lines.find(r"\bif\b", context.span(previous)[1], context.span(test)[0])
        if match is not None:
            whole = context.parent(node)
            assert whole is not None
            end = context.outer(test, match.end(1), context.span(whole)[1] - 1)[1]
            yield Edit(match.start(1), end, "", test)
        previous = test


def match_case(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A case never matches; a guard of a case goes."""
    assert isinstance(node, ast.match_case)
    start, first = context.span(node.pattern)[1], context.span(node.body[0])[0]
    if node.guard is None:
        colon = context.lines.find(":", start, first)
        if colon is not None:
            yield Edit(colon.start(1), colon.start(1), " if False", node, (node.body[0],))
        return
    yield Edit(*context.span(node.guard), "False", node.guard, (node.body[0],))
    yield Edit(*context.span(node.guard), "True", node.guard, (node.body[0],))


def loop_skipped(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A for loop runs over nothing."""
    assert isinstance(node, ast.For)
    yield context.replace(node.iter, "()")


def loop_control(node: ast.AST, context: Context) -> Iterator[Edit]:
    """``break`` becomes ``continue``, and the reverse."""
    yield context.replace(node, "continue" if isinstance(node, ast.Break) else "break")


OPERATORS = (
    Operator(
        "condition_negated",
        "conditions",
        "A condition is negated.",
        "A survivor means that no test tells one branch from the other.",
        ("if ready(job):\n    start(job)", "if not ready(job):\n    start(job)"),
        (ast.If, ast.While, ast.IfExp),
        condition_negated,
    ),
    Operator(
        "condition_true",
        "conditions",
        "A condition is always true.",
        "A survivor means that no test needs the other branch.",
        ("if size > 9:\n    trim()", "if True:\n    trim()"),
        (ast.If, ast.IfExp),
        condition_true,
    ),
    Operator(
        "condition_false",
        "conditions",
        "A condition is always false; a `while` loop never starts.",
        "A survivor means that no test needs this branch, or this loop.",
        ("if size > 9:\n    trim()", "if False:\n    trim()"),
        (ast.If, ast.IfExp, ast.While),
        condition_false,
    ),
    Operator(
        "filter_dropped",
        "conditions",
        "A filter of a comprehension is dropped.",
        "A survivor means that no test has an element that the filter should hold back.",
        ("good = [x for x in found if x.ok]", "good = [x for x in found ]"),
        (ast.comprehension,),
        filter_dropped,
    ),
    Operator(
        "match_case",
        "conditions",
        "A case of a `match` never matches; a guard is always false, or always true.",
        "A survivor means that no test comes with such a value.",
        (
            "match command:\n    case 'go':\n        run()",
            "match command:\n    case 'go' if False:\n        run()",
        ),
        (ast.match_case,),
        match_case,
    ),
    Operator(
        "loop_skipped",
        "conditions",
        "A `for` loop runs over nothing.",
        "A survivor means that no test sees what the loop does.",
        ("for user in users:\n    greet(user)", "for user in ():\n    greet(user)"),
        (ast.For,),
        loop_skipped,
    ),
    Operator(
        "loop_control",
        "conditions",
        "`break` becomes `continue`, and the reverse.",
        "A survivor means that no test goes through the loop again after this line.",
        (
            "for x in items:\n    if x is None:\n        break",
            "for x in items:\n    if x is None:\n        continue",
        ),
        (ast.Break, ast.Continue),
        loop_control,
    ),
)
