"""Which values a chart's templates use, found by walking them with values at hand.

Each branch is walked, for what it uses; a branch that these values do not lead to counts for
that alone. What is surely reached is also held against what is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from refute.contracts.helm import functions
from refute.contracts.helm.standing import (
    MAYBE,
    MISSING,
    NEVER,
    OPAQUE,
    SURE,
    Path,
    Scope,
    Traced,
    Trouble,
    Use,
    Value,
    alternatives,
    dotted,
    element,
    elements,
    member_of,
)
from refute.contracts.helm.template import (
    Call,
    Expression,
    Field,
    Literal,
    Node,
    Pipe,
    TemplateError,
    parse,
)

_STEPS = 200_000
"""Actions that are walked at the most, so that templates that grow without end do not."""


def trace(templates: Mapping[str, str], context: Value) -> Traced:
    """Walk the templates (path to text) with a context that has ``Values`` among its parts."""
    walk = _Walk()
    trees: dict[str, list[Node]] = {}
    for file, text in sorted(templates.items()):
        try:
            trees[file] = parse(text)
        except TemplateError as error:
            walk.found.unread.append(f"{file}: {error}")
            continue
        walk.define(file, trees[file])
    for file, nodes in trees.items():
        if not file.rpartition("/")[2].startswith("_"):
            walk.file = file
            walk.nodes(nodes, Scope(context, {"$": context}), SURE)
    return walk.found


class _Walk:
    """The walk itself, and what it has found."""

    def __init__(self) -> None:
        self.found = Traced()
        self.file = ""
        self.line = 0
        self._defined: dict[str, tuple[str, list[Node]]] = {}
        self._inside: list[str] = []
        self._steps = 0

    def define(self, file: str, nodes: list[Node]) -> None:
        for node in nodes:
            if node.kind in ("define", "block"):
                self._defined[node.name] = (file, node.body)
            self.define(file, node.body)
            self.define(file, node.otherwise)

    def nodes(self, nodes: list[Node], scope: Scope, reach: int) -> None:
        for node in nodes:
            self._steps += 1
            if self._steps > _STEPS:
                return
            self.line = node.line
            self._node(node, scope, reach)

    def _node(self, node: Node, scope: Scope, reach: int) -> None:
        if node.kind == "print" and node.pipe is not None:
            value = self.pipe(node.pipe, scope, reach)
            if not node.pipe.variables:
                self.consume(value, reach)
        elif node.kind in ("if", "with") and node.pipe is not None:
            self._branch(node, node.pipe, scope, reach)
        elif node.kind == "range" and node.pipe is not None:
            self._range(node, node.pipe, scope, reach)
        elif node.kind in ("template", "block"):
            dot = self.pipe(node.pipe, scope, reach) if node.pipe else OPAQUE
            self.include(node.name, dot, reach)

    def _branch(self, node: Node, pipe: Pipe, scope: Scope, reach: int) -> None:
        inner = scope.below()
        value = self.pipe(pipe, inner, reach)
        self.test(value)
        if node.kind == "with":
            inner.dot = value
        self.nodes(node.body, inner, min(reach, value.truth))
        self.nodes(node.otherwise, scope.below(), min(reach, 2 - value.truth))

    def _range(self, node: Node, pipe: Pipe, scope: Scope, reach: int) -> None:
        value = self.pipe(replace(pipe, variables=()), scope, reach)
        found = list(elements(value))
        for one in (value, *value.others):
            self.test(one)
            if one.path is not None:
                self.use((*one.path, "*"), whole=False)
        once = [(OPAQUE, element(value), min(reach, value.truth if value.known else MAYBE))]
        for key, one, inside in [(k, e, reach) for k, e in found] or once:
            inner = scope.below(one)
            if pipe.variables:
                inner.variables[pipe.variables[-1]] = one
            if len(pipe.variables) > 1:
                inner.variables[pipe.variables[0]] = key
            self.nodes(node.body, inner, inside)
        self.nodes(node.otherwise, scope.below(), min(reach, 2 - value.truth))

    def include(self, name: str, dot: Value, reach: int) -> None:
        """Walk a named template with its own context."""
        if name not in self._defined:
            self.consume(dot, NEVER)
            return
        # A template that includes itself uses nothing more at the third time.
        if self._inside.count(name) > 2:
            return
        file, line = self.file, self.line
        self._inside.append(name)
        self.file, body = self._defined[name]
        self.nodes(body, Scope(dot, {"$": dot}), reach)
        self._inside.pop()
        self.file, self.line = file, line

    def pipe(self, pipe: Pipe, scope: Scope, reach: int) -> Value:
        value: Value | None = None
        for command in pipe.commands:
            if isinstance(command, Call):
                arguments = [self._value(one, scope, reach) for one in command.arguments]
                if value is not None:
                    arguments.append(value)
                value = self._call(command.function, arguments, scope, reach)
            else:
                value = self._value(command, scope, reach)
        result = OPAQUE if value is None else value
        for name in pipe.variables:
            scope.put(name, result)
        return result

    def _value(self, expression: Expression, scope: Scope, reach: int) -> Value:
        if isinstance(expression, Literal):
            return Value(known=True, data=expression.value)
        if isinstance(expression, Pipe):
            return self.pipe(expression, scope, reach)
        if isinstance(expression, Call):
            return self._call(expression.function, [], scope, reach)
        return self._field(expression, scope, reach)

    def _field(self, expression: Field, scope: Scope, reach: int) -> Value:
        if isinstance(expression.base, Pipe):
            value = self.pipe(expression.base, scope, reach)
        else:
            value = scope.dot if expression.base == "." else scope.get(expression.base)
        for name in expression.names:
            value = self.member(value, name, reach)
        return value

    def member(self, value: Value, name: str, reach: int) -> Value:
        """``value.name``; that a level above it is missing is trouble."""
        others = tuple(member_of(one, name) for one in value.others)
        found = member_of(value, name)
        gone = value.data is MISSING or value.data is None
        broken = value.known and value.parts is None and not isinstance(value.data, Mapping)
        if value.path and broken and reach == SURE:
            what = "is not given" if gone else "is no mapping"
            self.trouble(
                "broken-path",
                (*value.path, name),
                f"rendering fails: `{dotted(value.path)}` {what}",
            )
            # Nothing that follows is another trouble.
            found = replace(found, known=False)
        return replace(found, others=(*found.others, *others))

    def _call(self, name: str, arguments: list[Value], scope: Scope, reach: int) -> Value:
        return functions.call(self, name, arguments, scope.get("$"), reach)

    def test(self, value: Value) -> None:
        """Only whether it is there, or empty, matters."""
        for one in alternatives(value):
            if one.path is not None:
                self.use(one.path, whole=False)

    def consume(self, value: Value, reach: int, *, absent: bool = False) -> None:
        """All of it goes somewhere; ``absent``: that it is missing does no harm."""
        for one in alternatives(value):
            if one.path is not None:
                self.use(one.path, whole=True)
            for part in (one.parts or {}).values():
                if part.parts is None:
                    self.consume(part, NEVER)
        if value.path and value.known and value.data is MISSING and reach == SURE and not absent:
            self.trouble("ungiven-value", value.path, "a template prints it, and nobody gives it")

    def use(self, path: Path, *, whole: bool) -> None:
        self.found.uses.setdefault((path, whole), Use(path, whole, self.file, self.line))

    def trouble(self, slug: str, path: Path, message: str) -> None:
        one = Trouble(slug, path, message, self.file, self.line)
        self.found.troubles.setdefault((slug, path), one)
