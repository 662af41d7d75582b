"""Mutants of small sources, as the records that are sent."""

from __future__ import annotations

from typing import Any

from refute_child.mutants import find_mutants


def one(source: str, operator: str, rules: frozenset[str] | None = None) -> dict[str, Any]:
    """The only mutant that an operator makes of a source."""
    records = find_mutants("a.py", source, frozenset({operator}), rules)
    assert len(records) == 1
    return records[0]
