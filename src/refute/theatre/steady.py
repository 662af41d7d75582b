"""Values in the words of a report, without what changes from run to run by itself."""

from __future__ import annotations

import re

_PASSING = (
    (re.compile(r"pytest-of-[^/\s'\"]+/pytest-\d+"), "pytest-of-…/pytest-…"),
    (re.compile(r"/tmp/tmp\w{6,}"), "/tmp/tmp…"),
    (re.compile(r"\b0x[0-9a-fA-F]{6,}\b"), "0x…"),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "…"),
)
"""Temporary folders of pytest and of tempfile, addresses of objects, random UUIDs."""


def steady(text: str) -> str:
    """The text, the same in each run."""
    for pattern, put in _PASSING:
        text = pattern.sub(put, text)
    return text


def steady_change(before: str, after: str) -> tuple[str, str]:
    """Two values that differ, in words that still do."""
    one, other = steady(before), steady(after)
    if one == other and before != after:
        return one, f"another {other}"
    return one, other
