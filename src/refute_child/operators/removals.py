"""Operators that take something away: statements, assignments, calls, await, with, decorators."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .base import (
    ATOMS,
    Edit,
    FunctionNode,
    Operator,
    dotted,
    is_literal,
    last_name,
)
from .context import Context
from .names import variables

_CONVERSIONS = frozenset({
    "abs", "bool", "bytes", "deepcopy", "copy", "dict", "escape", "float", "frozenset", "int",
    "list", "quote", "reversed", "round", "set", "sorted", "str", "tuple", "unquote",
})  # fmt: skip
_CONVERTING = ("as_", "clean", "ensure_", "escape", "normal", "sanitize", "strip_", "to_", "want_")
_METHODS = frozenset({
    "strip", "lstrip", "rstrip", "lower", "upper", "casefold", "title", "capitalize", "copy",
    "replace", "removeprefix", "removesuffix", "expanduser", "resolve", "absolute", "encode",
    "decode",
})  # fmt: skip
_MODULES = frozenset({"copy", "re", "os.path", "codecs", "dataclasses"})
_TYPING_ONLY = frozenset({
    "abstractmethod", "abstractproperty", "dataclass_transform", "deprecated", "final",
    "no_type_check", "overload", "override", "type_check_only", "wraps",
})  # fmt: skip


def statement_removed(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A call, ``del``, ``assert`` or bare ``return`` that stands alone becomes ``pass``."""
    if isinstance(node, ast.Expr):
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if not isinstance(value, ast.Call):
            return
    if isinstance(node, ast.Return) and (node.value is not None or _last(node, context)):
        return
    yield context.replace(node, "pass")


def _last(node: ast.stmt, context: Context) -> bool:
    """Whether a statement is the last one of its function."""
    function = context.where(node).scope
    return function is not None and function.body[-1] is node


def assignment_removed(node: ast.AST, context: Context) -> Iterator[Edit]:
    """An assignment goes, or stores None where later code needs the name to exist."""
    assert isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if isinstance(node, ast.AugAssign):
        yield context.replace(node, "pass")
        return
    if node.value is None or any(dotted(target).startswith("__") for target in targets):
        return
    if all(_exists(target, node, context) for target in targets):
        yield context.replace(node, "pass")
    elif not isinstance(node.value, ast.Constant | ast.Lambda) and not any(
        isinstance(target, ast.Tuple | ast.List) for target in targets
    ):
        yield context.replace(node.value, "None")


def _exists(target: ast.expr, node: ast.stmt, context: Context) -> bool:
    """Whether the target holds a value before this assignment."""
    where = context.where(node)
    if isinstance(target, ast.Subscript):
        return True
    if isinstance(target, ast.Attribute):
        return where.scope is not None and where.scope.name not in ("__init__", "__new__")
    if isinstance(target, ast.Name) and where.scope is not None:
        known = variables(context, where.scope).get(target.id)
        return known is not None and known.line < node.lineno
    return False


def call_removed(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A call that converts or cleans a value goes, and leaves the value."""
    assert isinstance(node, ast.Call)
    if node.keywords or any(isinstance(arg, ast.Starred) for arg in node.args):
        return
    name = last_name(node)
    start, end = context.span(node)
    if isinstance(node.func, ast.Attribute) and name in _METHODS:
        if dotted(node.func.value) in _MODULES or not all(is_literal(arg) for arg in node.args):
            return
        receiver = context.source[start : context.span(node.func)[1] - len(name)]
        yield Edit(start, end, receiver.rstrip().rstrip(".").rstrip(), node)
    elif len(node.args) == 1 and not _onto_itself(node, context) and _converts(name):
        text = context.text(node.args[0])
        bare = isinstance(node.args[0], (*ATOMS, ast.GeneratorExp))
        yield Edit(start, end, text if bare else f"({text})", node)


def _converts(name: str) -> bool:
    """Whether a function's name says that it gives back its argument in another form."""
    return name in _CONVERSIONS or name.lstrip("_").startswith(_CONVERTING)


def _onto_itself(node: ast.Call, context: Context) -> bool:
    """Whether a call's argument gets its result: ``x = f(x)``, which is removed as a whole."""
    parent = context.parent(node)
    return isinstance(parent, ast.Assign) and any(
        dotted(target) == dotted(node.args[0]) != "" for target in parent.targets
    )


def await_dropped(node: ast.AST, context: Context) -> Iterator[Edit]:
    """``await`` goes, and the coroutine is never run."""
    assert isinstance(node, ast.Await)
    match = context.lines.find(r"await\b\s*", context.span(node)[0], context.span(node.value)[0])
    if match is not None:
        yield Edit(*match.span(1), "", node)


def context_manager(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A context manager is made, but neither entered nor left."""
    assert isinstance(node, ast.With | ast.AsyncWith)
    for item in node.items:
        text = context.text(item.context_expr)
        if "nullcontext" not in text:
            replacement = f'__import__("contextlib").nullcontext({text})'
            yield Edit(*context.span(item.context_expr), replacement, item.context_expr)


def decorator_removed(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A decorator goes; those that speak to type checkers alone stay."""
    assert isinstance(node, FunctionNode | ast.ClassDef)
    for decorator in node.decorator_list:
        if last_name(decorator) in _TYPING_ONLY:
            continue
        start = context.lines.starts[decorator.lineno - 1]
        match = context.lines.find("@", start, context.span(decorator)[0])
        if match is not None:
            end = context.outer(decorator, match.end(1), context.span(node)[0])[1]
            yield Edit(match.start(1), end, "", decorator)


OPERATORS = (
    Operator(
        "statement_removed",
        "removals",
        "A call, `del`, `assert` or bare `return` that stands alone is removed.",
        "A survivor means that no test notices when this is not done.",
        ("def stop():\n    save()\n    close()", "def stop():\n    pass\n    close()"),
        (ast.Expr, ast.Delete, ast.Assert, ast.Return),
        statement_removed,
    ),
    Operator(
        "assignment_removed",
        "removals",
        "An assignment is removed, or stores None where the name would not exist otherwise.",
        "A survivor means that no test depends on the new value.",
        (
            "def clean(name):\n    name = fold(name)\n    return name",
            "def clean(name):\n    pass\n    return name",
        ),
        (ast.Assign, ast.AugAssign, ast.AnnAssign),
        assignment_removed,
    ),
    Operator(
        "call_removed",
        "removals",
        "A call that converts or cleans a value is removed, and leaves the value.",
        "A survivor means that no test comes with a value that needs it.",
        ("name = given.strip()", "name = given"),
        (ast.Call,),
        call_removed,
    ),
    Operator(
        "await_dropped",
        "removals",
        "`await` is dropped, and the coroutine is never run.",
        "A survivor means that no test notices that the work is never done.",
        (
            "async def go(queue):\n    await queue.join()",
            "async def go(queue):\n    queue.join()",
        ),
        (ast.Await,),
        await_dropped,
    ),
    Operator(
        "context_manager",
        "removals",
        "A context manager is made, but neither entered nor left.",
        "A survivor means that no test notices a lock not taken or a file not closed.",
        (
            "with lock:\n    count()",
            'with __import__("contextlib").nullcontext(lock):\n    count()',
        ),
        (ast.With, ast.AsyncWith),
        context_manager,
    ),
    Operator(
        "decorator_removed",
        "removals",
        "A decorator is removed.",
        "A survivor means that no test needs the cache, the check or the route that it adds.",
        ("@cache\ndef load():\n    return read()", "\ndef load():\n    return read()"),
        (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
        decorator_removed,
    ),
)
