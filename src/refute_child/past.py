"""Past bugs, seen as code: what a change makes of a file, and what a fix did to each function.

Everything here is pure and runs in the project's interpreter, because only that one knows which
text is Python. Files come as bytes. Two pieces of code are the same when their syntax trees
are, docstrings and the annotations of parameters and results aside: no fix of a bug is in those.
"""

from __future__ import annotations

import ast
import io
import textwrap
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .operators.text import decode

Function = ast.FunctionDef | ast.AsyncFunctionDef
_IMPORTS = (ast.Import, ast.ImportFrom)


def answer(questions: Iterable[Mapping[str, Any]]) -> list[Any]:
    """The answers to questions as they come over the wire, where bytes are Latin-1 text."""
    found: list[Any] = []
    for question in questions:
        ask = question["ask"]
        if ask == "compare":
            found.append(compare(_bytes(question["today"]), _bytes(question["changed"])))
            continue
        fixed, buggy = question["fixed"].encode("latin-1"), question["buggy"].encode("latin-1")
        if ask == "taken":
            found.append(taken(fixed, buggy))
        else:
            todays = {path: text.encode("latin-1") for path, text in question["todays"].items()}
            found.append(functions(fixed, buggy, todays))
    return found


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("latin-1")


def compare(today: bytes | None, changed: bytes | None) -> dict[str, Any]:
    """What a change makes of a file: ``error`` if it does not compile any more, ``same`` if the
    code stays as it was, ``lines`` of today's functions that differ (closed ranges), or None
    when the change goes beyond the bodies of functions.
    """
    if changed is None or today is None:
        error = None if changed is None else _trouble(changed)
        return {"error": error, "same": False, "lines": None}
    error = _trouble(changed)
    if error is not None:
        return {"error": error, "same": False, "lines": None}
    try:
        old, new = _parse(today), _parse(changed)
    except (SyntaxError, ValueError):
        return {"error": None, "same": False, "lines": None}
    if _dump(old) == _dump(new):
        return {"error": None, "same": True, "lines": []}
    before, after = _functions(old), _functions(new)
    lines = None
    if _skeleton(old) == _skeleton(new) and list(before) == list(after):
        lines = [
            [_first(node), node.end_lineno]
            for name, node in before.items()
            if _dump(node) != _dump(after[name])
        ]
    return {"error": None, "same": False, "lines": lines}


def functions(fixed: bytes, buggy: bytes, todays: Mapping[str, bytes]) -> dict[str, Any]:
    """The functions that a fix changed, each where it lies today.

    ``todays`` are files by path, the likeliest first. The answer has ``error``, why it can't
    be told function by function, or ``functions``: ``name``, ``path``, the ``first`` and
    ``last`` line there, its ``indent``, the ``source`` of the buggy one, and the three versions
    as normal text: ``fixed``, ``buggy``, ``today``.
    """
    try:
        good, bad = _parse(fixed), _parse(buggy)
    except (SyntaxError, ValueError):
        return {"error": "the old code is no Python that today's interpreter reads"}
    new, old = _functions(good), _functions(bad)
    if lost := sorted(set(old) - set(new)):
        return {"error": f"the fix took {lost[0][0]} away, which has no place today"}
    if _frame(good, frozenset(new) - frozenset(old)) != _frame(bad):
        return {"error": "the fix changes code outside of functions"}
    changed = [name for name in old if _dump(old[name]) != _dump(new[name])]
    if not changed:
        return {"error": "the fix only adds functions"}
    places = list(_places(todays))
    text = decode(buggy)[0]
    found = []
    for name in changed:
        here = _choose(name, places)
        if here is None:
            return {"error": f"{name[0]} is not there any more"}
        node = here.functions[name]
        found.append(
            {
                "name": name[0],
                "path": here.path,
                "first": _first(node),
                "last": node.end_lineno,
                "indent": node.col_offset,
                "source": _source(text, old[name]),
                "fixed": ast.unparse(_bare(new[name])) + "\n",
                "buggy": ast.unparse(_bare(old[name])) + "\n",
                "today": ast.unparse(_bare(node)) + "\n",
            }
        )
    return {"functions": found}


def taken(fixed: bytes, buggy: bytes) -> list[str]:
    """Names that the fixed code defines and the buggy one does not: what others may lack."""
    try:
        return sorted(_defined(_parse(fixed)) - _defined(_parse(buggy)))
    except (SyntaxError, ValueError):
        return []


