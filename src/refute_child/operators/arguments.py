"""Operators on what is handed to a call: dropped, swapped, or the wrong variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from .base import Edit, Operator, dotted, last_name
from .context import Context
from .names import same_kind, wrong_variables

_KEEPS = {
    "split": 0, "rsplit": 0, "strip": 0, "lstrip": 0, "rstrip": 0, "get": 1, "getenv": 1,
    "setdefault": 1, "pop": 1, "next": 1, "round": 1, "sum": 1, "open": 1, "getattr": 2,
}  # fmt: skip
"""Functions that can do without further arguments, and how many they need."""
_ALIKE_BOTH_WAYS = frozenset({"max", "min", "gcd", "print", "set", "isclose", "sum", "namedtuple"})
"""Functions that give the same whatever the order of their arguments."""
_FIXED_ORDER = frozenset({"isinstance", "issubclass", "getattr", "setattr", "hasattr", "cast"})
"""Functions that refuse their arguments in any other order."""


def argument_dropped(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A positional argument goes, where the call is still a possible one."""
    assert isinstance(node, ast.Call)
    items = context.arguments(node)
    spans = [span for _, span in items]
    signature = context.signature(node)
    last = len(node.args) - 1
    for index, (argument, _) in enumerate(items):
        if isinstance(argument, ast.keyword):
            continue
        if isinstance(argument, ast.Starred):
            fits = True
        elif signature is not None:
            fits = argument is node.args[last] and _optional(signature, last, node)
        else:
            fits = argument is node.args[last] and _may_go(node)
        if fits:
            yield Edit(*context.without(spans, index), "", argument)


def _optional(signature: ast.arguments, index: int, call: ast.Call) -> bool:
    """Whether the known function has a default for its positional parameter ``index``."""
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return True
    positional = len(signature.posonlyargs) + len(signature.args)
    return index >= positional - len(signature.defaults)


def _may_go(call: ast.Call) -> bool:
    """Whether an unknown function could do without its last positional argument."""
    name = last_name(call)
    # A function of three arguments has a default as often as not; fewer are mostly needed.
    refuses = name in _FIXED_ORDER and name not in _KEEPS
    return not refuses and len(call.args) > _KEEPS.get(name, 2)


def keyword_dropped(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A keyword argument goes, where the call is still a possible one."""
    assert isinstance(node, ast.Call)
    items = context.arguments(node)
    spans = [span for _, span in items]
    signature = context.signature(node)
    required: set[str] = set()
    if signature is not None:
        positional = [*signature.posonlyargs, *signature.args]
        required = {p.arg for p in positional[: len(positional) - len(signature.defaults)]}
        required |= {
            p.arg
            for p, default in zip(signature.kwonlyargs, signature.kw_defaults, strict=True)
            if default is None
        }
    for index, (argument, _) in enumerate(items):
        if not isinstance(argument, ast.keyword) or argument.arg in required:
            continue
        # True and False have an operator that does the same as most defaults.
        switch = isinstance(argument.value, ast.Constant) and isinstance(argument.value.value, bool)
        if not switch:
            yield Edit(*context.without(spans, index), "", argument)


def argument_swapped(node: ast.AST, context: Context) -> Iterator[Edit]:
    """Two neighbouring positional arguments change places."""
    assert isinstance(node, ast.Call)
    if last_name(node) in _ALIKE_BOTH_WAYS | _FIXED_ORDER:
        return
    items = [(a, s) for a, s in context.arguments(node) if not isinstance(a, ast.keyword)]
    for (first, one), (second, two) in pairwise(items):
        if isinstance(first, ast.Starred) or isinstance(second, ast.Starred):
            continue
        if isinstance(first, ast.keyword) or isinstance(second, ast.keyword):
            continue
        # Nobody takes the object itself for one of its values.
        if {dotted(first), dotted(second)} & {"self", "cls"}:
            continue
        if same_kind(context, first, second):
            source = context.source
            between = source[one[1] : two[0]]
            text = source[slice(*two)] + between + source[slice(*one)]
            yield Edit(one[0], two[1], text, node)


def wrong_variable(node: ast.AST, context: Context) -> Iterator[Edit]:
    """Another variable in scope that is like this one is handed over."""
    assert isinstance(node, ast.Call)
    for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
        if isinstance(argument, ast.Name):
            for name in wrong_variables(context, argument):
                yield context.replace(argument, name)


OPERATORS = (
    Operator(
        "argument_dropped",
        "arguments",
        "The last positional argument of a call is dropped, where it may be optional; so is "
        "`*args`.",
        "A survivor means that no test notices the default in its place.",
        ("name = row.get('name', 'nobody')", "name = row.get('name')"),
        (ast.Call,),
        argument_dropped,
    ),
    Operator(
        "keyword_dropped",
        "arguments",
        "A keyword argument of a call is dropped.",
        "A survivor means that no test notices the default in its place.",
        ("run(command, timeout=9)", "run(command)"),
        (ast.Call,),
        keyword_dropped,
    ),
    Operator(
        "argument_swapped",
        "arguments",
        "Two neighbouring positional arguments of a like type change places.",
        "A survivor means that no test tells one argument from the other.",
        ("copy(source, target)", "copy(target, source)"),
        (ast.Call,),
        argument_swapped,
    ),
    Operator(
        "wrong_variable",
        "arguments",
        "An argument is replaced by another variable in scope that is like it in type or name.",
        "A survivor means that no test has different values in the two variables, or none looks "
        "at what is handed over.",
        (
            "def move(old_name, new_name):\n    rename(new_name)",
            "def move(old_name, new_name):\n    rename(old_name)",
        ),
        (ast.Call,),
        wrong_variable,
    ),
)
