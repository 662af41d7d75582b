"""What a session found, as JSON."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from refute import __version__
from refute.judgement import Advice, Replacement, Suggested
from refute.suggesting.session import Suggestions
from refute.suggestions.values import Edit, Suggestion

_LINE_END = re.compile(r"\r\n|\n|\r")

SCHEMA = "refute-suggestions/1"


def to_json(found: Suggestions) -> dict[str, Any]:
    """The document; patches are text, with what is not UTF-8 replaced."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "refute", "version": __version__},
        "asked": [{"id": one.id, "where": one.where, "change": one.what} for one in found.asked],
        "suggestions": [_suggestion(found, one) for one in found.found],
        "nothing": [{"id": one.fault, "reason": one.reason} for one in found.nothing],
        "candidates": {"tried": found.tried, "held": found.held},
        "patch": found.patch(found.found).decode("utf-8", "replace"),
        "seconds": round(found.seconds, 3),
    }


def _suggestion(found: Suggestions, one: Suggestion) -> dict[str, Any]:
    asked = {target.id for target in found.asked}
    return {
        "kind": one.candidate.kind.value,
        "file": one.candidate.point.file,
        "function": one.candidate.point.function,
        "line": line_of(found, one),
        "assertion": one.candidate.says,
        "tests": list(one.tests),
        "told": [fault for fault in one.told if fault in asked],
        "also_told": [fault for fault in one.told if fault not in asked],
        "refused": list(one.refused),
        "by": dict(one.by),
        "passes": one.passes,
        "patch": found.patch([one]).decode("utf-8", "replace"),
    }


def to_keep(found: Suggestions) -> Suggested:
    """The same for what is kept beside the report."""
    return Suggested(
        tuple(_advice(found, one) for one in found.found),
        {one.fault: one.reason for one in found.nothing},
    )


def _advice(found: Suggestions, one: Suggestion) -> Advice:
    point = one.candidate.point
    about = "\0".join((point.file, point.function, one.candidate.says))
    text = found.files[point.file].text
    return Advice(
        id="s-" + hashlib.sha256(about.encode("utf-8", "surrogatepass")).hexdigest()[:8],
        kind=one.candidate.kind.value,
        file=point.file,
        function=point.function,
        line=line_of(found, one),
        assertion=one.candidate.says,
        tests=one.tests,
        told=one.told,
        refused=one.refused,
        passes=one.passes,
        patch=found.patch([one]).decode("utf-8", "replace"),
        replacements=tuple(_replacement(text, edit) for edit in one.candidate.edits),
    )


def _replacement(text: str, edit: Edit) -> Replacement:
    return Replacement(*_place(text, edit.start), *_place(text, edit.end), edit.text)


def _place(text: str, at: int) -> tuple[int, int]:
    """Line and column of a character, from 1."""
    before = _LINE_END.split(text[:at])
    return len(before), len(before[-1]) + 1


def line_of(found: Suggestions, one: Suggestion) -> int:
    """The line of the file at which it begins, from 1."""
    text = found.files[one.candidate.point.file].text
    at = min(edit.start for edit in one.candidate.edits)
    return len(text[:at].replace("\r\n", "\n").replace("\r", "\n").split("\n"))
