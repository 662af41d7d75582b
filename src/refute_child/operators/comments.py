"""Comments that ask for silence, and the lines that they speak for."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from .context import Context
from .reach import first_line, header

Block = ast.stmt | ast.ExceptHandler | ast.match_case

_NO_COVER = re.compile(r"#\s*pragma[:\s]?\s*no\s*cover", re.IGNORECASE)
_SKIP = re.compile(r"#\s*refute:\s*skip(?:\[([^\]]*)\])?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Comments:
    """The lines on which comments ask for silence: from all, or from named operators."""

    uncovered: tuple[tuple[int, int], ...] = ()
    skipped: tuple[tuple[int, int, frozenset[str]], ...] = ()

    @classmethod
    def of(cls, context: Context) -> Comments:
        """Read the comments of a module."""
        if not (_NO_COVER.search(context.source) or _SKIP.search(context.source)):
            return cls()
        uncovered: list[tuple[int, int]] = []
        skipped: list[tuple[int, int, frozenset[str]]] = []
        statements = [n for n in ast.walk(context.tree) if isinstance(n, Block)]
        for line, comment in _comments(context.source):
            skip = _SKIP.search(comment)
            if _NO_COVER.search(comment):
                uncovered.append(_extent(statements, line))
            if skip is not None:
                names = (skip.group(1) or "").split(",")
                wanted = frozenset(name.strip() for name in names if name.strip())
                skipped.append((*_extent(statements, line), wanted))
        return cls(tuple(uncovered), tuple(skipped))


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each comment."""
    unified = source.replace("\r\n", "\n").replace("\r", "\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(unified).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    except (tokenize.TokenError, SyntaxError):
        # The parser takes what the tokenizer refuses; the rest has no comments for us.
        return


def _extent(statements: list[Block], line: int) -> tuple[int, int]:
    """The lines that a comment on a line speaks for: a whole block if the line is its header,
    the whole statement if it is part of one, else the line alone."""
    best: tuple[int, int] | None = None
    for node in statements:
        for first, last, end in _parts(node):
            if first <= line <= last and (best is None or end - first <= best[1] - best[0]):
                best = (first, end)
    return best or (line, line)


def _parts(node: ast.AST) -> Iterator[tuple[int, int, int]]:
    """First and last line of each header of a statement, and the last line of its block."""
    if isinstance(node, ast.match_case):
        start = node.pattern.lineno
        yield start, max(start, first_line(node.body[0]) - 1), _end(node.body)
    elif isinstance(node, ast.ExceptHandler):
        yield node.lineno, max(node.lineno, first_line(node.body[0]) - 1), _end(node.body)
    elif isinstance(node, ast.stmt):
        first, last = header(node)
        body = getattr(node, "body", None)
        yield first, last, _end(body) if isinstance(body, list) else last
        above = _end(body) if isinstance(body, list) else last
        for field in ("orelse", "finalbody"):
            block = getattr(node, field, None)
            handlers = getattr(node, "handlers", None)
            above = max(above, _end(handlers)) if handlers else above
            # An `elif` is a statement with a header of its own.
            if block and not (isinstance(node, ast.If) and isinstance(block[0], ast.If)):
                yield above + 1, max(above + 1, first_line(block[0]) - 1), _end(block)
                above = _end(block)


def _end(body: list[ast.stmt]) -> int:
    return body[-1].end_lineno or body[-1].lineno
