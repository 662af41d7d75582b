"""Databases: models and queries against a real, migrated schema."""

from __future__ import annotations

from refute.contracts.database.models import Difference, compare_models, migrate
from refute.contracts.database.queries import QueriesAnswer, QueryProblem, askable, check_queries

__all__ = [
    "Difference",
    "QueriesAnswer",
    "QueryProblem",
    "askable",
    "check_queries",
    "compare_models",
    "migrate",
]
