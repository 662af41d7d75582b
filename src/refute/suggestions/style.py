"""How an assertion is written, in the manners of its file."""

from __future__ import annotations

import io
import re
import tokenize

from refute.suggestions.values import Manners, Point

_MARKS = re.compile("\x00(ANY|call)\x00")
_SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()]")
_STEP = "    "
_SAME = {"True", "False", "None"}
_SHORT = {"True": "assertTrue", "False": "assertFalse", "None": "assertIsNone"}


def written(literal: str, point: Point, manners: Manners) -> str | None:
    """A literal with the file's quotes and its names for ``ANY`` and ``call``; None where it has
    no names for these.
    """
    missing: list[str] = []

    def named(match: re.Match[str]) -> str:
        name = _mock_name(match.group(1), point, manners)
        if name is None:
            missing.append(match.group(1))
        return name or ""

    text = _MARKS.sub(named, literal)
    return None if missing else quoted(text, manners.quote)


def _mock_name(name: str, point: Point, manners: Manners) -> str | None:
    for package in ("unittest.mock", "mock"):
        if f"{package}.{name}" in manners.names:
            return manners.names[f"{package}.{name}"]
    for package in ("unittest.mock", "mock"):
        if package in manners.names:
            return f"{manners.names[package]}.{name}"
    return f"mocker.{name}" if "mocker" in point.taken else None


def quoted(text: str, quote: str) -> str:
    """An expression whose texts have these quotes wherever that needs no escapes."""
    if quote == "'" or "'" not in text:
        return text
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return text
    for token in reversed(tokens):
        if token.type == tokenize.STRING and token.start[0] == 1:
            body = token.string
            prefix = body[: body.index(body[-1])]
            inside = body[len(prefix) + 1 : -1]
            if body[-1] == "'" and '"' not in inside:
                changed = f'{prefix}"{inside}"'
                text = text[: token.start[1]] + changed + text[token.end[1] :]
    return text


def regex(message: str, quote: str) -> str:
    """A pattern that finds this text, as a literal."""
    pattern = _SPECIAL.sub(lambda match: "\\" + match.group(), message)
    if not message.isprintable():
        return quoted(repr(pattern), quote)
    raw = "r" if "\\" in pattern else ""
    for mark in (quote, '"', "'"):
        if mark not in pattern and not pattern.endswith("\\"):
            return f"{raw}{mark}{pattern}{mark}"
    return repr(pattern)


def equality(subject: str, literal: str, point: Point, manners: Manners) -> str:
    """The assertion that the subject equals the literal, on one line or on a few."""
    width = manners.width - len(point.indent.expandtabs(len(_STEP)))
    if point.unittest:
        if literal in _SHORT:
            return f"self.{_SHORT[literal]}({subject})"
        pair = (literal, subject) if manners.expected_first else (subject, literal)
        line = f"self.assertEqual({pair[0]}, {pair[1]})"
        if len(line) <= width or "\n" in line:
            return line
        return _broken("self.assertEqual(", [f"{pair[0]},", pair[1]], point, manners)
    line = f"assert {subject} {'is' if literal in _SAME else '=='} {literal}"
    if len(line) <= width or "\n" in line:
        return line
    return _broken(f"assert {subject} == (", [literal], point, manners)


def call(subject: str, arguments: str, point: Point, manners: Manners) -> str:
    """A call of a double's own assertion."""
    line = f"{subject}({arguments})"
    width = manners.width - len(point.indent.expandtabs(len(_STEP)))
    if len(line) <= width or not arguments:
        return line
    if len(arguments) + len(_STEP) <= width:
        return _broken(f"{subject}(", [arguments], point, manners)
    apart = [f"{one}," for one in _arguments(arguments)]
    return _broken(f"{subject}(", apart, point, manners)


def _arguments(text: str) -> list[str]:
    """The arguments of a call, one by one."""
    parts, depth, start = list[str](), 0, 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.OP and token.start[0] == 1:
            depth += (token.string in "([{") - (token.string in ")]}")
            if token.string == "," and not depth:
                parts.append(text[start : token.start[1]].strip())
                start = token.end[1]
    return [*parts, text[start:].strip()]


def _broken(head: str, lines: list[str], point: Point, manners: Manners) -> str:
    step = "\t" if "\t" in point.indent else _STEP
    inner = f"{manners.newline}{point.indent}{step}"
    return f"{head}{inner}{inner.join(lines)}{manners.newline}{point.indent})"
