"""What a session found, as JSON."""

from __future__ import annotations

from typing import Any

from refute import __version__
from refute.suggesting.session import Suggestions
from refute.suggestions.values import Suggestion

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
        "by": dict(one.by),
        "passes": one.passes,
        "patch": found.patch([one]).decode("utf-8", "replace"),
    }


def line_of(found: Suggestions, one: Suggestion) -> int:
    """The line of the file at which it begins, from 1."""
    text = found.files[one.candidate.point.file].text
    at = min(edit.start for edit in one.candidate.edits)
    return len(text[:at].replace("\r\n", "\n").replace("\r", "\n").split("\n"))
