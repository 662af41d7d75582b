"""What happens when there are no connections left: a polite no, and no lasting harm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import psycopg
import pytest
from fastapi.testclient import TestClient
from refute.real import Database as RealDatabase
from refute.real import postgres

from provisioner.api.app import build
from provisioner.api.parts import Parts
from provisioner.db import Busy, Database
from tests.conftest import migrated


@pytest.fixture
def small(postgres_database: RealDatabase) -> Iterator[Database]:
    """Two connections, and little patience."""
    made = Database(postgres_database.url("psycopg"), pool=2, wait=0.05)
    yield made
    made.close()


def test_full_pool_turns_away_and_recovers(small: Database) -> None:
    with small.service(), small.service(), pytest.raises(Busy), small.service():
        pass
    with small.service(), small.service():
        pass


def test_errors_give_their_connections_back(small: Database) -> None:
    for _ in range(10):
        with pytest.raises(RuntimeError), small.service():
            raise RuntimeError
    with small.service(), small.service():
        pass


def test_api_says_that_it_is_busy_and_when_to_come_again(parts: Parts, small: Database) -> None:
    given = {"email": "ann@example.com", "password": "correct horse battery"}
    with TestClient(build(replace(parts, database=small))) as client:
        with small.service(), small.service():
            answer = client.post("/v1/accounts", json=given)
            assert (answer.status_code, answer.json()["type"]) == (503, "busy")
            assert answer.headers["Retry-After"] == "1"
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").status_code == 503
        assert client.post("/v1/accounts", json=given).status_code == 201
        assert client.get("/readyz").status_code == 200


def test_full_server_is_busy_too() -> None:
    """The database itself takes no more connections, whoever holds them."""
    with postgres(migrated, supabase=True, connections=3) as real, ExitStack() as stack:
        database = Database(real.url("psycopg"), pool=5, wait=0.05)
        stack.callback(database.close)
        others = [stack.enter_context(psycopg.connect(real.dsn)) for _ in range(3)]
        with pytest.raises(Busy), database.service():
            pass
        others[0].close()
        with database.service():
            pass


def test_connections_that_the_server_has_closed_are_replaced(
    postgres_database: RealDatabase, small: Database
) -> None:
    with small.service():
        pass
    postgres_database.admin(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with small.service():
        pass
