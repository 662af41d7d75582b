"""Units of sources given as text, and their code."""

from __future__ import annotations

import ast
import textwrap
from types import CodeType, FunctionType
from typing import Any

from refute_child.units import Module, units_of


def module(source: str, path: str = "/project/code.py") -> Module:
    """A module whose text is this, without the margin."""
    return Module(path, textwrap.dedent(source))


def first(source: str) -> tuple[str, int]:
    """Name and line of the first unit in a text."""
    name, node, _ = next(units_of(ast.parse(source)))
    return name, node.lineno


def edited(source: str, before: str, after: str) -> tuple[int, int, str]:
    """The edit that replaces the one place of ``before``."""
    assert source.count(before) == 1
    start = source.index(before)
    return start, start + len(before), after


def call(code: CodeType, *arguments: Any, closure: tuple[Any, ...] = ()) -> Any:
    """Call a function made of the code."""
    return FunctionType(code, {"__builtins__": __builtins__}, closure=closure)(*arguments)
