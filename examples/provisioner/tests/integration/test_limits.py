"""How many requests are too many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from provisioner.db import Database
from provisioner.domain import limits
from provisioner.domain.problems import Problem
from provisioner.models import (
    RateLimit,
)


def test_one_request_a_minute_is_one(database: Database) -> None:
    with database.service() as session:
        limits.take(session, "k", 1)
    with pytest.raises(Problem) as refused, database.service() as session:
        limits.take(session, "k", 1)
    assert 55 <= int(refused.value.headers["Retry-After"]) <= 60


def test_bucket_fills_again_and_is_forgotten_when_full(database: Database) -> None:
    def take() -> int:
        try:
            with database.service() as session:
                limits.take(session, "k", 60)
        except Problem as refused:
            return int(refused.headers["Retry-After"])
        return 0

    def age(seconds: int) -> None:
        with database.service() as session:
            kept = session.get_one(RateLimit, "k")
            kept.tokens, kept.at = 0.0, datetime.now(UTC) - timedelta(seconds=seconds)

    assert take() == 0
    age(0)
    assert take() == 1
    # Half a minute brings half of a minute's requests, and not more.
    age(30)
    with database.service() as session:
        limits.take(session, "k", 60)
        assert 28.9 < session.get_one(RateLimit, "k").tokens < 31
    age(100_000)
    with database.service() as session:
        limits.take(session, "k", 60)
        session.expire_all()
        assert session.get_one(RateLimit, "k").tokens == pytest.approx(59, abs=0.1)
    with database.service() as session:
        assert limits.sweep(session) == 0
    age(121)
    with database.service() as session:
        assert limits.sweep(session) == 1
