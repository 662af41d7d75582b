"""Source as text: decoding, patching, offsets, and the literals inside it.

All positions are character offsets into the decoded text with its own line ends, since that
is what a patch needs. The syntax tree counts UTF-8 bytes within a line instead.
"""

from __future__ import annotations

import ast
import bisect
import io
import re
import tokenize
from dataclasses import dataclass

from ..units import line_starts

_PIECES = re.compile(
    r"""(?P<string>\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\r\n])*"|'(?:\\.|[^'\\\r\n])*')"""
    r"""|(?P<gap>(?:\s|\\\r?\n|\#[^\r\n]*)+)""",
    re.DOTALL,
)
_GAP = r"(?:\s|\\\r?\n|#[^\r\n]*)"


def decode(data: bytes) -> tuple[str, str]:
    """The text of a source file and its encoding, by PEP 263 and a byte order mark.

    Line ends are kept. The encoding is ``utf-8-sig`` for a file with a mark, so that encoding
    the text again gives the bytes back. Raises SyntaxError for an unknown encoding and
    for bytes that it does not allow.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    try:
        return io.TextIOWrapper(io.BytesIO(data), encoding, newline="").read(), encoding
    except UnicodeDecodeError as error:
        raise SyntaxError(f"the file is not valid {encoding}: {error}") from error


def apply(source: str, start: int, end: int, text: str) -> str:
    """The source with the characters ``start:end`` replaced by ``text``."""
    return source[:start] + text + source[end:]


def normalise(text: str) -> str:
    """The text without comments, and with no more white space than keeps words apart.

    Literals stay as they are. Two spellings of the same code give the same result.
    """

    def piece(match: re.Match[str]) -> str:
        if match.lastgroup == "string":
            return match.group()
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        apart = (before.isalnum() or before == "_") and (after.isalnum() or after in "_\"'")
        return " " if match.start() and after and apart else ""

    return _PIECES.sub(piece, text).strip()


class Lines:
    """The way from the tree's positions to offsets in the text, and back."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.starts = line_starts(source)
        self._ascii = source.isascii()

    def offset(self, line: int, column: int) -> int:
        """Offset of a position of the tree: line from 1, column in UTF-8 bytes from 0."""
        start = self.starts[line - 1]
        if self._ascii:
            return start + column
        after = self.starts[line] if line < len(self.starts) else len(self.source)
        text = self.source[start:after]
        if text.isascii():
            return start + column
        return start + len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both in characters from 1."""
        line = bisect.bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def find(self, pattern: str, start: int, end: int) -> re.Match[str] | None:
        """First match between two nodes, comments left out (``group(1)`` is the match)."""
        for match in re.compile(f"#[^\r\n]*|({pattern})").finditer(self.source, start, end):
            if match.group(1) is not None:
                return match
        return None

    def within_brackets(self, start: int, end: int, low: int, high: int) -> tuple[int, int]:
        """Widen a span by the parentheses around it that lie between ``low`` and ``high``."""
        while True:
            before = re.compile(rf"\({_GAP}*\Z").search(self.source[max(low, start - 200) : start])
            after = re.compile(rf"{_GAP}*\)").match(self.source, end, high)
            if before is None or after is None:
                return start, end
            start, end = max(low, start - 200) + before.start(), after.end()


@dataclass(frozen=True, slots=True)
class Literal:
    """One string token: its span, the span of its content, its prefix in lower case, and
    the spans of its replacement fields if it is an f-string."""

    start: int
    body: int
    body_end: int
    end: int
    prefix: str
    fields: tuple[tuple[int, int], ...] = ()


_OPENING = re.compile(r"([A-Za-z]{0,2})('''|\"\"\"|'|\")")


def literals(text: str) -> list[Literal]:
    """The string tokens of a literal's text (several when adjacent ones are joined).

    Gives an empty list for a text that it does not understand.
    """
    found: list[Literal] = []
    position = 0
    while position < len(text):
        gap = re.compile(rf"{_GAP}+").match(text, position)
        if gap is not None:
            position = gap.end()
            continue
        opening = _OPENING.match(text, position)
        token = _token(text, opening) if opening is not None else None
        if token is None:
            return []
        found.append(token)
        position = token.end
    return found


def _token(text: str, opening: re.Match[str]) -> Literal | None:
    prefix, quote = opening.group(1).lower(), opening.group(2)
    formatted = "f" in prefix or "t" in prefix
    fields: list[tuple[int, int]] = []
    position = opening.end()
    while position < len(text):
        if text.startswith(quote, position):
            return Literal(
                opening.start(), opening.end(), position, position + len(quote), prefix,
                tuple(fields),
            )  # fmt: skip
        if text[position] == "\\":
            named = text.startswith("\\N{", position) and "r" not in prefix
            position = text.find("}", position) + 1 if named else position + 2
            if position == 0:
                return None
        elif formatted and text.startswith(("{{", "}}"), position):
            position += 2
        elif formatted and text[position] == "{":
            end = _field_end(text, position)
            fields.append((position, end))
            position = end
        else:
            position += 1
    return None


def _field_end(text: str, position: int) -> int:
    """End of the replacement field that opens at ``position``."""
    depth = 0
    specified = False  # past the colon of the format, where quotes are plain characters
    while position < len(text):
        char = text[position]
        specified = specified or (char == ":" and depth == 1)
        if char in "{[(":
            depth += 1
        elif char in "}])":
            depth -= 1
            if depth == 0:
                return position + 1
        elif char in "'\"" and not specified:
            opening = _OPENING.match(text, position)
            token = _token(text, opening) if opening is not None else None
            if token is not None:
                position = token.end
                continue
        position += 1
    return len(text)


def quoted(value: str | bytes, like: str) -> str:
    """A literal of the value, with the quotes that ``like`` has where that is simple."""
    text = repr(value)
    plain = text[1:-1] if isinstance(value, str) else text[2:-1]
    double = like.endswith('"')
    if double and "'" in text[:2] and '"' not in plain and "\\'" not in plain:
        text = ("" if isinstance(value, str) else "b") + f'"{plain}"'
    return text


def parses_as(text: str, node: ast.expr) -> bool:
    """Whether the text is the source of that expression, whatever the tree says of places.

    Before Python 3.12 the places of nodes inside f-strings are not always right.
    """
    try:
        return ast.dump(ast.parse(f"({text})", mode="eval").body) == ast.dump(node)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
