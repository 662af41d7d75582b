"""The blocks and comments of a Python text, read without parsing it.

The controller may run under another Python than the project, so it can't parse the project's
code; tokens and indentation are enough to tell for which lines a comment speaks.
"""

from __future__ import annotations

import io
import re
import tokenize
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAMED = re.compile(r"\s*(?:async\s+def|def|class)\s+(\w+)")
_QUIET = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT})


@dataclass(frozen=True, slots=True)
class Block:
    """A statement with a body: lines from 1, both ends inclusive. A header begins with the
    first decorator and ends with the colon.
    """

    #: Dotted names of the functions and classes around it, with its own: ``TestShop.test_pay``;
    #: empty for all other statements.
    name: str
    first: int
    header: int
    last: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, and the line of code that it speaks for: its own, or the next one below."""

    line: int
    text: str
    target: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a text."""

    blocks: tuple[Block, ...]
    comments: tuple[Comment, ...]
    #: First and last line of each logical line.
    statements: tuple[tuple[int, int], ...]

    def line_of(self, name: str) -> int | None:
        """The last line of the header of a function or class; the last one of that name."""
        lines = [block.header for block in self.blocks if block.name == name]
        return lines[-1] if lines else None

    def reach(self, comment: Comment) -> tuple[int, int]:
        """The lines that a comment speaks for: a whole block if it stands at its header, else
        the one statement.
        """
        heads = [b for b in self.blocks if b.first <= comment.target <= b.header]
        if heads:
            inner = max(heads, key=lambda block: block.first)
            return inner.first, inner.last
        for first, last in self.statements:
            if first <= comment.target <= last:
                return first, last
        return comment.target, comment.target


@dataclass(slots=True)
class _Reader:
    lines: list[str]
    statements: list[tuple[int, int]] = field(default_factory=list)
    comments: list[tuple[int, str, bool]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    open: list[tuple[str, int, int]] = field(default_factory=list)
    decorated: int = 0

    def read(self, tokens: Iterator[tokenize.TokenInfo]) -> None:
        first = 0
        for token in tokens:
            if token.type == tokenize.COMMENT:
                alone = not token.line[: token.start[1]].strip()
                self.comments.append((token.start[0], token.string, alone))
            elif token.type == tokenize.INDENT:
                self._begin()
            elif token.type == tokenize.DEDENT:
                self._end()
            elif token.type == tokenize.NEWLINE and first:
                self._statement(first, token.start[0])
                first = 0
            if token.type not in _QUIET and token.type != tokenize.NEWLINE:
                first = first or token.start[0]

    def _statement(self, first: int, last: int) -> None:
        if self.lines[first - 1].lstrip().startswith("@"):
            self.decorated = self.decorated or first
            self.statements.append((first, last))
            return
        start, self.decorated = self.decorated or first, 0
        self.statements.append((first, last))
        if _NAMED.match(self.lines[first - 1]):
            # A body on the line of its header opens no block of its own.
            self.blocks.append(Block(self._name(first), start, last, last))

    def _name(self, line: int) -> str:
        found = _NAMED.match(self.lines[line - 1])
        around = [name for name, _, _ in self.open if name]
        return ".".join([*around[-1:], found.group(1)]) if found else ""

    def _begin(self) -> None:
        if not self.statements:
            return
        first, header = self.statements[-1]
        if self.blocks and self.blocks[-1].header == header:
            block = self.blocks.pop()
            self.open.append((block.name, block.first, header))
        else:
            self.open.append(("", first, header))

    def _end(self) -> None:
        if self.open:
            name, first, header = self.open.pop()
            self.blocks.append(Block(name, first, header, self.statements[-1][1]))


def read_outline(text: str) -> Outline:
    """The outline of a text; where the tokenizer gives up, the rest has comments alone."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader(unified.split("\n"))
    try:
        with warnings.catch_warnings():
            # From 3.12 on the tokenizer warns of odd escapes in texts: no matter of ours.
            warnings.simplefilter("ignore")
            reader.read(tokenize.generate_tokens(io.StringIO(unified).readline))
    except (tokenize.TokenError, SyntaxError):
        seen = max([last for _, last in reader.statements], default=0)
        reader.comments = [one for one in reader.comments if one[0] <= seen]
        for number, line in enumerate(reader.lines[seen:], seen + 1):
            head, mark, rest = line.partition("#")
            if mark:
                reader.comments.append((number, mark + rest, not head.strip()))
    starts = [first for first, _ in reader.statements]

    def target(line: int, alone: bool) -> int:
        below = bisect_right(starts, line)
        return starts[below] if alone and below < len(starts) else line

    comments = tuple(
        Comment(line, words, target(line, alone)) for line, words, alone in reader.comments
    )
    return Outline(tuple(reader.blocks), comments, tuple(reader.statements))
