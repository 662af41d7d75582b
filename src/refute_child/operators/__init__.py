"""The mutation operators: each a small pure function from a syntax node to edits of the text.

``OPERATORS`` holds them by name. Their order is stable, and it counts: of two operators that
lead to the same text the first one has the mutant.
"""

from __future__ import annotations

from . import (
    arguments,
    conditions,
    constants,
    containers,
    expressions,
    failures,
    removals,
    values,
)
from .base import Edit, Operator

OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for module in (
        expressions,
        constants,
        conditions,
        failures,
        values,
        removals,
        arguments,
        containers,
    )
    for operator in module.OPERATORS
}

__all__ = ["OPERATORS", "Edit", "Operator"]
