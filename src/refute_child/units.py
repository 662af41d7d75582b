"""Code objects of single functions, compiled from source text with or without one edit.

A *unit* is an outermost function: at module level or nested in classes only. Its code object
(with those of all functions nested in it) can be swapped in a running process. Original and
mutant are compiled in the same way from the unit's own lines, so that they can be compared
with each other and with the live function.
"""

from __future__ import annotations
import __future__

import ast
import warnings
from collections.abc import Callable, Iterator, Mapping
from types import CodeType
from typing import Any

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

Hooks = Mapping[str, Callable[..., Any]]
"""Functions of ours by the marks that stand for them in a tree: constants that no source has."""

_TICK = "\0refute-tick\0"
_FUTURE_FLAGS = {
    name: getattr(__future__, name).compiler_flag for name in __future__.all_feature_names
}


class UnknownUnit(LookupError):
    """The source holds no function of that name and line."""


class Module:
    """One source file, parsed once, from which units and mutants are compiled.

    ``path`` is the file name that the code objects carry; ``source`` the decoded text with
    its own line ends. Raises SyntaxError when the text does not parse.
    """

    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.source = source
        self.tree = parse(source)
        #: Character offset of each line's start.
        self.starts = line_starts(source)
        self._flags = 0
        for node in self.tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                for alias in node.names:
                    self._flags |= _FUTURE_FLAGS.get(alias.name, 0)
        self._units = {
            (name, node.lineno): (node, classes) for name, node, classes in units_of(self.tree)
        }
        self._imports = _module_imports(self.tree)
        self._originals: dict[tuple[str, int], CodeType] = {}

    def original(self, unit: str, unit_line: int) -> CodeType:
        """The unit's code object, unchanged."""
        key = (unit, unit_line)
        if key not in self._originals:
            self._originals[key] = self.compiled(unit, unit_line, self._parse(key), key)
        return self._originals[key]

    def mutated(self, unit: str, unit_line: int, start: int, end: int, text: str) -> CodeType:
        """The unit's code object with the characters ``start:end`` of the file replaced.

        Raises SyntaxError when the result does not compile.
        """
        key = (unit, unit_line)
        return self.compiled(unit, unit_line, self._parse(key, (start, end, text)), key)

    def armed(
        self,
        unit: str,
        unit_line: int,
        edit: tuple[int, int, str] | None,
        tick: Callable[[], None],
        rewrite: Callable[[FunctionNode], Hooks] | None = None,
    ) -> CodeType:
        """The unit's code as a trial runs it: with or without the edit, calling ``tick`` at
        each start of a function and of a loop's body, and keeping the free variables of the
        original, so that it fits the closures that exist. ``rewrite`` may change the tree in
        place, and names the hooks for the marks that it has put in.
        """
        key = (unit, unit_line)
        node = self._parse(key, edit)
        hooks = rewrite(node) if rewrite is not None else {}
        keep = {
            (code.co_name, code.co_firstlineno): code.co_freevars
            for code in nested_codes(self.original(unit, unit_line))
        }
        _Arm(keep).visit(node)
        ast.fix_missing_locations(node)
        return plant(self.compiled(unit, unit_line, node, key), {_TICK: tick, **hooks})

    def node(self, key: tuple[str, int], edit: tuple[int, int, str] | None = None) -> FunctionNode:
        """The unit's syntax tree, with or without one edit. Raises UnknownUnit, SyntaxError."""
        return self._parse(key, edit)

    def classes(self, key: tuple[str, int]) -> list[ast.ClassDef]:
        """The classes around a unit, outermost first."""
        return self._units[key][1]

    def mutated_module(self, start: int, end: int, text: str) -> CodeType:
        """The whole module's code with one edit. Raises SyntaxError."""
        return self._code(parse(self.source[:start] + text + self.source[end:]))

    def rewritten_module(self, rewrite: Callable[[ast.Module], Hooks]) -> CodeType:
        """The whole module's code after a change of its tree; see ``armed``."""
        tree = parse(self.source)
        hooks = rewrite(tree)
        return plant(self._code(ast.fix_missing_locations(tree)), hooks)

    def original_module(self) -> CodeType:
        """The whole module's code, unchanged."""
        return self._code(self.tree)

    def _parse(
        self, key: tuple[str, int], edit: tuple[int, int, str] | None = None
    ) -> FunctionNode:
        if key not in self._units:
            raise UnknownUnit(f"{key[0]} at line {key[1]} of {self.path}")
        node = self._units[key][0]
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        start = self.starts[first - 1]
        last = node.end_lineno or node.lineno
        stop = self.starts[last] if last < len(self.starts) else len(self.source)
        text = self.source[start:stop]
        if edit is not None:
            text = text[: edit[0] - start] + edit[2] + text[edit[1] - start :]
        # Blank lines keep the line numbers; an `if` takes the indentation of a method.
        # A form feed begins the count of the indentation anew.
        indent = text[: len(text) - len(text.lstrip(" \t\f"))].rpartition("\f")[2]
        header = "\n" * (first - 2) + "if 1:\n" if indent else "\n" * (first - 1)
        body = parse(header + text).body
        inner = body[0].body if isinstance(body[0], ast.If) else body
        found = inner[0]
        if len(inner) != 1 or not isinstance(found, FunctionNode):
            raise SyntaxError("the edit breaks out of its function")
        return found

    def compiled(
        self, unit: str, unit_line: int, node: FunctionNode, key: tuple[str, int]
    ) -> CodeType:
        """The code object of a unit's changed tree. Raises SyntaxError, UnknownUnit."""
        wrapped: ast.stmt = node
        for outer in reversed(self._units[key][1]):
            fields: dict[str, Any] = {
                "name": outer.name,
                "bases": [],
                "keywords": [],
                "body": [wrapped],
                "decorator_list": [],
            }
            if hasattr(outer, "type_params"):
                fields["type_params"] = outer.type_params
            wrapped = ast.copy_location(ast.ClassDef(**fields), outer)
        code = self._code(ast.Module(body=[*self._imports, wrapped], type_ignores=[]))
        for found in nested_codes(code):
            if found.co_qualname == unit and found.co_name == node.name:
                return found
        raise UnknownUnit(f"{unit} at line {unit_line} of {self.path}")

    def _code(self, tree: ast.Module) -> CodeType:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile(tree, self.path, "exec", flags=self._flags, dont_inherit=True)
        assert isinstance(code, CodeType)
        return code


