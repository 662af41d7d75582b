"""Whether a test uses what the project defines at import: constants, classes, members of enums.

Asked of tests that execute no line of the project. Which names a test uses is read from its
code and from the imports of its file; nothing of the user's is run, and a function does not
count: its body would have run. One that goes by another name was chosen at import, and does.
"""

from __future__ import annotations

import ast
import dis
import sys
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, CodeType, FunctionType
from typing import Any

import pytest

from ..operators.text import decode
from .audits import identity
from .files import content_of
from .reals import dotted, is_module, mro_of, own_of

_mro: Any = vars(type)["__mro__"].__get__
_FUNCTIONS = frozenset({FunctionType, BuiltinFunctionType, classmethod, staticmethod, property})
_GLOBALS = frozenset({"LOAD_GLOBAL", "LOAD_NAME"})
_ATTRIBUTES = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_HELPERS = 50
"""Functions of the tests' own that are looked through for one test."""

Chain = tuple[str, ...]
"""A name as the code has it, with the attributes that are read from it."""


class Imported:
    """Knows the imports of test files; each file is read once."""

    def __init__(self, is_project: Callable[[str], bool]) -> None:
        self._is_project = is_project
        self._imports: dict[str, dict[str, Chain]] = {}

    def uses(self, item: pytest.Item, replaced: list[str]) -> bool:
        """Tell whether the test uses something that exists since import, and is not replaced,
        whole or in part, by a double (their targets, as dotted paths).
        """
        return any(
            self._counts(module, attributes, replaced)
            for function in _functions(item)
            for module, attributes in self._names(function)
        )

    def _names(self, function: FunctionType) -> Iterator[tuple[str, Chain]]:
        """Modules and what is read from them."""
        names = function.__globals__
        imports = self._of_file(names)
        for code in _nested(function.__code__):
            local = dict(_imports(code, names))
            for name, *rest in _chains(code):
                found = local.get(name) or imports.get(name)
                if found is not None:
                    yield found[0], (*found[1:], *rest)

    def _of_file(self, names: dict[str, Any]) -> dict[str, Chain]:
        path = names.get("__file__")
        if type(path) is not str:
            return {}
        if path not in self._imports:
            try:
                tree = ast.parse(decode(content_of(path))[0])
            except (OSError, ValueError, SyntaxError, LookupError, RecursionError):
                tree = ast.Module([], [])
            self._imports[path] = dict(_of_tree(tree, names))
        return self._imports[path]

    def _counts(self, module: str, attributes: Chain, replaced: list[str]) -> bool:
        thing: Any = sys.modules.get(module)
        path = module
        if not self._is_ours(thing):
            return False
        for name in attributes:
            inner = _inner(thing, name)
            if inner is None:
                break
            thing, path = inner[0], f"{path}.{name}"
        if is_module(thing) or (type(thing) in _FUNCTIONS and not _is_renamed(thing, path)):
            return False
        paths = [path]
        if _is_class(thing):
            if not self._is_ours(sys.modules.get(str(own_of(thing).get("__module__")))):
                return False
            paths.append(dotted(thing))
        return not any(
            target == one or target.startswith(f"{one}.") for target in replaced for one in paths
        )

    def _is_ours(self, module: object) -> bool:
        return is_module(module) and self._is_project(str(vars(module).get("__file__")))


def _is_renamed(thing: object, path: str) -> bool:
    """Whether a function goes by another name than its own: which one, was chosen at import."""
    return type(thing) is FunctionType and thing.__name__ != path.rpartition(".")[2]


def _is_class(thing: object) -> bool:
    return type in mro_of(thing)


def _inner(thing: Any, name: str) -> tuple[Any] | None:
    """What a module or a class holds by this name, found without running code of theirs."""
    if is_module(thing):
        own = vars(thing)
        if name in own:
            return (own[name],)
        below = sys.modules.get(f"{own.get('__name__')}.{name}")
        return None if below is None else (below,)
    if _is_class(thing):
        for kind in _mro(thing):
            if name in own_of(kind):
                return (own_of(kind)[name],)
    return None


def _functions(item: pytest.Item) -> list[FunctionType]:
    """The test's function, its fixtures, and the functions of their files that they use."""
    fixtures = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    pending: list[Any] = [getattr(item, "function", None), getattr(item, "obj", None)]
    pending += [getattr(one, "func", None) for found in fixtures.values() for one in found[-1:]]
    done: dict[int, FunctionType] = {}
    while pending and len(done) < _HELPERS:
        function = pending.pop()
        while type(function) is not FunctionType or "__wrapped__" in function.__dict__:
            inner = getattr(function, "__dict__", {}).get("__wrapped__")
            inner = inner or getattr(function, "__func__", None)
            if inner is None:
                break
            function = inner
        if type(function) is not FunctionType or identity(function) in done:
            continue
        done[identity(function)] = function
        names = function.__globals__
        for code in _nested(function.__code__):
            used = [names.get(chain[0]) for chain in _chains(code)]
            pending += [
                one for one in used if type(one) is FunctionType and one.__globals__ is names
            ]
    return list(done.values())


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _nested(const)


def _chains(code: CodeType) -> Iterator[Chain]:
    """Names that the code reads, each with the attributes that are read from it at once."""
    chain: list[str] = []
    for one in dis.get_instructions(code):
        if one.opname in _ATTRIBUTES and chain:
            chain.append(str(one.argval))
            continue
        if chain:
            yield tuple(chain)
        chain = []
        if one.opname in _GLOBALS or one.opname.startswith("LOAD_FAST"):
            names = one.argval if isinstance(one.argval, tuple) else (one.argval,)
            yield from ((str(name),) for name in names[:-1])
            chain = [str(names[-1])]
    if chain:
        yield tuple(chain)


def _imports(code: CodeType, names: dict[str, Any]) -> Iterator[tuple[str, Chain]]:
    """Names that the body of a function imports."""
    module, part = "", ""
    stack: list[Any] = []
    for one in dis.get_instructions(code):
        if one.opname in ("LOAD_CONST", "LOAD_SMALL_INT"):
            stack.append(one.argval)
        elif one.opname == "IMPORT_NAME":
            level = stack[-2] if len(stack) > 1 and type(stack[-2]) is int else 0
            module, part = _absolute(str(one.argval), level, names), ""
            if not stack or stack[-1] is None:
                # ``import a.b`` binds ``a``.
                module = module if level else module.partition(".")[0]
        elif one.opname == "IMPORT_FROM":
            part = str(one.argval)
        elif one.opname.startswith("STORE_") and module:
            yield str(one.argval), (module, part) if part else (module,)
            module = module if part else ""
        elif one.opname == "POP_TOP":
            module = ""


def _of_tree(tree: ast.Module, names: dict[str, Any]) -> Iterator[tuple[str, Chain]]:
    """Names that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name if alias.asname else alias.name.partition(".")[0]
                yield alias.asname or top, (top,)
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node.module or "", node.level, names)
            for alias in node.names:
                yield alias.asname or alias.name, (module, alias.name)


def _absolute(module: str, level: int, names: dict[str, Any]) -> str:
    if not level:
        return module
    package = str(names.get("__package__") or "").split(".")
    above = package[: len(package) - level + 1]
    return ".".join([*above, module] if module else above)
