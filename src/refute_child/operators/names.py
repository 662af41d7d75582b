"""Names in scope and what they seem to hold: for faults that use the wrong variable."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from .base import FunctionNode, is_literal
from .context import Context

MAX_CANDIDATES = 2
"""At most so many wrong variables are tried in one place."""
NEAR = 60
"""Lines above its use within which a local variable is bound that could be taken by mistake."""

_RESULTS = {
    "len": "int", "int": "int", "str": "str", "float": "float", "bool": "bool", "list": "list",
    "dict": "dict", "set": "set", "tuple": "tuple", "bytes": "bytes", "repr": "str",
    "sorted": "list", "join": "str", "strip": "str", "lower": "str", "upper": "str",
    "isinstance": "bool", "startswith": "bool", "endswith": "bool", "round": "int",
    "sum": "int", "time": "float", "monotonic": "float", "perf_counter": "float",
}  # fmt: skip
_LITERALS: dict[type[ast.AST], str] = {
    ast.List: "list", ast.ListComp: "list", ast.Dict: "dict", ast.DictComp: "dict",
    ast.Set: "set", ast.SetComp: "set", ast.Tuple: "tuple", ast.JoinedStr: "str",
    ast.Compare: "bool", ast.Lambda: "function",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Variable:
    """A name of a function: the line that binds it first (0 for a parameter), and a crude
    type, None where nothing tells it."""

    name: str
    line: int
    kind: str | None


def kind_of(node: ast.AST | None) -> str | None:
    """The crude type of a value: of a literal, a constructor or a function known by name."""
    if node is None:
        return None
    if isinstance(node, ast.Constant):
        return None if node.value is None else type(node.value).__name__
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        return name if name[:1].isupper() else _RESULTS.get(name)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return "bool"
    return _LITERALS.get(type(node))


def annotated(context: Context, node: ast.expr | None) -> str | None:
    """An annotation as a crude type: without spaces, quotes, parameters, or ``None``."""
    if node is None:
        return None
    text = re.sub(r"\s|[\"']", "", context.text(node))
    text = re.sub(r"^(?:typing\.|t\.)?Optional\[(.*)\]$", r"\1", text)
    text = re.sub(r"\|None$|^None\|", "", text)
    return None if text in ("", "Any", "object", "typing.Any", "t.Any", "None") else text


def variables(context: Context, function: FunctionNode) -> dict[str, Variable]:
    """The parameters and local names of a function, in order of binding; kept in the context."""
    if function in context.variables:
        return context.variables[function]
    found: dict[str, Variable] = {}
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    pairs = [
        *zip(positional, [*defaults, *arguments.defaults], strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for parameter, default in pairs:
        kind = annotated(context, parameter.annotation) or kind_of(default)
        found[parameter.arg] = Variable(parameter.arg, 0, kind)
    if positional and context.where(function).owner is not None:
        found.pop(positional[0].arg, None)
    pending: list[ast.AST] = list(reversed(function.body))
    while pending:
        node = pending.pop()
        if isinstance(node, FunctionNode | ast.ClassDef | ast.expr):
            continue
        for name, kind in _bound(context, node):
            known = found.get(name)
            if known is None:
                found[name] = Variable(name, getattr(node, "end_lineno", 0) or 0, kind)
            elif known.line and known.kind != kind:
                found[name] = Variable(name, known.line, None)
        pending.extend(reversed(list(ast.iter_child_nodes(node))))
    context.variables[function] = found
    return found


def _bound(context: Context, node: ast.AST) -> list[tuple[str, str | None]]:
    """Names that a statement binds, with their kinds."""
    if isinstance(node, ast.Assign):
        return [(t.id, kind_of(node.value)) for t in node.targets if isinstance(t, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        return [(node.target.id, annotated(context, node.annotation) or kind_of(node.value))]
    return []


def alike(name: str, other: str) -> bool:
    """Whether two names look like two of a kind: ``start_x`` and ``start_y``, ``i`` and ``j``."""
    if len(name) == len(other) == 1:
        return abs(ord(name) - ord(other)) <= 2
    if name.rstrip("0123456789") == other.rstrip("0123456789"):
        return True
    mine, theirs = name.strip("_").split("_"), other.strip("_").split("_")
    if mine[-1] == theirs[-1] and max(len(mine), len(theirs)) > 1:
        return True
    return mine[0] == theirs[0] and min(len(mine), len(theirs)) > 1


def like(variable: Variable, other: Variable) -> bool:
    """Whether one variable could be taken for the other: by type if known, else by name."""
    if variable.kind is not None and other.kind is not None:
        return variable.kind == other.kind
    return alike(variable.name, other.name)


def wrong_variables(context: Context, node: ast.Name) -> list[str]:
    """Names in scope that could stand here by mistake, the nearest first."""
    where = context.where(node)
    if where.scope is None:
        return []
    known = variables(context, where.scope)
    here = known.get(node.id)
    if here is None:
        return []
    line = context.statement(node).lineno
    fitting = [
        other
        for other in known.values()
        if other.name != node.id
        and not other.name.startswith("_")
        and other.line < line
        and (other.line == 0 or line - other.line <= NEAR)
        and like(here, other)
    ]
    fitting.sort(key=lambda other: (not alike(node.id, other.name), abs(other.line - here.line)))
    return [other.name for other in fitting[:MAX_CANDIDATES]]


def same_kind(context: Context, first: ast.expr, second: ast.expr) -> bool:
    """Whether two arguments could be confused: nothing known says otherwise."""
    kinds = []
    for node in (first, second):
        scope = context.where(node).scope
        known = variables(context, scope) if scope is not None else {}
        variable = known.get(node.id) if isinstance(node, ast.Name) else None
        kinds.append(variable.kind if variable is not None else kind_of(node))
    if kinds[0] is not None and kinds[1] is not None:
        return kinds[0] == kinds[1]
    return is_literal(first) == is_literal(second)
