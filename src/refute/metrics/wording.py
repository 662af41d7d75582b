"""What the words of a failure say: whether they show values, name a function, or are bare."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    """What a failure lets its reader know, the best first."""

    CLEAR = "clear"
    """Both values: left and right of a comparison, or what was expected and what came."""
    PARTIAL = "partial"
    """Something, but not both: words of the author's own, or one value."""
    ERROR = "error"
    """No assertion: the test's own code stumbled over what it got."""
    NOT_CALLED = "not_called"
    """Only that a double was not called."""
    BARE = "bare"
    """``assert False``, or an error without a message."""


_ASSERT = re.compile(r"^(?:AssertionError: )?assert ", re.MULTILINE)
_WHERE = re.compile(r"^\s*\+\s+(?:where|and)\s+")
_EMPTY = re.compile(
    r"(?:[\s()]|\b(?:True|False|None|not|and|or|set)\b|\b0(?:\.0)?\b|''|\"\"|\[\]|\{\})+"
)
"""What says nothing by itself: values that are false by nature, and how they are joined."""
_COMPARED = re.compile(r" (?:==|!=|<=|>=|<|>|not in|in|is not|is) ")
_OPAQUE = re.compile(r"[(\s]*<[^<>]*(?:<[^<>]*>[^<>]*)*(?:object|at 0x|id=)[^<>]*>[)\s]*")
"""A value that shows its class and where it lies in memory."""
_GENERATOR = re.compile(r"where .* = (?:all|any)\(<generator object .*>\)")
_CALLED = re.compile(
    r"Expected '?.+?'? to (?:be|have been) (?:called|awaited)(?: once)?\."
    r"(?: (?:Called|Awaited) 0 times\.)?\s*"
)
_UNASKED = re.compile(
    r"where (?:False|0) = <\w*Mock .*>\.(?:called|call_count|await_count|awaited)\b"
)
_NOT_TRUE = re.compile(
    r"(?:True|False|None|0|''|\[\]|\{\}) is not (?:true|false)(?: : (.*))?", re.DOTALL
)
_FLAGS = re.IGNORECASE | re.MULTILINE | re.DOTALL
_EXPECTED = re.compile(
    r"\bexpected\b.*\b(?:got|actual|but|was|were|found|received|obtained|calls|awaits)\b"
    r"|\b(?:got|actual|obtained)\b.*\b(?:expected|desired|wanted)\b",
    _FLAGS,
)
"""What anybody may say who tells of both sides."""
_TWO_SIDED = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        r"^did not (?:raise|warn)\b",
        r"\bnot raised(?: by .+)?$",
        r"^(?:lists|tuples|sequences|sets|dicts?|first differing) .*differ",
        r"^element counts were not equal",
        r"^items in the (?:first|second) set but not",
        r"\bactual\b.*\bdesired\b|^\s*x:.*^\s*y:",
        r"^\s*\[left\]:.*^\s*\[right\]:",
        r"^\s*regex:.*^\s*input:",
        r"^calls not found",
        r"^\S.* (?:==|!=|(?:not|unexpectedly) found in|not (?:less|greater) than|is not) \S",
    )
)
"""Assertions in words of their own: unittest's, mock's, pytest.raises', numpy's and pandas'."""

_QUOTED = 3
_WIDTH = 100


def kind_of(message: str, exception: str) -> Kind:
    """The kind of a failure, by pytest's message and the name of the exception's class."""
    text = _own(message, exception)
    starts = list(_ASSERT.finditer(text))
    if starts:
        start = starts[-1]
        kind = _of_assert(text[start.end() :])
        words = text[: start.start()].strip()
        return _of_words(words) if kind is Kind.BARE and words else kind
    if exception not in ("AssertionError", "Failed") and not exception.endswith("AssertionError"):
        return Kind.ERROR
    not_true = _NOT_TRUE.fullmatch(text)
    if not text or (not_true and not not_true[1]):
        return Kind.BARE
    if not_true:
        return _of_words(not_true[1])
    if _CALLED.fullmatch(text):
        return Kind.NOT_CALLED
    return Kind.CLEAR if any(one.search(text) for one in _TWO_SIDED) else _of_words(text)


def _of_words(said: str) -> Kind:
    """The kind of a message in words of the author's own."""
    return Kind.CLEAR if _EXPECTED.search(said) else Kind.PARTIAL


def _of_assert(said: str) -> Kind:
    """The kind of what pytest shows of an ``assert``: the expression with its values."""
    head, *rest = said.split("\n")
    origins = [line for line in rest if _WHERE.match(line)]
    if any(_UNASKED.search(line) for line in origins):
        return Kind.NOT_CALLED
    telling = [line for line in origins if not _GENERATOR.search(line)]
    if _EMPTY.fullmatch(head):
        return Kind.CLEAR if telling else Kind.BARE
    sides = _COMPARED.split(head, maxsplit=1)
    hidden = [_OPAQUE.fullmatch(side) is not None for side in sides]
    if not any(hidden) or len(rest) > len(origins):
        return Kind.CLEAR
    if telling:
        return Kind.PARTIAL
    return Kind.BARE if all(hidden) else Kind.PARTIAL


def _own(message: str, exception: str) -> str:
    """The message without the name of the exception's class before it."""
    text = re.sub(rf"\A(?:[\w.]+\.)?{re.escape(exception)}(?::|\Z)", "", message)
    return text.strip()


def names(text: str, function: str) -> bool:
    """Whether a text names a function, given by its qualified name, as a word of its own.

    Special methods go by the name of their class, lambdas by that of what is around them.
    """
    parts = [part for part in function.split(".") if not part.startswith("<")]
    while len(parts) > 1 and re.fullmatch(r"__\w+__", parts[-1]):
        parts.pop()
    return bool(parts) and re.search(rf"(?<!\w){re.escape(parts[-1])}(?!\w)", text) is not None


def quote(message: str, exception: str) -> tuple[str, ...]:
    """The first lines of a message, shortened."""
    lines = [line.rstrip() for line in message.splitlines() if line.strip()] or [exception]
    shown = [one if len(one) <= _WIDTH else f"{one[: _WIDTH - 3]}..." for one in lines[:_QUOTED]]
    return (*shown, "...") if len(lines) > _QUOTED else tuple(shown)
