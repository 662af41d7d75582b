"""Redis for tests: started once a run, and a numbered database of its own for each test."""

from __future__ import annotations

from refute.real.redis_server.database import RedisDatabase, redis

__all__ = ["RedisDatabase", "redis"]
