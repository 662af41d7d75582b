"""Whether a mutant compiles, and whether it compiles to something new."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Hashable
from dataclasses import dataclass
from types import CodeType

from ..units import Module, UnknownUnit
from .base import Edit, FunctionNode
from .context import Context
from .reach import first_body
from .text import apply

MAX_UNIT = 2000
"""Characters of the largest function that is compiled as a whole for each of its mutants."""


def code_key(code: CodeType) -> Hashable:
    """A value that is equal for two code objects that do the same: all but the line tables."""
    constants = tuple(
        code_key(const) if isinstance(const, CodeType) else _constant_key(const)
        for const in code.co_consts
    )
    return (
        code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars,
        code.co_cellvars, code.co_flags, code.co_argcount, code.co_posonlyargcount,
        code.co_kwonlyargcount, code.co_exceptiontable, code.co_qualname,
    )  # fmt: skip


def _constant_key(value: object) -> Hashable:
    """1, 1.0 and True are equal, and so are 0.0 and -0.0; their types and spellings are not."""
    if isinstance(value, tuple):
        return tuple, tuple(_constant_key(item) for item in value)
    if isinstance(value, frozenset):
        return frozenset, frozenset(_constant_key(item) for item in value)
    return type(value), repr(value)


def same_code(first: CodeType, second: CodeType) -> bool:
    """Whether two code objects do the same, with all the code nested in them."""
    return code_key(first) == code_key(second)


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the source that can be compiled by itself: what goes before and after it."""

    start: int
    end: int
    before: str
    after: str


class Checker:
    """Compiles mutants and tells the useless ones.

    A mutant in a function is compiled with the whole function. In a function of more than
    MAX_UNIT characters that would take quadratic time, so there the statement alone is
    compiled, or its header: mutants that are equivalent only in their surroundings, such as
    in dead code, are not found there. Code that runs at import is compiled by top-level
    statement, or member of a class body. A single statement of such length is not compiled.
    """

    def __init__(self, module: Module, context: Context) -> None:
        self._module = module
        self._context = context
        self._originals: dict[object, Hashable] = {}
        self._seen: set[tuple[object, int]] = set()

    def verdict(self, edit: Edit) -> str:
        """``unviable``, ``equivalent``, ``duplicate`` of an earlier edit, or an empty string."""
        where = self._context.where(edit.node)
        try:
            if where.unit is not None and self._unit_size(edit) <= MAX_UNIT:
                place: object = (where.unit, where.unit_line)
                if place not in self._originals:
                    code = self._module.original(where.unit, where.unit_line)
                    self._originals[place] = code_key(code)
                change = (edit.start, edit.end, edit.text)
                mutated = self._module.mutated(where.unit, where.unit_line, *change)
            else:
                part = self._part(edit)
                if part is None:
                    return ""
                place = part
                source = self._context.source
                if place not in self._originals:
                    text = source[part.start : part.end]
                    self._originals[place] = code_key(_compiled(part.before + text + part.after))
                text = apply(
                    source[part.start : part.end],
                    edit.start - part.start,
                    edit.end - part.start,
                    edit.text,
                )
                mutated = _compiled(part.before + text + part.after)
            key = code_key(mutated)
        except SyntaxError:
            return "unviable"
        except (UnknownUnit, RecursionError, MemoryError, ValueError):
            # Too deep to compile here, or a function that can't be compiled by itself.
            return ""
        if key == self._originals[place]:
            return "equivalent"
        if (place, hash(key)) in self._seen:
            return "duplicate"
        self._seen.add((place, hash(key)))
        return ""

    def _unit_size(self, edit: Edit) -> int:
        units = [n for n in self._context.parents(edit.node) if isinstance(n, FunctionNode)]
        start, end = self._context.span(units[-1])
        return end - start

    def _part(self, edit: Edit) -> _Part | None:
        """What to compile for an edit; None if no piece that can stand alone holds it."""
        context = self._context
        innermost = context.statement(edit.node)
        where = context.where(edit.node)
        if where.unit is None:
            chain = [innermost, *(n for n in context.parents(innermost) if isinstance(n, ast.stmt))]
            while len(chain) > 1 and isinstance(chain[-1], ast.ClassDef):
                chain.pop()
            whole = isinstance(chain[-1], FunctionNode | ast.ClassDef)
            start, end = context.span(chain[-1])
            if whole or end - start <= MAX_UNIT:
                return self._piece(chain[-1], edit, "if 1:\n", header=whole)
            return self._piece(innermost, edit, "if 1:\n", header=True)
        kind = "async def" if isinstance(where.scope, ast.AsyncFunctionDef) else "def"
        return self._piece(innermost, edit, f"{kind} _():\n", header=True)

    def _piece(
        self, statement: ast.stmt, edit: Edit, wrapper: str, *, header: bool
    ) -> _Part | None:
        """The statement, or its header with an empty body, under a line that lets it stand."""
        context = self._context
        start, end = context.start(statement), context.span(statement)[1]
        inner = first_body(statement) if header else None
        if inner is not None:
            end = context.start(inner)
        # Some headers, and what steers a loop, can't stand without what is around them.
        needy = ast.Break | ast.Continue | ast.Match | ast.Try | ast.TryStar
        loose = header and isinstance(statement, needy)
        if loose or edit.start < start or edit.end > end or end - start > MAX_UNIT:
            return None
        line = context.lines.starts[context.lines.position(start)[0] - 1]
        indent = context.source[line:start]
        if indent.strip():
            # It follows a colon or a semicolon, and so is a simple statement.
            before = wrapper.rstrip("\n")
        else:
            before = wrapper + indent if indent else ""
        if context.source.startswith("elif", start):
            before += f"if 0: pass\n{indent}"
        return _Part(start, end, before, "pass\n" if inner is not None else "\n")


def _compiled(text: str) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = compile(text, "<mutant>", "exec", dont_inherit=True)
    assert isinstance(code, CodeType)
    return code
