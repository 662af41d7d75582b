"""Places in test functions where something could be looked at: read from the syntax tree.

Pure: text in, records out. Offsets count characters of the decoded text. The records say where
a value is to be seen and where a line could be added; what to write there is the controller's.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from ..operators.text import Lines
from .forms import weak
from .manners import manners

Record = dict[str, Any]

Function = ast.FunctionDef | ast.AsyncFunctionDef

_RAISES = ("raises", "assertRaises")
_EXPECTING = re.compile(r"(raises|assertRaises\w*|assertWarns\w*|deprecated_call|suppress)$")
_LOOKING = re.compile(r"(assert\w*|fail|skip|skipTest|raises|warns|xfail|readouterr)$")
"""Last names of what is called to look at something; what it returns is nobody's result."""
_HARMLESS = frozenset({"return_value", "side_effect", "name"})
"""Words of ``patch`` that go with a spec."""
_NAMED = ast.Name | ast.Attribute
_SILENT = frozenset({"request", "mocker", "monkeypatch", "tmp_path", "tmpdir", "event_loop"})
"""Fixtures of which no state is worth a line."""


def find_points(source: str, wanted: Collection[int]) -> Record:
    """The points of the functions that begin at these lines (of their first decorator).

    Gives ``points``, in the order of the text, and the file's ``manners``. Raises SyntaxError.
    """
    tree = ast.parse(source)
    lines = Lines(source)
    found: list[Record] = []
    for function, owner in _functions(tree):
        first = min(node.lineno for node in (function, *function.decorator_list))
        if first in wanted and not _yields(function):
            found += _Reader(lines, function, owner, first).points()
    for number, point in enumerate(found):
        point["number"] = number
    return {"points": found, "manners": manners(source, tree)}


def _functions(
    tree: ast.AST, owner: ast.ClassDef | None = None
) -> Iterator[tuple[Function, ast.ClassDef | None]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield node, owner
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, node)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _functions(node, owner)


def _yields(function: Function) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _inside(function))


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below that belong to the same function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef | ast.Lambda):
            continue
        yield child
        yield from _inside(child)


