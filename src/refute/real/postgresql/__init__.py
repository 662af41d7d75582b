"""PostgreSQL for tests: started once a run, and a database of its own for each test."""

from __future__ import annotations

from refute.real.postgresql.database import Database, Migration, postgres

__all__ = ["Database", "Migration", "postgres"]
