"""Where in project code a call stands, and in which form its arguments are handed over."""

from __future__ import annotations

import ast
import dis
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from types import CodeType, FrameType

from ..operators.text import decode
from ..units import line_starts
from .audits import identity
from .files import content_of
from .sides import Sides

_CALLS = frozenset({"CALL", "CALL_KW", "CALL_FUNCTION_EX"})
_BETWEEN = frozenset(
    {
        "GET_ITER", "GET_AITER", "GET_AWAITABLE", "LOAD_CONST", "NOP", "SWAP",
        "LOAD_FAST_AND_CLEAR", "BUILD_LIST", "BUILD_SET", "BUILD_MAP", "BEFORE_ASYNC_WITH",
    }
)  # fmt: skip
"""What stands between a call and where its result is awaited, entered, or iterated for the first
time."""


@dataclass(eq=False, slots=True)
class CallSite:
    """A call expression, with what can be known of it from the code alone."""

    #: The fields of ``Site``, as they are told.
    fields: dict[str, str | int]
    #: How many arguments are handed over by position; -1 when starred ones hide it.
    positional: int
    keywords: tuple[str, ...]
    #: The text of the expression, to see by which names arguments come.
    text: str
    #: Positions and keywords at which the caller's names say that a secret comes; None: not
    #: looked yet.
    secret: frozenset[int | str] | None = None


class Sites:
    """Finds call sites from frames; what was found is kept for each instruction."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        self._found: dict[tuple[int, int], CallSite | None] = {}
        # Codes are told apart by identity, so they have to stay.
        self._codes: dict[int, tuple[CodeType, list[dis.Instruction], list[int]]] = {}
        self._lines: dict[str, list[str]] = {}

    def at(self, frame: FrameType) -> CallSite | None:
        """The call that the frame is in just now; None if it is in something else, such as
        an attribute whose value is computed.
        """
        return self.of(frame.f_code, frame.f_lasti)

    def of(self, code: CodeType, last: int) -> CallSite | None:
        """The same for the instruction at which a frame with this code is."""
        key = (identity(code), last)
        if key in self._found:
            return self._found[key]
        site = self._found[key] = self._find(code, last)
        return site

    def _find(self, code: CodeType, last: int) -> CallSite | None:
        known = self._codes.get(identity(code))
        if known is None:
            instructions = list(dis.get_instructions(code))
            known = (code, instructions, [one.offset for one in instructions])
            self._codes[identity(code)] = known
        _, instructions, offsets = known
        index = _call_index(instructions, bisect_right(offsets, last) - 1)
        if index is None:
            return None
        spot = instructions[index].positions
        line, end_line = (spot.lineno, spot.end_lineno) if spot else (None, None)
        start, end = (spot.col_offset, spot.end_col_offset) if spot else (None, None)
        if line is None or end_line is None or start is None or end is None:
            return None
        lines = self._source(code.co_filename)
        column = _characters(lines, line, start)
        end_column = _characters(lines, end_line, end)
        positional, keywords = _form(instructions, index, code)
        fields: dict[str, str | int] = {
            "file": self._sides.relative(code.co_filename),
            "line": line,
            "column": column + 1,
            "end_line": end_line,
            "end_column": end_column + 1,
            "function": code.co_qualname,
        }
        text = _between(lines, line, column, end_line, end_column)
        return CallSite(fields, positional, keywords, text)

    def _source(self, path: str) -> list[str]:
        if path not in self._lines:
            try:
                text = decode(content_of(path))[0]
                starts = [*line_starts(text), len(text)]
                lines = [text[start:end] for start, end in pairwise(starts)]
            except (OSError, ValueError, SyntaxError, LookupError):
                # Columns of a source that can't be read are those of plain ASCII.
                lines = []
            self._lines[path] = lines
        return self._lines[path]


def argument_names(site: CallSite) -> dict[int | str, list[str]]:
    """Names that the caller has for each argument: those of variables, attributes and keys in
    its expression. By position or keyword.
    """
    names: dict[int | str, list[str]] = {}
    try:
        call = ast.parse(f"({site.text})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return names
    if isinstance(call, ast.Await):
        call = call.value
    if isinstance(call, ast.Call):
        for index, argument in enumerate(call.args):
            if isinstance(argument, ast.Starred):
                break
            names[index] = _mentioned(argument)
        for keyword in call.keywords:
            if keyword.arg is not None:
                names[keyword.arg] = _mentioned(keyword.value)
    return names


def _mentioned(expression: ast.expr) -> list[str]:
    """Names by which a value goes, itself or what it is made of."""
    parts: list[ast.expr] = []
    names: list[str] = []
    if isinstance(expression, ast.Name):
        names = [expression.id]
    elif isinstance(expression, ast.Attribute):
        names = [expression.attr]
    elif isinstance(expression, ast.Subscript):
        names = _key(expression.slice)
        parts = [expression.value]
    elif isinstance(expression, ast.Call):
        names = [name for argument in expression.args for name in _key(argument)]
        parts = [expression.func, *expression.args]
    elif isinstance(expression, ast.Await | ast.FormattedValue):
        parts = [expression.value]
    elif isinstance(expression, ast.BinOp):
        parts = [expression.left, expression.right]
    elif isinstance(expression, ast.JoinedStr | ast.BoolOp):
        parts = expression.values
    return names + [name for part in parts for name in _mentioned(part)]


def _key(expression: ast.expr) -> list[str]:
    """The text of a key or a variable's name, as in ``environ["TOKEN"]``."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return [expression.value] if len(expression.value) < 60 else []
    return []


def _call_index(instructions: list[dis.Instruction], index: int) -> int | None:
    """The call at an instruction, or the one whose result is awaited or iterated there."""
    name = instructions[index].opname
    if name in _CALLS:
        return index
    if name not in ("SEND", "FOR_ITER"):
        return None
    for before in range(index - 1, max(index - 12, -1), -1):
        name = instructions[before].opname
        if name in _CALLS:
            return before
        if name not in _BETWEEN:
            break
    return None


def _form(
    instructions: list[dis.Instruction], index: int, code: CodeType
) -> tuple[int, tuple[str, ...]]:
    """How many arguments come by position, and the names of the others."""
    call = instructions[index]
    if call.opname == "CALL_FUNCTION_EX" or call.arg is None:
        return -1, ()
    keywords: object = ()
    if call.opname == "CALL_KW":
        keywords = instructions[index - 1].argval
    else:
        for before in instructions[max(index - 2, 0) : index]:
            if before.opname == "KW_NAMES" and before.arg is not None:
                keywords = code.co_consts[before.arg]
    if not isinstance(keywords, tuple):
        return -1, ()
    return call.arg - len(keywords), keywords


def _characters(lines: list[str], line: int, column: int) -> int:
    """A column in bytes of UTF-8 as one in characters, both from 0."""
    if not 0 < line <= len(lines) or lines[line - 1].isascii():
        return column
    return len(lines[line - 1].encode("utf-8", "replace")[:column].decode("utf-8", "ignore"))


def _between(lines: list[str], line: int, column: int, end_line: int, end_column: int) -> str:
    if not 0 < line <= end_line <= len(lines):
        return ""
    if line == end_line:
        return lines[line - 1][column:end_column]
    middle = lines[line : end_line - 1]
    return "".join([lines[line - 1][column:], *middle, lines[end_line - 1][:end_column]])