class _Reader:
    """Reads one test function."""

    def __init__(
        self, lines: Lines, function: Function, owner: ast.ClassDef | None, first: int
    ) -> None:
        self._lines = lines
        self._function = function
        self._taken = sorted({n.id for n in ast.walk(function) if isinstance(n, ast.Name)})
        self._common = {
            "function": f"{owner.name}.{function.name}" if owner else function.name,
            "line": first,
            "unittest": owner is not None and _is_test_case(owner),
            "taken": self._taken,
        }

    def points(self) -> list[Record]:
        found = [*self._statements(self._function.body, calm=True), *self._state()]
        found += self._patched()
        return [point | self._common for point in found]

    def _statements(self, body: Iterable[ast.stmt], *, calm: bool) -> Iterator[Record]:
        """``calm`` is False where an exception is expected."""
        for statement in body:
            if isinstance(statement, ast.ClassDef):
                continue
            if isinstance(statement, Function):
                if not _yields(statement):
                    yield from self._statements(statement.body, calm=calm)
                continue
            if isinstance(statement, ast.With | ast.AsyncWith):
                yield from self._expected(statement)
                expects = any(_EXPECTING.search(_name(i.context_expr)) for i in statement.items)
                yield from self._statements(statement.body, calm=calm and not expects)
                continue
            if calm:
                yield from self._simple(statement)
            for part in ("body", "orelse", "finalbody"):
                inner = getattr(statement, part, [])
                expects = isinstance(statement, ast.Try) and bool(statement.handlers)
                yield from self._statements(inner, calm=calm and not (expects and part == "body"))

    def _simple(self, statement: ast.stmt) -> Iterator[Record]:
        if isinstance(statement, ast.Expr):
            if self._is_result(statement.value):
                yield self._point("bare", statement, statement.value)
            elif isinstance(statement.value, ast.Call):
                yield from self._called(statement, statement.value)
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            name = _bound(statement.targets[0])
            if name and self._is_result(statement.value):
                yield self._point("assigned", statement, statement.value, name=name)
        found = weak(statement)
        if found is not None and self._is_result(found.value):
            point = self._point("asserted", statement, found.value, form=found.form)
            yield point

    def _called(self, statement: ast.stmt, call: ast.Call) -> Iterator[Record]:
        """``self.assertRaises(X, f, ...)`` and ``pytest.raises(X, f, ...)``."""
        if _name(call) == "assertRaises" and len(call.args) > 1:
            point = self._point("raises_call", statement, call.args[1])
            yield point | self._regex(call)
        elif _name(call) == "raises" and len(call.args) > 1:
            yield self._point("bare", statement, call)

    def _expected(self, statement: ast.With | ast.AsyncWith) -> Iterator[Record]:
        for item in statement.items:
            call = item.context_expr
            if not isinstance(call, ast.Call) or len(call.args) != 1 or call.keywords:
                continue
            if _name(call) in _RAISES:
                bound = item.optional_vars
                name = bound.id if isinstance(bound, ast.Name) else "" if bound is None else "_"
                yield self._point("raises", statement, call, name=name) | self._regex(call)

    def _regex(self, call: ast.Call) -> Record:
        """Where the text of an expected exception can be said."""
        end = self._span(call)[1]
        last = self._span(call.args[0])[1]
        func = self._span(call.func)[1]
        comma = "," in self._lines.source[last : end - 1]
        by_name = _name(call) == "raises"
        return {"insert": end - 1 if by_name else last, "comma": comma, "rename": func}

    def _state(self) -> Iterator[Record]:
        """What is there at the function's end, by all names that it has for things."""
        last = self._function.body[-1]
        if isinstance(last, ast.Return | ast.Raise):
            return
        names = dict.fromkeys(self._names())
        point = self._point("state", last, last, names=list(names))
        margin = self._margin(self._function.body[0])
        if names and margin is not None and point["after"] >= 0:
            yield point | {"indent": margin}

    def _patched(self) -> Iterator[Record]:
        """Calls of ``patch`` that put a double in which takes whatever it is handed."""
        # Decorators are among the nodes below a function.
        for call in _inside(self._function):
            if not isinstance(call, ast.Call) or not _puts_a_bare_double(call):
                continue
            last = max(self._span(one)[1] for one in (*call.args, *call.keywords))
            end = self._span(call)[1]
            comma = "," in self._lines.source[last : end - 1]
            yield self._point("patch", self._function.body[0], call) | {
                "insert": last if comma else end - 1,
                "after": -1,
            }

    def _names(self) -> Iterator[str]:
        given = self._function.args
        for one in (*given.posonlyargs, *given.args, *given.kwonlyargs):
            if one.arg not in ("self", "cls") and one.arg not in _SILENT:
                yield one.arg
        for node in _inside(self._function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id == "self" and not node.attr.startswith("assert"):
                    yield f"self.{node.attr}"
                elif isinstance(node.ctx, ast.Store):
                    yield f"{node.value.id}.{node.attr}"
            elif isinstance(node, ast.Call) and _name(node) == "setattr" and len(node.args) > 2:
                target, name = node.args[0], node.args[1]
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    if isinstance(target, ast.Name | ast.Attribute):
                        yield f"{ast.unparse(target)}.{name.value}"

    def _is_result(self, value: ast.expr) -> bool:
        """Whether it is what some code handed back, and nobody's look."""
        inner = value.value if isinstance(value, ast.Await) else value
        if not isinstance(inner, ast.Call):
            return False
        return not _LOOKING.match(_name(inner)) and not isinstance(inner.func, ast.Lambda)

    def _point(self, kind: str, statement: ast.stmt, value: ast.AST, **more: Any) -> Record:
        start, end = self._span(value)
        begin, finish = self._span(statement)
        margin = self._margin(statement)
        after = self._line_end(finish) if margin is not None else -1
        return {
            "kind": kind,
            "start": start,
            "end": end,
            "text": self._lines.source[start:end],
            "statement": [begin, finish],
            "after": after,
            "indent": margin or "",
            **more,
        }

    def _span(self, node: Any) -> tuple[int, int]:
        offset = self._lines.offset
        return offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)

    def _margin(self, statement: ast.stmt) -> str | None:
        """What stands before a statement on its line; None for more than white space."""
        start = self._lines.starts[statement.lineno - 1]
        text = self._lines.source[start : self._span(statement)[0]]
        return text if not text.strip() else None

    def _line_end(self, offset: int) -> int:
        """The end of the line that a statement ends on; -1 if more than a comment follows."""
        match = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=\r|\n|\Z)").match(self._lines.source, offset)
        return match.end() if match else -1


def _puts_a_bare_double(call: ast.Call) -> bool:
    """``patch("a.b")`` and ``patch.object(a, "b")``, without a word on what the double is like."""
    if any(word.arg not in _HARMLESS for word in call.keywords):
        return False
    if any(isinstance(one, ast.Starred) for one in call.args):
        return False
    return len(call.args) == {"patch": 1, "object": 2}.get(_patching(call.func), -1)


def _patching(called: ast.expr) -> str:
    """``patch`` for ``patch``, ``mock.patch`` and ``mocker.patch``; ``object`` for their own."""
    if isinstance(called, ast.Attribute) and called.attr == "object":
        return "object" if _name(called.value) == "patch" else ""
    return "patch" if _name(called) == "patch" and isinstance(called, _NAMED) else ""


def _bound(target: ast.expr) -> str:
    """The name, or names in brackets, that a value is given; empty for anything else."""
    if isinstance(target, ast.Name):
        return "" if target.id == "_" else target.id
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        return f"{target.value.id}.{target.attr}"
    if isinstance(target, ast.Tuple) and all(isinstance(e, ast.Name) for e in target.elts):
        names = [e.id for e in target.elts if isinstance(e, ast.Name)]
        return f"({', '.join(names)})" if "_" not in names and len(names) > 1 else ""
    return ""


def _name(node: ast.AST) -> str:
    """The last name of what is called."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_test_case(owner: ast.ClassDef) -> bool:
    """Whether a class asserts in the manner of unittest."""
    if any(ast.unparse(base).endswith("TestCase") for base in owner.bases):
        return True
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and re.match(r"assert[A-Z]", node.attr) is not None
        for node in ast.walk(owner)
    )
