"""Operators on literals: numbers, strings, True and False, None, f-strings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .base import Edit, FunctionNode, Operator, is_none, is_text, last_name
from .context import Context
from .text import literals, quoted
from .walk import own_nodes

_CONVERSIONS = re.compile(r"%\([^)]*\)[^A-Za-z%]*[A-Za-z]|%[^A-Za-z%]*[A-Za-z]|\{[^{}]*\}|\\.")


def is_default(node: ast.AST, context: Context) -> bool:
    """Whether an expression is a parameter's default value; those have their own operator."""
    return isinstance(context.parent(node), ast.arguments)


def next_number(value: float) -> str | None:
    """The number one larger, as source text; None where that is not another number."""
    larger = value + 1
    return repr(larger) if larger != value else None


def number(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A number becomes one larger; a sign before it counts as its own."""
    assert isinstance(node, ast.Constant)
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    parent = context.parent(node)
    whole: ast.AST = node
    if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub):
        value, whole = -value, parent
    text = next_number(value)
    if text is not None and not is_default(whole, context):
        yield context.replace(whole, text)


def boolean_constant(node: ast.AST, context: Context) -> Iterator[Edit]:
    """True becomes False, and the reverse."""
    assert isinstance(node, ast.Constant)
    parent = context.parent(node)
    # A loop that never ends by itself is judged by loop operators.
    loop = isinstance(parent, ast.While) and parent.test is node
    if isinstance(node.value, bool) and not loop and not is_default(node, context):
        yield context.replace(node, str(not node.value))


def none(node: ast.AST, context: Context) -> Iterator[Edit]:
    """None becomes True where a value is stored, handed over, or returned as an answer."""
    assert isinstance(node, ast.Constant)
    if node.value is not None:
        return
    parent = context.parent(node)
    stored = isinstance(
        parent, ast.Assign | ast.AnnAssign | ast.Call | ast.keyword | ast.Dict | ast.IfExp
    )
    if stored or (isinstance(parent, ast.Return) and _answers(context.where(node).scope)):
        yield context.replace(node, "True")


def _answers(function: FunctionNode | None) -> bool:
    """Whether a function also returns something else than None, so that None is one of its
    answers. What a generator returns hardly anybody sees.
    """
    inside = list(own_nodes(function)) if function is not None else []
    if any(isinstance(found, ast.Yield | ast.YieldFrom) for found in inside):
        return False
    returned = (found.value for found in inside if isinstance(found, ast.Return))
    return any(value is not None and not is_none(value) for value in returned)


def in_place_of_typo(node: ast.expr, context: Context) -> bool:
    """Whether a string is an element of a command, an argument, a key or a format."""
    parent = context.parent(node)
    if isinstance(parent, ast.Subscript):
        return parent.slice is node
    if isinstance(parent, ast.Call) and last_name(parent) in ("strip", "lstrip", "rstrip"):
        return False  # A set of characters has no spelling.
    if isinstance(parent, ast.Dict):
        return node in parent.keys
    if isinstance(parent, ast.BinOp):
        return isinstance(parent.op, ast.Mod) and parent.left is node
    if isinstance(parent, ast.Attribute):
        return parent.attr in ("format", "format_map")
    return isinstance(parent, ast.List | ast.Tuple | ast.Set | ast.Call | ast.keyword)


def is_mode(node: ast.Constant, context: Context) -> bool:
    """Whether a string is the mode of an opened file, whose letters have no order."""
    parent = context.parent(node)
    call = context.parent(parent) if isinstance(parent, ast.keyword) else parent
    return (
        isinstance(call, ast.Call)
        and "open" in last_name(call).lower()
        and isinstance(node.value, str)
        and re.fullmatch(r"[rwaxbtU+]{1,3}", node.value) is not None
    )


def string(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A string becomes empty; an empty one becomes a letter."""
    assert isinstance(node, ast.Constant)
    if not isinstance(node.value, str | bytes) or is_default(node, context):
        return
    text = context.text(node)
    if node.value and in_place_of_typo(node, context) and typo(node.value) is not None:
        return
    empty: str | bytes = "" if isinstance(node.value, str) else b""
    letter: str | bytes = "x" if isinstance(node.value, str) else b"x"
    yield context.replace(node, quoted(empty if node.value else letter, text))


def typo(value: str | bytes) -> str | bytes | None:
    """The value with two letters of its longest word swapped, or a sign doubled.

    Directives of formats are left alone. None where there is nothing to swap.
    """
    if isinstance(value, bytes):
        changed = typo(value.decode("latin-1"))
        return changed.encode("latin-1") if isinstance(changed, str) else None
    plain = _CONVERSIONS.sub(lambda match: " " * len(match.group()), value)
    words = sorted(re.finditer(r"[^\W_]{2,}", plain), key=lambda m: m.start() - m.end())
    for word in words:
        start, length = word.start(), word.end() - word.start()
        for index in sorted(range(length - 1), key=lambda i: (abs(2 * i + 2 - length), -i)):
            first, second = value[start + index], value[start + index + 1]
            if first != second:
                at = start + index
                return value[:at] + second + first + value[at + 2 :]
    if len(value) == 1:
        return value * 2
    return None


def string_typo(node: ast.AST, context: Context) -> Iterator[Edit]:
    """Two letters are swapped in a string that names something."""
    assert isinstance(node, ast.Constant)
    if not isinstance(node.value, str | bytes) or not in_place_of_typo(node, context):
        return
    changed = typo(node.value)
    if changed is not None and node.value and not is_mode(node, context):
        yield context.replace(node, respelled(context.text(node), node.value, changed))


def respelled(text: str, before: str | bytes, after: str | bytes) -> str:
    """The literal ``text`` with another value, its prefix and quotes kept if that is safe."""
    tokens = literals(text)
    if len(tokens) == 1:
        token = tokens[0]
        body = text[token.body : token.body_end]
        old = before.decode("latin-1") if isinstance(before, bytes) else before
        new = after.decode("latin-1") if isinstance(after, bytes) else after
        if body == old and "\\" not in body:
            return text[: token.body] + new + text[token.body_end :]
    return quoted(after, text)


def fstring_part(node: ast.AST, context: Context) -> Iterator[Edit]:
    """Each replacement field of an f-string goes, and its text gets a typo."""
    start, end = context.span(node)
    text = context.source[start:end]
    for token in literals(text):
        for first, last in token.fields:
            yield Edit(start + first, start + last, "", node)
        edges = [token.body, *(edge for field in token.fields for edge in field), token.body_end]
        pieces = list(zip(edges[::2], edges[1::2], strict=True))
        first, last = max(pieces, key=lambda piece: piece[1] - piece[0])
        body = text[first:last]
        changed = typo(body) if len(body) > 1 and not re.search(r"[\\{}]", body) else None
        if isinstance(changed, str):
            yield Edit(start + first, start + last, changed, node)


def default_argument(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A default value becomes another one."""
    assert isinstance(node, ast.arguments)
    for default in [*node.defaults, *node.kw_defaults]:
        if default is None:
            continue
        text: str | None = None
        plain = default
        signed = isinstance(default, ast.UnaryOp) and isinstance(default.op, ast.USub)
        if signed and isinstance(default, ast.UnaryOp):
            plain = default.operand
        if not isinstance(plain, ast.Constant):
            text = "None"
        elif isinstance(plain.value, bool):
            text = str(not plain.value)
        elif isinstance(plain.value, int | float):
            text = next_number(-plain.value if signed else plain.value)
        elif is_text(plain) and isinstance(plain.value, str | bytes):
            filler = "x" if isinstance(plain.value, str) else b"x"
            changed = (typo(plain.value) if plain.value else None) or filler
            text = respelled(context.text(plain), plain.value, changed)
        if text is not None:
            yield context.replace(default, text)


OPERATORS = (
    Operator(
        "default_argument",
        "constants",
        "A parameter's default value becomes another: a number one larger, False for True, "
        "None for an object.",
        "A survivor means that no test relies on the default that callers get.",
        ("def wait(seconds=30):\n    sleep(seconds)", "def wait(seconds=31):\n    sleep(seconds)"),
        (ast.arguments,),
        default_argument,
    ),
    Operator(
        "number",
        "constants",
        "A number becomes one larger.",
        "A survivor means that no test depends on the exact number.",
        ("retries = 3", "retries = 4"),
        (ast.Constant,),
        number,
    ),
    Operator(
        "boolean_constant",
        "constants",
        "True becomes False, and the reverse.",
        "A survivor means that no test notices the switch.",
        ("strict = True", "strict = False"),
        (ast.Constant,),
        boolean_constant,
    ),
    Operator(
        "none",
        "constants",
        "None becomes True where it is stored or handed over, and where it is one answer of "
        "several.",
        "A survivor means that no test sees the difference between unset and set.",
        ("cache = None", "cache = True"),
        (ast.Constant,),
        none,
    ),
    Operator(
        "string_typo",
        "constants",
        "Two letters are swapped in a string that names something: an element of a command, "
        "an argument, a key, a format.",
        "A survivor means that a wrong flag, key or name would go out unnoticed.",
        ('run(["helm", "--wait"])', 'run(["hlem", "--wait"])'),
        (ast.Constant,),
        string_typo,
    ),
    Operator(
        "string",
        "constants",
        "A string becomes empty, an empty one becomes a letter.",
        "A survivor means that no test reads the text.",
        ('prefix = "user-"', 'prefix = ""'),
        (ast.Constant,),
        string,
    ),
    Operator(
        "fstring_part",
        "constants",
        "A replacement field of an f-string is dropped, or its text gets a typo.",
        "A survivor means that no test reads the text that is put together.",
        ('url = f"{base}/users/{name}"', 'url = f"/users/{name}"'),
        tuple(
            kind for kind in (ast.JoinedStr, getattr(ast, "TemplateStr", None)) if kind is not None
        ),
        fstring_part,
    ),
)
