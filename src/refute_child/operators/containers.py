"""Operators on containers: slices, indexes, entries of dicts and elements of lists."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .base import ATOMS, Edit, Operator, is_none
from .context import Context
from .walk import MAX_ELEMENTS


def _integer(node: ast.expr) -> int | None:
    """The value of a literal integer with or without a sign; None for other nodes."""
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    plain = node.operand if negative and isinstance(node, ast.UnaryOp) else node
    if not isinstance(plain, ast.Constant) or isinstance(plain.value, bool):
        return None
    if not isinstance(plain.value, int):
        return None
    return -plain.value if negative else plain.value


def _shifted(node: ast.expr, by: int, context: Context) -> str:
    """Source of the expression plus ``by``."""
    value = _integer(node)
    if value is not None:
        return str(value + by)
    text = context.text(node)
    sign = "+" if by > 0 else "-"
    plain = isinstance(node, (*ATOMS, ast.UnaryOp))
    return f"{text if plain else f'({text})'} {sign} {abs(by)}"


def index(node: ast.AST, context: Context) -> Iterator[Edit]:
    """An index is off by one. A literal one larger is made by another operator."""
    assert isinstance(node, ast.Subscript)
    place = node.slice
    if isinstance(node.ctx, ast.Del) or isinstance(place, ast.Slice | ast.Tuple):
        return
    if _integer(place) is not None:
        yield context.replace(place, _shifted(place, -1, context))
    elif isinstance(place, ast.BinOp):
        if isinstance(place.op, ast.Add | ast.Sub) and _integer(place.right) == 1:
            yield context.replace(place, context.text(place.left))
    elif _counts(place):
        yield context.replace(place, _shifted(place, 1, context))
        yield context.replace(place, _shifted(place, -1, context))


def _counts(node: ast.expr) -> bool:
    """Whether an index is a number by its form or name, not a key."""
    return isinstance(node, ast.Name) and (
        node.id in ("i", "j", "k", "n", "pos") or node.id.endswith(("index", "idx", "position"))
    )


def slice_bound(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A bound of a slice is off by one, or goes."""
    assert isinstance(node, ast.Slice)
    for bound in (node.lower, node.upper):
        if bound is None or is_none(bound):
            continue
        if _integer(bound) is None:
            yield context.replace(bound, _shifted(bound, 1, context))
        if _integer(bound) != 1 or bound is node.upper:
            yield context.replace(bound, _shifted(bound, -1, context))
        yield context.replace(bound, "")
    if node.step is not None and not is_none(node.step):
        yield context.replace(node.step, "")


def dict_entry(node: ast.AST, context: Context) -> Iterator[Edit]:
    """An entry of a dict literal goes."""
    assert isinstance(node, ast.Dict)
    low, high = context.span(node)
    spans: list[tuple[int, int]] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None:
            start = context.outer(key, low + 1, high - 1)[0]
        else:
            previous = spans[-1][1] if spans else low + 1
            stars = context.lines.find(r"\*\*", previous, context.span(value)[0])
            start = stars.start(1) if stars is not None else context.span(value)[0]
        spans.append((start, context.outer(value, low + 1, high - 1)[1]))
    yield from _without_each(spans, [*node.values], context)


def list_element(node: ast.AST, context: Context) -> Iterator[Edit]:
    """An element of a list or set literal goes."""
    assert isinstance(node, ast.List | ast.Set)
    if len(node.elts) > 1 and not isinstance(getattr(node, "ctx", None), ast.Store):
        low, high = context.span(node)
        spans = [context.outer(element, low + 1, high - 1) for element in node.elts]
        yield from _without_each(spans, node.elts, context)


def _without_each(
    spans: list[tuple[int, int]], nodes: list[ast.expr], context: Context
) -> Iterator[Edit]:
    """Edits that remove each item of a literal; of a long one the first and the last."""
    last = len(spans) - 1
    for place, node in enumerate(nodes):
        if len(spans) <= MAX_ELEMENTS or place in (0, last):
            yield Edit(*context.without(spans, place), "", node)


OPERATORS = (
    Operator(
        "index",
        "containers",
        "An index is off by one.",
        "A survivor means that no test knows which element is the right one.",
        ("first = rows[i]", "first = rows[i + 1]"),
        (ast.Subscript,),
        index,
    ),
    Operator(
        "slice_bound",
        "containers",
        "A bound of a slice is off by one, or dropped.",
        "A survivor means that no test looks at the elements on the border.",
        ("head = rows[:count]", "head = rows[:count + 1]"),
        (ast.Slice,),
        slice_bound,
    ),
    Operator(
        "dict_entry",
        "containers",
        "An entry of a dict literal is dropped.",
        "A survivor means that no test reads this entry.",
        ('body = {"name": name, "size": size}', 'body = {"name": name}'),
        (ast.Dict,),
        dict_entry,
    ),
    Operator(
        "list_element",
        "containers",
        "An element of a list or set literal is dropped.",
        "A survivor means that no test notices a missing flag or choice.",
        ('run(["helm", "--wait"])', 'run(["helm"])'),
        (ast.List, ast.Set),
        list_element,
    ),
)
