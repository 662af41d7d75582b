"""A function with a hook at one of its calls, made from source."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from refute_child.callsites import Disturbance, Place, armed_call, is_mock
from refute_child.units import Module
from refute_child.units import units_of as all_units


def place_of(source: str, text: str) -> Place:
    """The place of the one call with this text."""
    found = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.get_source_segment(source, node) == text
    ]
    assert len(found) == 1, text
    node = found[0]
    lines = [line.encode() for line in source.split("\n")]
    end_line = node.end_lineno or 0
    column = len(lines[node.lineno - 1][: node.col_offset].decode()) + 1
    end_column = len(lines[end_line - 1][: node.end_col_offset].decode()) + 1
    return node.lineno, column, end_line, end_column


def no_tick() -> None:
    """Counts nothing."""


class Hooked:
    """The first function of a source with a hook at one call."""

    def __init__(
        self,
        source: str,
        call: str,
        path: str = "0",
        change: str = "typo",
        is_double: Callable[[Any], bool] = is_mock,
        tick: Callable[[], None] = no_tick,
    ) -> None:
        source = textwrap.dedent(source)
        module = Module("/project/code.py", source)
        unit, node, _ = next(all_units(module.tree))
        self.hook = Disturbance(path, change, is_double)
        self.code: CodeType = armed_call(
            module, unit, node.lineno, place_of(source, call), self.hook, tick
        )
        self.original = module.original(unit, node.lineno)

    def __call__(self, *args: Any, **names: Any) -> Any:
        """Call the function, with these names as its globals."""
        return FunctionType(self.code, {"__builtins__": __builtins__, **names})(*args)