def parse(source: str) -> ast.Module:
    """Parse without showing the warnings that the compiler gives on the way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(f"cannot be parsed: {error}") from error


def line_starts(source: str) -> list[int]:
    """Character offset of each line's start, for the line ends that Python's parser knows."""
    starts = [0]
    position = 0
    length = len(source)
    while position < length:
        char = source[position]
        position += 1
        if char == "\n" or (char == "\r" and source[position : position + 1] != "\n"):
            starts.append(position)
    return starts


def units_of(tree: ast.Module) -> Iterator[tuple[str, FunctionNode, list[ast.ClassDef]]]:
    """All units of a module: qualified name, node, and the classes around it."""

    def walk(
        nodes: list[ast.AST], classes: list[ast.ClassDef]
    ) -> Iterator[tuple[str, FunctionNode, list[ast.ClassDef]]]:
        for node in nodes:
            if isinstance(node, FunctionNode):
                name = ".".join([*(c.name for c in classes), node.name])
                yield name, node, classes
            elif isinstance(node, ast.ClassDef):
                yield from walk(list(node.body), [*classes, node])
            elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
                yield from walk(list(ast.iter_child_nodes(node)), classes)

    yield from walk(list(tree.body), [])


def nested_codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and all those nested in it, outermost first."""
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from nested_codes(const)


def pairs(original: CodeType, mutated: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Match the nested code objects of two versions of a unit, by name, line and order."""

    def numbered(code: CodeType) -> dict[tuple[str, int, int], CodeType]:
        seen: dict[tuple[str, int], int] = {}
        found: dict[tuple[str, int, int], CodeType] = {}
        for nested in nested_codes(code):
            key = (nested.co_qualname, nested.co_firstlineno)
            seen[key] = seen.get(key, 0) + 1
            found[(*key, seen[key])] = nested
        return found

    after = numbered(mutated)
    for key, code in numbered(original).items():
        if key in after:
            yield code, after[key]


def _module_imports(tree: ast.Module) -> list[ast.stmt]:
    """A dead statement that binds the names which the module imports at its top level.

    The compiler calls methods of imported names in another way than those of other names, so
    a unit that is compiled without its module's imports would differ from the live function.
    """
    names: set[str] = set()
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif not isinstance(node, FunctionNode | ast.ClassDef | ast.expr):
            stack.extend(ast.iter_child_nodes(node))
    names.discard("*")
    if not names:
        return []
    binding = ast.Import(names=[ast.alias(name=name) for name in sorted(names)])
    dead = ast.If(test=ast.Constant(value=0), body=[binding], orelse=[])
    return [ast.fix_missing_locations(dead)]


def plant(code: CodeType, hooks: Hooks) -> CodeType:
    """Put the hooks themselves in the place of their marks, out of reach of any name."""
    consts = (
        plant(const, hooks) if isinstance(const, CodeType) else const for const in code.co_consts
    )
    return code.replace(co_consts=tuple(hooks.get(c, c) if type(c) is str else c for c in consts))


class _Arm(ast.NodeVisitor):
    """Add ticks to function starts and loop bodies, and dead references to free variables."""

    def __init__(self, keep: dict[tuple[str, int], tuple[str, ...]]) -> None:
        self._keep = keep

    def _function(self, node: FunctionNode) -> None:
        self.generic_visit(node)
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        start = 1 if ast.get_docstring(node, clean=False) is not None else 0
        node.body.insert(start, _tick_at(node.body[-1 if start >= len(node.body) else start]))
        free = self._keep.get((node.name, first), ())
        if free:
            names: list[ast.stmt] = [ast.Expr(ast.Name(id=n, ctx=ast.Load())) for n in free]
            dead = ast.If(test=ast.Constant(value=0), body=names, orelse=[])
            node.body.append(ast.copy_location(dead, node.body[-1]))

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        self.generic_visit(node)
        node.body.insert(0, _tick_at(node.body[0]))

    visit_FunctionDef = _function
    visit_AsyncFunctionDef = _function
    visit_For = _loop
    visit_AsyncFor = _loop
    visit_While = _loop


def _tick_at(node: ast.stmt) -> ast.stmt:
    call = ast.Call(func=ast.Constant(value=_TICK), args=[], keywords=[])
    return ast.copy_location(ast.Expr(call), node)
