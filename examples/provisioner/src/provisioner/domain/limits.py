"""Rate limits: a bucket a caller, kept in the database so that all API processes share it."""

from __future__ import annotations

from math import ceil

from sqlalchemy import text
from sqlalchemy.orm import Session

from provisioner.domain.problems import Problem

_FILL = text("""
INSERT INTO rate_limits AS kept (key, tokens, at)
VALUES (:key, :size, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET
  tokens = LEAST(:size, kept.tokens
    + extract(epoch FROM clock_timestamp() - kept.at) * :size / 60.0),
  at = clock_timestamp()
RETURNING tokens
""")
_TAKE = text("UPDATE rate_limits SET tokens = tokens - 1 WHERE key = :key")


def take(session: Session, key: str, per_minute: int) -> None:
    """Count a request. Raises Problem ``too-many-requests`` with the seconds to wait.

    A bucket holds a minute's requests and fills steadily. What is refused is not counted: who
    asks on while the bucket is empty waits no longer for it.
    """
    left = session.execute(_FILL, {"key": key, "size": float(per_minute)}).scalar_one()
    if left < 1:
        wait = ceil((1 - left) * 60 / per_minute)
        raise Problem(
            "too-many-requests",
            429,
            f"More than {per_minute} requests a minute: wait {wait} s.",
            {"Retry-After": str(wait)},
        )
    session.execute(_TAKE, {"key": key})


def sweep(session: Session) -> int:
    """Forget buckets that are full again; how many."""
    result = session.execute(
        text(
            "WITH gone AS (DELETE FROM rate_limits "
            "WHERE at < clock_timestamp() - interval '2 minutes' RETURNING 1) "
            "SELECT count(*) FROM gone"
        )
    )
    return int(result.scalar_one())
