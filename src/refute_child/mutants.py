"""All mutants of one source file, as records for the controller.

The functions here are pure: they read text and give records, and write nothing.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .definitions import definition
from .operators import OPERATORS, Edit, Operator
from .operators.base import FunctionNode
from .operators.context import Context
from .operators.reach import first_line, reach
from .operators.text import apply, decode, normalise
from .operators.viability import Checker, same_code
from .suppress import RULES, Suppressor
from .units import Module, UnknownUnit

__all__ = ["apply", "decode", "find_mutants", "same_code"]

_LONG = 500
"""Characters of the longest expression whose text goes into an id as a whole."""

_REASONS = {
    "unviable": "it does not compile",
    "equivalent": "it compiles to the same code",
}


def find_mutants(
    path: str,
    source: str,
    operators: frozenset[str] | None = None,
    rules: frozenset[str] | None = None,
) -> list[dict[str, Any]]:
    """The mutants of a file, in order of the text, each with the fields of a ``Mutant``.

    ``path`` is relative to the project's root, with forward slashes; ``source`` the decoded
    text with its own line ends (see ``decode``). ``operators`` and ``rules`` name the operators
    to use and the rules of suppression in force; None means all. Excluded mutants are in the
    list, with ``excluded`` and ``reason`` set. One that leads to the same text or the same code
    as an earlier one is left out. Functions of more than a few thousand characters are not
    compiled as a whole, so that some equivalent mutants are not found there.

    Raises SyntaxError if the text does not parse, KeyError for a name that does not exist.
    """
    module = Module(path, source)
    context = Context(source, module.tree)
    suppressor = Suppressor(context, RULES if rules is None else {n: RULES[n] for n in rules})
    checker = Checker(module, context)
    chosen = [op for name, op in OPERATORS.items() if operators is None or name in operators]
    for name in operators or ():
        OPERATORS[name]
    records: list[dict[str, Any]] = []
    counts: Counter[tuple[str, ...]] = Counter()
    for operator, edit in _distinct(context, chosen):
        record = _record(path, context, operator, edit)
        identity = _identity(path, context, operator, edit)
        counts[identity] += 1
        record["id"] = _hash(identity, counts[identity])
        rule = suppressor.rule(edit, operator.name)
        if rule is not None:
            record["excluded"], record["reason"] = "suppressed", rule
        else:
            verdict = checker.verdict(edit)
            if verdict == "duplicate":
                continue
            record["excluded"], record["reason"] = verdict, _REASONS.get(verdict, "")
            _in_definition(context, module, record, edit)
        records.append(record)
    return records


def _distinct(context: Context, operators: list[Operator]) -> Iterator[tuple[Operator, Edit]]:
    """All edits in order of the text, without those that lead to the same text."""
    found: dict[tuple[int, int, str], tuple[int, Operator, Edit]] = {}
    by_type: dict[type[ast.AST], list[tuple[int, Operator]]] = {}
    for rank, operator in enumerate(operators):
        for kind in operator.nodes:
            by_type.setdefault(kind, []).append((rank, operator))
    for node in context.nodes:
        for rank, operator in by_type.get(type(node), ()):
            for edit in operator.function(node, context):
                spaced = _spaced(context.source, edit)
                key = _effect(context.source, spaced)
                if key is not None and (key not in found or rank < found[key][0]):
                    found[key] = (rank, operator, spaced)
    ordered = sorted(
        found.values(), key=lambda item: (item[2].start, item[2].end, item[0], item[2].text)
    )
    for _, operator, edit in ordered:
        yield operator, edit


def _spaced(source: str, edit: Edit) -> Edit:
    """The edit with a space where a word would grow together with its neighbour."""
    before, after = source[max(0, edit.start - 1) : edit.start], source[edit.end : edit.end + 1]
    text = edit.text
    if not text:
        return replace(edit, text=" ") if _word(before) and _word(after) else edit
    if _word(before) and _word(text[0]) and not _word(source[edit.start : edit.start + 1]):
        text = f" {text}"
    if _word(after) and _word(text[-1]) and not _word(source[edit.end - 1 : edit.end]):
        text = f"{text} "
    return edit if text == edit.text else replace(edit, text=text)


def _word(text: str) -> bool:
    return bool(text) and (text[-1].isalnum() or text[-1] == "_")


def _effect(source: str, edit: Edit) -> tuple[int, int, str] | None:
    """What an edit does to the text, alike for all edits that do the same; None for nothing."""
    start, end, text = edit.start, edit.end, edit.text
    original = source[start:end]
    if original == text:
        return None
    common = 0
    while common < min(len(original), len(text)) and original[common] == text[common]:
        common += 1
    start, text = start + common, text[common:]
    while text and end > start and source[end - 1] == text[-1]:
        end, text = end - 1, text[:-1]
    # Which of two equal neighbours goes makes no difference: the last one is meant.
    while not text and end < len(source) and source[start] == source[end]:
        start, end = start + 1, end + 1
    while start == end and start < len(source) and text and source[start] == text[0]:
        start, end, text = start + 1, end + 1, text[1:] + text[0]
    return start, end, text


def _identity(path: str, context: Context, operator: Operator, edit: Edit) -> tuple[str, ...]:
    """What makes a mutant the same one after edits elsewhere in the file."""
    start, end = edit.start, edit.end
    if isinstance(edit.node, ast.expr):
        low, high = context.span(edit.node)
        if high - low <= _LONG:
            start, end = min(start, low), max(end, high)
    before = context.source[start:end]
    after = apply(before, edit.start - start, edit.end - start, edit.text)
    function = context.where(edit.node).function
    return path, function, operator.name, normalise(before), normalise(after)


def _hash(identity: tuple[str, ...], ordinal: int) -> str:
    text = "\0".join([*identity, str(ordinal)])
    return "m-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _in_definition(context: Context, module: Module, record: dict[str, Any], edit: Edit) -> None:
    """Enter a simple fault of a function's definition under that function, whose body's lines
    are what reaches it: it makes a difference only when the function is called.
    """
    node: ast.AST | None = edit.node
    while node is not None and not isinstance(node, FunctionNode):
        node = context.parent(node)
    if node is None or record["unit"] is not None:
        return
    span = (record["start"], record["end"], record["replacement"])
    try:
        if definition(module, record["function"], node.lineno, span) is None:
            return
    except (UnknownUnit, SyntaxError):
        return
    record["unit"], record["unit_line"] = record["function"], node.lineno
    last = node.body[-1]
    record["lines"] = ((first_line(node.body[0]), last.end_lineno or last.lineno),)


def _record(path: str, context: Context, operator: Operator, edit: Edit) -> dict[str, Any]:
    where = context.where(edit.node)
    line, column = context.lines.position(edit.start)
    end_line, end_column = context.lines.position(edit.end)
    return {
        "id": "",
        "file": path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "start": edit.start,
        "end": edit.end,
        "function": where.function,
        "operator": operator.name,
        "original": context.source[edit.start : edit.end],
        "replacement": edit.text,
        "lines": reach(context, edit),
        "unit": where.unit,
        "unit_line": where.unit_line,
        "excluded": "",
        "reason": "",
    }
