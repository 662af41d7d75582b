"""Redis: a numbered database of its own for each test, on a server that nobody outlives."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from benches.real_kills import kill_once
from tests.real.places import needs
from tests.real.runs import run_tests

from refute.errors import RefuteError
from refute.real import redis
from refute.real.client import disconnect
from refute.real.redis_server.wire import Connection

pytestmark = needs("redis")


@pytest.fixture(autouse=True)
def _line() -> Iterator[None]:
    yield
    disconnect()


def test_two_databases_hold_different_things() -> None:
    with redis() as one, redis() as other:
        assert one.number != other.number
        with Connection(one.host, one.port) as mine, Connection(other.host, other.port) as theirs:
            mine.do("SELECT", one.number)
            theirs.do("SELECT", other.number)
            mine.do("SET", "greeting", "hello")
            assert mine.do("GET", "greeting") == "hello"
            assert theirs.do("GET", "greeting") is None


def test_database_is_empty_again_for_the_next_test() -> None:
    with redis() as one:
        with Connection(one.host, one.port) as session:
            session.do("SELECT", one.number)
            session.do("RPUSH", "queue", "a", "b")
        number = one.number
    with redis() as again:
        assert again.number == number
        with Connection(again.host, again.port) as session:
            session.do("SELECT", again.number)
            assert session.do("DBSIZE") == 0


def test_one_test_cannot_empty_the_databases_of_others() -> None:
    with redis() as one, Connection(one.host, one.port) as session:
        with pytest.raises(RefuteError, match="NOPERM"):
            session.do("FLUSHALL")
        assert session.do("FLUSHDB") == "OK"


def test_official_client_connects_by_url() -> None:
    library = pytest.importorskip("redis")
    with redis() as one:
        client = library.Redis.from_url(one.url, decode_responses=True)
        client.hset("user:1", mapping={"name": "Ada"})
        assert client.hgetall("user:1") == {"name": "Ada"}
        assert client.connection_pool.connection_kwargs["db"] == one.number
        client.close()


def test_address_of_the_user_is_taken_and_left_as_it_was(tmp_path: Path) -> None:
    with redis() as ours:
        with Connection(ours.host, ours.port) as session:
            session.do("SELECT", ours.number)
            session.do("SET", "theirs", "kept")
        done = run_tests(
            tmp_path,
            "from refute.real.redis_server.wire import Connection\n"
            "def test_it(redis_database):\n"
            f"    assert redis_database.number not in (0, {ours.number})\n"
            "    with Connection(redis_database.host, redis_database.port) as session:\n"
            "        session.do('SELECT', redis_database.number)\n"
            "        session.do('SET', 'ours', 'gone')\n",
            REFUTE_REDIS=f"redis://{ours.host}:{ours.port}",
        )
        assert "1 passed" in done.stdout, done.stdout
        assert f"redis: {ours.host}:{ours.port}, from REFUTE_REDIS" in done.stdout
        with Connection(ours.host, ours.port) as session:
            assert "keys" not in session.do("INFO", "keyspace").replace(f"db{ours.number}:keys", "")
            session.do("SELECT", ours.number)
            assert session.do("GET", "theirs") == "kept"


def test_foreign_address_is_refused_by_name(tmp_path: Path) -> None:
    done = run_tests(
        tmp_path,
        "def test_it(redis_database): pass\n",
        REFUTE_REDIS="redis://cache.example.com:6379",
    )
    assert "redis at cache.example.com is not on this machine" in done.stdout
    assert "1 error" in done.stdout


def test_failure_shows_the_servers_words_and_the_summary_its_route(tmp_path: Path) -> None:
    done = run_tests(tmp_path, "def test_it(redis_database): assert False\n")
    assert "redis log" in done.stdout
    assert "Ready to accept connections" in done.stdout
    assert "by the route `" in done.stdout


@pytest.mark.parametrize("after", [0.45, 1.6])
def test_kill_leaves_nothing(after: float) -> None:
    assert kill_once("redis", after).left == ()


def test_program_that_does_not_start_is_no_route(tmp_path: Path) -> None:
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    program.chmod(0o755)
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "from refute.real import registry; print(registry.provider('redis').routes({})[2])",
        ],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert said.stdout == "path: broken\n"
