"""What an operator may ask about the module around a node."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .base import Edit, FunctionNode, dotted, last_name
from .text import Lines, parses_as
from .walk import Where, children, is_exports

if TYPE_CHECKING:
    from .names import Variable


class Context:
    """A module's text and tree, with parents, places and scopes.

    ``nodes`` holds, in order of the source, each node that may be mutated: nothing in
    annotations, docstrings, imports, ``__all__``, bodies under ``if TYPE_CHECKING``, stubs.
    """

    def __init__(self, source: str, tree: ast.Module) -> None:
        self.source = source
        self.tree = tree
        self.lines = Lines(source)
        self.nodes: list[ast.AST] = []
        self.functions: dict[str, FunctionNode | ast.ClassDef] = {
            node.name: node
            for node in reversed(tree.body)
            if isinstance(node, FunctionNode | ast.ClassDef)
        }
        #: What names.variables() found, kept by function.
        self.variables: dict[FunctionNode, dict[str, Variable]] = {}
        self._parents: dict[ast.AST, ast.AST] = {}
        self._where: dict[ast.AST, Where] = {}
        self._spans: dict[ast.AST, tuple[int, int]] = {}
        self._walk()

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Character offsets of a node's text, without parentheses around it."""
        found = self._spans.get(node)
        if found is None:
            assert isinstance(node, ast.stmt | ast.expr | ast.keyword | ast.arg | ast.pattern
                              | ast.ExceptHandler)  # fmt: skip
            start = self.lines.offset(node.lineno, node.col_offset)
            end = self.lines.offset(node.end_lineno or 0, node.end_col_offset or 0)
            found = self._spans[node] = (start, end)
        return found

    def start(self, node: ast.AST) -> int:
        """Where a node's text starts, its decorators included."""
        start = self.span(node)[0]
        if isinstance(node, FunctionNode | ast.ClassDef) and node.decorator_list:
            line = self.lines.starts[node.decorator_list[0].lineno - 1]
            match = self.lines.find("@", line, start)
            return match.start(1) if match is not None else start
        return start

    def text(self, node: ast.AST) -> str:
        """A node's source text."""
        start, end = self.span(node)
        return self.source[start:end]

    def outer(self, node: ast.AST, low: int, high: int) -> tuple[int, int]:
        """A node's span with the parentheses around it, as far as they lie in ``low:high``."""
        return self.lines.within_brackets(*self.span(node), low, high)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that holds this one; None for the module."""
        return self._parents.get(node)

    def parents(self, node: ast.AST) -> Iterator[ast.AST]:
        """All nodes around this one, innermost first."""
        above = self._parents.get(node)
        while above is not None:
            yield above
            above = self._parents.get(above)

    def where(self, node: ast.AST) -> Where:
        """To which function and class a node belongs."""
        return self._where[node]

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement around a node, or the node itself."""
        while not isinstance(node, ast.stmt):
            node = self._parents[node]
        return node

    def replace(self, node: ast.AST, text: str) -> Edit:
        """The edit that puts a text in the place of a node."""
        return Edit(*self.span(node), text, node)

    def operator(self, pattern: str, left: ast.AST, right: ast.AST, text: str) -> Iterator[Edit]:
        """The edit of the operator's token between two nodes, if it is found there."""
        match = self.lines.find(pattern, self.span(left)[1], self.span(right)[0])
        parent = self._parents[left]
        if match is not None:
            yield Edit(*match.span(1), text, parent)

    def without(self, items: list[tuple[int, int]], index: int) -> tuple[int, int]:
        """The span that removes one of several items separated by commas."""
        if index:
            return items[index - 1][1], items[index][1]
        if len(items) > 1:
            return items[0][0], items[1][0]
        comma = self.lines.find(r"[^\s]", items[0][1], len(self.source))
        trailing = comma is not None and comma.group(1) == ","
        return items[0][0], comma.end(1) if comma is not None and trailing else items[0][1]

    def arguments(self, call: ast.Call) -> list[tuple[ast.expr | ast.keyword, tuple[int, int]]]:
        """A call's arguments in order of the text, with their spans."""
        low = self.lines.find(r"\(", self.span(call.func)[1], self.span(call)[1])
        if low is None:
            return []
        nodes: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        bounds = low.end(), self.span(call)[1] - 1
        return sorted(
            ((node, self.outer(node, *bounds)) for node in nodes), key=lambda pair: pair[1]
        )

    def signature(self, call: ast.Call) -> ast.arguments | None:
        """The parameters of the called function, without ``self``, if this module defines it."""
        found: FunctionNode | ast.ClassDef | None = None
        bound = False
        if isinstance(call.func, ast.Name):
            found = self.functions.get(call.func.id)
        elif isinstance(call.func, ast.Attribute) and dotted(call.func.value) in ("self", "cls"):
            found, bound = _method(self._where[call].owner, call.func.attr), True
        if isinstance(found, ast.ClassDef):
            found, bound = _method(found, "__init__"), True
        if found is None:
            return None
        return _unbound(found) if bound else found.args

    def _walk(self) -> None:
        """Fill parents, places and the list of nodes, without recursion."""
        stack: list[tuple[ast.AST, ast.AST | None, Where, bool]]
        stack = [(self.tree, None, Where(), True)]
        while stack:
            node, parent, where, live = stack.pop()
            if parent is not None:
                self._parents[node] = parent
            self._where[node] = where
            live = live and not is_exports(node) and self._placed(node, parent)
            if live:
                self.nodes.append(node)
            for child, inner, alive in reversed(list(children(node, where))):
                stack.append((child, node, inner, live and alive))

    def _placed(self, node: ast.AST, parent: ast.AST | None) -> bool:
        """Whether the tree tells the truth about where a part of an f-string stands."""
        kind = type(parent).__name__
        if kind in ("JoinedStr", "TemplateStr"):
            return not isinstance(node, ast.Constant)
        if kind in ("FormattedValue", "Interpolation") and isinstance(node, ast.expr):
            try:
                return parses_as(self.text(node), node)
            except IndexError:
                return False
        return True


def _method(owner: ast.ClassDef | None, name: str) -> FunctionNode | None:
    for node in owner.body if owner is not None else []:
        if isinstance(node, FunctionNode) and node.name == name:
            return node
    return None


def _unbound(function: FunctionNode) -> ast.arguments | None:
    """A method's parameters after the first; None where the first one is not ``self``."""
    if any(last_name(decorator) == "staticmethod" for decorator in function.decorator_list):
        return function.args
    if function.args.posonlyargs or not function.args.args:
        return None
    given = function.args
    return ast.arguments(
        posonlyargs=[], args=given.args[1:], vararg=given.vararg, kwonlyargs=given.kwonlyargs,
        kw_defaults=given.kw_defaults, kwarg=given.kwarg, defaults=given.defaults,
    )  # fmt: skip