@dataclass(frozen=True, slots=True)
class _Place:
    path: str
    functions: dict[tuple[str, int], Function]


def _places(todays: Mapping[str, bytes]) -> Iterator[_Place]:
    for path, content in todays.items():
        try:
            yield _Place(path, _functions(_parse(content)))
        except (SyntaxError, ValueError):
            continue


def _choose(name: tuple[str, int], places: list[_Place]) -> _Place | None:
    """The first file, if the function is there; else the only one that has it."""
    holding = [place for place in places if name in place.functions]
    if holding and (holding[0] is places[0] or len(holding) == 1):
        return holding[0]
    return None


def _trouble(content: bytes) -> str | None:
    try:
        text = decode(content)[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "changed", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return f"{getattr(error, 'msg', error)}, line {getattr(error, 'lineno', None) or 0}"
    return None


def _parse(content: bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(decode(content)[0])


def _functions(tree: ast.Module) -> dict[tuple[str, int], Function]:
    """The outermost functions by qualified name and number among those of the same name."""
    found: dict[tuple[str, int], Function] = {}
    counts: Counter[str] = Counter()

    def walk(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                name = prefix + child.name
                found[name, counts[name]] = child
                counts[name] += 1
            elif isinstance(child, ast.ClassDef):
                walk(child, f"{prefix}{child.name}.")
            else:
                walk(child, prefix)

    walk(tree, "")
    return found


class _Bare(ast.NodeTransformer):
    """Takes out docstrings and the annotations of functions."""

    def _body(self, node: Any) -> Any:
        self.generic_visit(node)
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            if isinstance(first.value.value, str):
                node.body = node.body[1:] or [ast.Pass()]
        return node

    visit_Module = visit_ClassDef = _body

    def _function(self, node: Any) -> Any:
        node.returns = None
        return self._body(node)

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node


class _Hollow(ast.NodeTransformer):
    """Takes out the bodies of functions, and some functions with all of themselves."""

    def __init__(self, without: frozenset[int] = frozenset()) -> None:
        self._without = without

    def _function(self, node: Any) -> Any:
        if id(node) in self._without:
            return None
        node.body = [ast.Pass()]
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = _function


def _copy(node: Any) -> Any:
    # The nodes are asked for their lines later, so that they may not be changed themselves.
    fields = {name: _copy_value(value) for name, value in ast.iter_fields(node)}
    return ast.copy_location(type(node)(**fields), node)


def _copy_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_copy_value(item) for item in value]
    return _copy(value) if isinstance(value, ast.AST) else value


def _bare(node: Any) -> Any:
    return ast.fix_missing_locations(_Bare().visit(_copy(node)))


def _dump(node: ast.AST) -> str:
    return ast.dump(_bare(node))


def _skeleton(tree: ast.Module) -> str:
    return ast.dump(_bare(_Hollow().visit(_copy(tree))))


def _frame(tree: ast.Module, without: frozenset[tuple[str, int]] = frozenset()) -> str:
    """The module without its functions' signatures and bodies, its imports, and ``without``.

    What a fix imports or adds beside stays in today's code, where it does no harm.
    """
    # Headers belong to functions here: they are taken back with the rest of each.
    copied = _copy(tree)
    marks = {id(node) for name, node in _functions(copied).items() if name in without}
    hollow = _Hollow(frozenset(marks)).visit(copied)
    for node in ast.walk(hollow):
        if isinstance(node, Function):
            node.args = ast.arguments([], [], None, [], [], None, [])
            node.decorator_list = []
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [item for item in body if not isinstance(item, _IMPORTS)]  # type: ignore[attr-defined]
    return ast.dump(_bare(hollow))


def _defined(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, Function | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
    return names


def _first(node: Function) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _source(text: str, node: Function) -> str:
    """The function's own lines, without their indentation; empty if that can't be taken away."""
    lines = io.StringIO(text, newline="").readlines()[_first(node) - 1 : node.end_lineno]
    found = textwrap.dedent("".join(lines)).replace("\r\n", "\n")
    try:
        whole = ast.parse(found)
    except SyntaxError:
        return ""
    # A text of several lines inside it may have lost blanks of its own.
    return found if _dump(whole.body[0]) == _dump(node) else ""
