"""A mutant as changed text: the mutated file, an excerpt for readers, a patch for git."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from refute.errors import fail
from refute.judgement import Judged, Source
from refute.report import printable

LINE_END = re.compile(r"\r\n|\r|\n")
"""Where Python ends a line; a form feed or a Unicode separator does not end one."""

CONTEXT = 3
"""Unchanged lines around the change in a patch."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an excerpt: ``mark`` is a space, ``-`` or ``+``; numbers count from 1."""

    mark: str
    number: int | None
    text: str


def mutated(source: Source, item: Judged) -> str:
    """The whole text with the fault in it, in the line ends of the file.

    Raises RefuteError bad-report when the fault does not fit the source.
    """
    start, end = _span(source.text, item)
    replacement = item.mutant.replacement
    if "\r\n" in source.text:
        replacement = re.sub(r"(?<!\r)\n", "\r\n", replacement)
    return source.text[:start] + replacement + source.text[end:]


def _span(text: str, item: Judged) -> tuple[int, int]:
    """Offsets of the fault in the text.

    A tool that read the file with other line ends counted other offsets, while lines and
    columns are the same for all.
    """
    mutant = item.mutant
    if text[mutant.start : mutant.end] == mutant.original:
        return mutant.start, mutant.end
    starts = [0, *(match.end() for match in LINE_END.finditer(text))]
    if mutant.end_line <= len(starts):
        start = starts[mutant.line - 1] + mutant.column - 1
        end = starts[mutant.end_line - 1] + mutant.end_column - 1
        if LINE_END.sub("\n", text[start:end]) == LINE_END.sub("\n", mutant.original):
            return start, end
    fail("bad-report", f"{mutant.id} does not fit the source of {mutant.file} in the report.")


def excerpt(
    source: Source | None, item: Judged, *, before: int = 1, after: int = 0, most: int = 0
) -> tuple[Line, ...]:
    """The change in lines, with so many unchanged ones before and after it.

    ``most`` shortens each of the two sides to so many lines (0: all). Without a source only
    the changed text itself is shown.
    """
    if source is None:
        old, new = item.mutant.original.splitlines(), item.mutant.replacement.splitlines()
        return _sides(old, new, item.mutant.line, most)
    old = LINE_END.split(source.text)
    new = LINE_END.split(mutated(source, item))
    top, tail = _common(old, new)
    changed = _sides(old[top : len(old) - tail], new[top : len(new) - tail], top + 1, most)
    above = range(max(0, top - before), top)
    if not after and not any(old[number].strip() for number in above):
        # A blank line tells nothing; what follows a decorator, say, tells what it was on.
        above, after = range(0), before
    below = range(len(old) - tail, min(len(old) - tail + after, len(old)))
    if not any(old[number].strip() for number in below):
        below = range(0)
    return (
        *(Line(" ", number + 1, old[number]) for number in above),
        *changed,
        *(Line(" ", number + 1, old[number]) for number in below),
    )


def _common(old: Sequence[object], new: Sequence[object]) -> tuple[int, int]:
    """How many items are equal at the beginning, and of the rest at the end."""
    least = min(len(old), len(new))
    top = 0
    while top < least and old[top] == new[top]:
        top += 1
    tail = 0
    while tail < least - top and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return top, tail


def _sides(old: list[str], new: list[str], first: int, most: int) -> tuple[Line, ...]:
    # What is left of a removed statement is its indentation, which tells a reader nothing.
    new = [line for line in new if line.strip()]
    return (*_shorten("-", old, first, most), *_shorten("+", new, None, most))


def _shorten(mark: str, lines: list[str], first: int | None, most: int) -> list[Line]:
    shown = lines if not most or len(lines) <= most else lines[: max(1, most - 1)]
    found = [
        Line(mark, None if first is None else first + offset, line)
        for offset, line in enumerate(shown)
    ]
    if len(shown) < len(lines):
        found.append(Line(mark, None, f"... {len(lines) - len(shown)} more lines"))
    return found


def fitted(lines: Sequence[Line], width: int) -> Iterator[Line]:
    """The lines without their common indentation, cut so that the change stays in sight."""
    texts = [printable(line.text) for line in lines]
    margins = [len(text) - len(text.lstrip()) for text in texts if text.strip()]
    texts = [text[min(margins, default=0) :] for text in texts]
    changed = [text for line, text in zip(lines, texts, strict=True) if line.mark != " "]
    start = _window(changed, width)
    for line, text in zip(lines, texts, strict=True):
        offset = start if line.mark != " " else 0
        shown = "..." + text[offset + 3 :] if offset else text
        yield Line(
            line.mark, line.number, shown if len(shown) <= width else shown[: width - 3] + "..."
        )


def _window(texts: Sequence[str], width: int) -> int:
    """Where to begin lines that are too long: a little before the first difference."""
    if len(texts) < 2 or max(len(text) for text in texts) <= width:
        return 0
    first, second = texts[0], texts[1]
    pairs = enumerate(zip(first, second, strict=False))
    differs = next((at for at, (one, other) in pairs if one != other), 0)
    return max(0, differs - width // 2)


def patch(source: Source, item: Judged) -> bytes:
    """A patch that ``git apply`` takes in the project's root, whatever git's own root is.

    It works on bytes, so that encoding, line ends and a missing last one stay as they are.
    There is no ``diff --git`` line: with one, git would count the path from its own root.
    """
    old = _lines(source.data)
    new = _lines(mutated(source, item).encode(source.encoding))
    top, tail = _common(old, new)
    first, last_old, last_new = max(0, top - CONTEXT), len(old) - tail, len(new) - tail
    below = old[last_old : last_old + CONTEXT]
    body = [
        *_marked(b" ", old[first:top]),
        *_marked(b"-", old[top:last_old]),
        *_marked(b"+", new[top:last_new]),
        *_marked(b" ", below),
    ]
    sizes = (last_old - first + len(below), last_new - first + len(below))
    before, after = (f"{first + 1 if size else first},{size}" for size in sizes)
    header = [
        b"--- " + _path("a/", item.mutant.file),
        b"+++ " + _path("b/", item.mutant.file),
        f"@@ -{before} +{after} @@\n".encode(),
    ]
    return b"".join(header + body)


def _lines(data: bytes) -> list[bytes]:
    """Lines as git sees them: a line feed alone ends one."""
    return re.findall(rb"[^\n]*\n|[^\n]+", data)


def _marked(mark: bytes, lines: Sequence[bytes]) -> list[bytes]:
    ended = (
        line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"
        for line in lines
    )
    return [mark + line for line in ended]


def _path(side: str, file: str) -> bytes:
    """A path as git writes it: quoted when it has to be, ended by a tab when it has spaces."""
    name = os.fsencode(side + file)
    end = b"\t\n" if b" " in name else b"\n"
    special = {
        0x22: rb"\"",
        0x5C: rb"\\",
        0x07: rb"\a",
        0x08: rb"\b",
        0x09: rb"\t",
        0x0A: rb"\n",
        0x0B: rb"\v",
        0x0C: rb"\f",
        0x0D: rb"\r",
    }
    quoted = b"".join(
        special.get(byte, bytes([byte]) if 0x20 <= byte < 0x7F else b"\\%03o" % byte)
        for byte in name
    )
    return (b'"' + quoted + b'"' if quoted != name else name) + end
