"""Which names certainly have a value at a place in a function, and who could change it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from .units import FunctionNode

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

_FRAMES = frozenset({
    "locals", "vars", "dir", "eval", "exec", "_getframe", "currentframe", "stack",
})  # fmt: skip
"""Functions that see the local variables of their caller."""
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Unplaced(Exception):
    """Names work in another way there: in class bodies, patterns, defaults of the unit."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is known at one expression.

    ``plain`` names have a value that only statements of this scope can change; ``readable``
    ones have a value, and can be read without changing what the scope closes over. ``temps``
    says whether a new local variable can be made here.
    """

    plain: frozenset[str]
    readable: frozenset[str]
    temps: bool


@dataclass(frozen=True, slots=True)
class ModuleNames:
    """Names that certainly have a value all over a module, once it is imported: its own, and
    those builtins that it never binds itself."""

    own: frozenset[str]
    builtins: frozenset[str]


@lru_cache(maxsize=16)
def names_of(tree: ast.Module) -> ModuleNames:
    """The names of a module."""
    top = set(_block(tree.body))
    stored: set[str] = set()
    gone: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                (stored if isinstance(node.ctx, ast.Store) else gone).add(node.id)
        elif isinstance(node, ast.Global):
            stored.update(node.names)
        elif isinstance(node, ast.stmt):
            stored.update(_binds(node))
        elif isinstance(node, ast.ExceptHandler) and node.name:
            gone.add(node.name)
    return ModuleNames(frozenset(top - gone), frozenset(dir(builtins)) - stored)


class Bindings:
    """The names of one unit."""

    def __init__(self, unit: FunctionNode, names: ModuleNames) -> None:
        self._globals = names.own
        self.builtins = names.builtins
        # Names that something else than a plain statement of their own scope changes.
        self._restless: set[str] = set()
        self._caught: set[str] = set()
        self._temps = True
        self._own: dict[int, set[str]] = {}
        self._mentioned: dict[int, set[str]] = {}
        for node in ast.walk(unit):
            if isinstance(node, ast.Nonlocal | ast.Global):
                self._restless.update(node.names)
            elif isinstance(node, ast.NamedExpr):
                self._restless.add(node.target.id)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
                self._caught.add(node.id)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                self._caught.add(node.name)
            name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", None)
            if name in _FRAMES:
                self._temps = False

    def at(self, path: Sequence[ast.AST]) -> Place:
        """What is known where ``path`` ends, which begins at the unit. Raises Unplaced."""
        known: set[str] = set()
        plain: set[str] = set()
        hidden: set[str] = set()
        scope: ast.AST | None = None
        temps = self._temps
        for position, (parent, child) in enumerate(pairwise(path)):
            below = path[position + 2] if len(path) > position + 2 else None
            entered = self._entered(parent, child, below)
            if isinstance(parent, Comprehension):
                temps = False
            elif entered is not None:
                temps = self._temps
            if entered is not None:
                new, own = entered
                # A caught exception's name is gone when code inside runs later.
                known = (known - own - self._caught) | new
                plain, scope = set(new), parent
                hidden |= own
            elif parent is path[0]:
                raise Unplaced
            here = set(_bound_before(parent, child)) - self._caught
            if isinstance(parent, ast.ExceptHandler) and parent.name is not None:
                here |= _caught_once(parent)
            known |= here
            plain |= here
        assert scope is not None
        if id(scope) not in self._mentioned:
            self._mentioned[id(scope)] = _mentioned(scope)
        outside = {
            name
            for name in (self._globals | self.builtins) - hidden
            if not name.startswith("__") or name.endswith("__")
        }
        readable = (known & (self._mentioned[id(scope)] | plain)) | outside
        return Place(frozenset(plain - self._restless), frozenset(readable - self._restless), temps)

    def _entered(
        self, parent: ast.AST, child: ast.AST, below: ast.AST | None
    ) -> tuple[set[str], set[str]] | None:
        """For a step into a scope: its names that have a value there, and all its names."""
        if isinstance(parent, ast.ClassDef | ast.Match):
            raise Unplaced
        if isinstance(parent, FunctionNode) and _within(child, parent.body):
            if id(parent) not in self._own:
                self._own[id(parent)] = _own(parent)
            return _parameters(parent.args), self._own[id(parent)]
        if isinstance(parent, ast.Lambda) and child is parent.body:
            names = _parameters(parent.args)
            return names, names
        if isinstance(parent, Comprehension):
            known, own = _targets_before(parent, child, below)
            return (known, own) if own else None
        return None


def _mentioned(scope: ast.AST) -> set[str]:
    """All names that a scope uses, or functions in it do."""
    nodes = (node for part in _inside(scope) for node in ast.walk(part))
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """The parts of a scope that are evaluated in it."""
    if isinstance(scope, FunctionNode):
        yield from scope.body
    elif isinstance(scope, ast.Lambda):
        yield scope.body
    elif isinstance(scope, Comprehension):
        for part in ast.iter_child_nodes(scope):
            if part is scope.generators[0]:
                yield from scope.generators[0].ifs
            else:
                yield part


def _parameters(arguments: ast.arguments) -> set[str]:
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return {a.arg for a in (*plain, arguments.vararg, arguments.kwarg) if a is not None}


def _own(function: FunctionNode) -> set[str]:
    """All names that belong to a function, whether bound at some place or not."""
    names = _parameters(function.args)
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name) and _stores(node):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names.add(node.rest)
        if isinstance(node, ast.stmt):
            names.update(_binds(node))
        if not isinstance(node, FunctionNode | ast.ClassDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))
    return names


def _stores(name: ast.Name) -> bool:
    return not isinstance(name.ctx, ast.Load)


def _targets_before(
    whole: Comprehension, child: ast.AST, below: ast.AST | None
) -> tuple[set[str], set[str]]:
    """Names of a comprehension that have a value in one of its parts, and all its names.

    Both are empty for the first iterable, which belongs to the scope around.
    """
    own = {name for generator in whole.generators for name in _names(generator.target)}
    known: set[str] = set()
    for position, generator in enumerate(whole.generators):
        if child is generator and below is generator.iter:
            return (known, own) if position else (set(), set())
        if not own:
            raise Unplaced
        known.update(_names(generator.target))
        if child is generator:
            break
    return known, own


def _bound_before(parent: ast.AST, child: ast.AST) -> Iterator[str]:
    """Names that are bound in ``parent`` whenever ``child`` in one of its blocks is reached."""
    for field in ("body", "orelse", "finalbody", "handlers"):
        block = getattr(parent, field, None)
        if not isinstance(block, list) or not _within(child, block):
            continue
        if field == "body" and isinstance(parent, ast.For | ast.AsyncFor):
            yield from _names(parent.target)
        if field == "body" and isinstance(parent, ast.With | ast.AsyncWith):
            for item in parent.items:
                yield from _names(item.optional_vars)
        if field == "orelse" and isinstance(parent, ast.Try):
            yield from _block(parent.body)
        if field != "handlers":
            for statement in block:
                if statement is child:
                    break
                yield from _binds(statement)


def _binds(statement: ast.stmt) -> Iterator[str]:
    """Names that certainly have a value once a statement has ended normally."""
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _names(target)
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
        if statement.value is not None:
            yield from _names(statement.target)
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        for alias in statement.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(statement, FunctionNode | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.With | ast.AsyncWith):
        # A manager may swallow the failure of those after it.
        yield from _names(statement.items[0].optional_vars)
    elif isinstance(statement, ast.If):
        yield from _common([statement.body, statement.orelse])
    elif isinstance(statement, ast.Try):
        main = [*statement.body, *statement.orelse]
        yield from _common([main, *(handler.body for handler in statement.handlers)])


def _common(branches: Iterable[list[ast.stmt]]) -> set[str]:
    """Names that all branches bind, apart from those that end by leaving."""
    bound = [set(_block(b)) for b in branches if not (b and isinstance(b[-1], _LEAVING))]
    return set.intersection(*bound) if bound else set()


def _block(statements: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        yield from _binds(statement)


def _names(target: ast.AST | None) -> Iterator[str]:
    """The names in the target of an assignment, not in its attributes and subscripts."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Starred):
        yield from _names(target.value)
    elif isinstance(target, ast.Tuple | ast.List):
        for item in target.elts:
            yield from _names(item)


def _caught_once(handler: ast.ExceptHandler) -> set[str]:
    """The handler's name, unless a handler inside takes it away, or a ``del`` does."""
    for node in ast.walk(handler):
        if isinstance(node, ast.ExceptHandler) and node is not handler:
            return set()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
            return set()
    return {handler.name} if handler.name else set()


def _within(child: ast.AST, block: Sequence[ast.AST]) -> bool:
    return any(child is statement for statement in block)
