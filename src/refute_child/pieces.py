"""What a source file consists of, for those who keep verdicts: its units, and all the rest.

A unit's text matters to those tests alone that start it. The rest (imports, constants, classes,
decorators, defaults, docstrings) runs when the file is imported, and matters to all. Of a test
file that somebody else's tests don't use, only those statements matter whose execution could do
something to others.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from .units import FunctionNode, parse, units_of

_HARMLESS = frozenset({"staticmethod", "classmethod", "property"})
"""Built-in decorators that do nothing when a function is defined."""

_BASES = frozenset({"object", "TestCase", "IsolatedAsyncioTestCase"})
"""Bases of classes whose definition does nothing."""

_KNOWN = frozenset({"pytest", "unittest"})
"""Packages whose decorators keep to the function that they decorate."""

_ACTS = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)


def pieces(text: str, tops: Collection[str] = ()) -> dict[str, Any]:
    """The pieces of one file, as digests.

    ``units`` holds [name, first line, last line, digest of the text, first line of the body] of
    each unit, where namesakes are told apart by a number; ``rest`` is the digest of what is left
    without them, comments and places aside. ``neutral`` is that of the statements which could do
    something outside of the file when it is imported; importing the packages named in ``tops``
    does not count, since whoever asks knows which of their modules were executed, in which order.

    Raises SyntaxError when the text does not parse.
    """
    tree = parse(text)
    lines = text.splitlines(keepends=True)
    found: list[list[Any]] = []
    seen: Counter[str] = Counter()
    names: set[str] = set()
    for name, node, _ in list(units_of(tree)):
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        last = node.end_lineno or node.lineno
        seen[name] += 1
        digest = _hash("".join(lines[first - 1 : last]))
        found.append([f"{name}#{seen[name]}", first, last, digest, node.body[0].lineno])
        names.add(node.name)
        _empty(node)
    rest = ast.dump(tree)
    residue = [ast.dump(one) for one in _acting(tree, tops)]
    words = set(re.findall(r"\w+", " ".join(residue)))
    # What acts by way of the file's own functions is as good as all of them.
    neutral = text if words & names else "\n".join(residue)
    return {"units": found, "rest": _hash(rest), "neutral": _hash(neutral)}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _empty(node: FunctionNode) -> None:
    """Take the body away, but for what can be told of a function that is never started: its
    docstring, and whether it is a generator.
    """
    yields = any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node))
    doc = node.body[:1] if ast.get_docstring(node, clean=False) is not None else []
    node.body = [*doc, ast.Expr(ast.Constant(value=yields))]


def _acting(tree: ast.Module, tops: Collection[str]) -> Iterator[ast.stmt]:
    """The statements at the top whose execution could be felt outside of the module."""
    origins = _origins(tree)
    for node in tree.body:
        if not _is_neutral(node, origins, tops):
            yield node


def _origins(tree: ast.Module) -> dict[str, str]:
    """Name -> the top-level package that it was imported from."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                found[alias.asname or top] = top
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = (node.module or "").partition(".")[0]
    return found


def _is_neutral(node: ast.stmt, origins: dict[str, str], tops: Collection[str]) -> bool:
    if isinstance(node, ast.Import):
        return all(_is_known(alias.name, tops) for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return not node.level and _is_known(node.module or "", tops)
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return _is_plain_binding(node)
    if isinstance(node, FunctionNode):
        evaluated = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        return _are_plain([*evaluated, *_annotations(node)]) and all(
            _is_quiet(decorator, origins) for decorator in node.decorator_list
        )
    if isinstance(node, ast.ClassDef):
        bases = all(_last(base) in _BASES for base in node.bases)
        quiet = all(_is_quiet(decorator, origins) for decorator in node.decorator_list)
        inside = all(_is_neutral(inner, origins, tops) for inner in node.body)
        return bases and quiet and inside and not node.keywords
    return False


def _is_known(module: str, tops: Collection[str]) -> bool:
    top = module.partition(".")[0]
    return top in tops or top in _KNOWN or top in sys.stdlib_module_names


def _is_plain_binding(node: ast.Assign | ast.AnnAssign) -> bool:
    """Names of the module's own, bound to what takes no call to make."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    named = all(isinstance(t, ast.Name) and t.id != "pytest_plugins" for t in targets)
    return named and _are_plain([node.value] if node.value is not None else [])


def _annotations(node: FunctionNode) -> list[ast.expr]:
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    every += [one for one in (node.args.vararg, node.args.kwarg) if one is not None]
    found = [one.annotation for one in every if one.annotation is not None]
    return [*found, *([node.returns] if node.returns is not None else [])]


def _are_plain(nodes: Iterable[ast.expr]) -> bool:
    return not any(isinstance(inner, _ACTS) for node in nodes for inner in ast.walk(node))


def _is_quiet(decorator: ast.expr, origins: dict[str, str]) -> bool:
    """Whether a decorator is one of those known to act when the function is run, not before."""
    if isinstance(decorator, ast.Call):
        values = [*decorator.args, *(keyword.value for keyword in decorator.keywords)]
        calls = [n for v in values for n in ast.walk(v) if isinstance(n, _ACTS)]
        if not all(isinstance(n, ast.Call) and _last(n.func) == "param" for n in calls):
            return False
        decorator = decorator.func
    root: ast.expr = decorator
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name):
        return False
    return origins.get(root.id) in _KNOWN or (root is decorator and root.id in _HARMLESS)


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
