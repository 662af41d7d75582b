"""Which doubles of different tests are one."""

from __future__ import annotations

from refute.observed import Double
from refute.theatre.chances import short_id


def double_id(double: Double) -> str:
    """The id of a double: the same wherever it is made, if it replaces the same."""
    named = (double.target,) if double.target else (double.name, double.file)
    return short_id("w-", *named)
