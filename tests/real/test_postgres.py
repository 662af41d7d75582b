"""A real PostgreSQL for each test, as users have it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from tests.real.places import Room, eventually, needs, room

from refute.errors import RefuteError
from refute.real import Database, in_thread, postgres
from refute.real.houses import House
from refute.real.ports import Ports, Share

pytestmark = needs("postgres")

ME, YOU = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def place() -> Iterator[Room]:
    with room() as found:
        yield found


def run(database: Database, *statements: str, admin: bool = False) -> list[tuple[object, ...]]:
    """The rows of the last statement."""
    with psycopg.connect(database.url(admin=admin)) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_each_has_a_database_of_its_own() -> None:
    with postgres() as one, postgres() as other:
        assert one.name != other.name
        run(one, "CREATE TABLE thing (a int)")
        assert run(other, "SELECT to_regclass('thing')") == [(None,)]
        assert (one.host, one.port) == (other.host, other.port)


def test_database_is_gone_afterwards() -> None:
    with postgres() as watching:
        with postgres() as database:
            name = database.name
        count = f"SELECT count(*) FROM pg_database WHERE datname = '{name}'"
        assert eventually(lambda: watching.admin(count) == [("0",)])


def test_database_goes_though_somebody_is_still_connected() -> None:
    with postgres() as watching:
        with postgres() as database:
            connection = psycopg.connect(database.dsn)
        count = f"SELECT count(*) FROM pg_database WHERE datname = '{database.name}'"
        assert eventually(lambda: watching.admin(count) == [("0",)])
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def shape(made: list[str], table: str, database: Database) -> None:
    run(database, f"CREATE TABLE {table} (a int)", f"INSERT INTO {table} VALUES (7)")
    made.append(database.name)


def test_migration_runs_once_and_is_copied() -> None:
    made: list[str] = []
    migrate = partial(shape, made, "copied")
    for _ in range(4):
        with postgres(migrate) as database:
            assert run(database, "SELECT a FROM copied") == [(7,)]
            run(database, "DELETE FROM copied")
            made.clear()
            assert database.name not in made


def test_other_values_are_another_migration() -> None:
    with postgres(partial(shape, [], "one")) as one, postgres(partial(shape, [], "two")) as two:
        assert run(one, "SELECT to_regclass('one')::text, to_regclass('two')") == [("one", None)]
        assert run(two, "SELECT to_regclass('two')::text, to_regclass('one')") == [("two", None)]


def test_owner_has_no_special_rights_and_the_administrator_has() -> None:
    with postgres() as database:
        with pytest.raises(errors.InsufficientPrivilege):
            run(database, "CREATE ROLE somebody")
        assert run(database, "SELECT current_setting('is_superuser')", admin=True) == [("on",)]


def fail_at_first(failures: list[str], database: Database) -> None:
    run(database, "CREATE TABLE half (a int)")
    if not failures:
        failures.append("failed")
        raise LookupError("no such revision")


def test_migration_that_fails_is_told_and_leaves_nothing() -> None:
    failures: list[str] = []
    migrate = partial(fail_at_first, failures)
    with pytest.raises(LookupError, match="no such revision"), postgres(migrate):
        pass
    failures.append("tried")
    with postgres(partial(fail_at_first, failures)) as database:
        assert run(database, "SELECT count(*) FROM half") == [(0,)]


def private(database: Database) -> None:
    run(
        database,
        "CREATE TABLE note (owner uuid DEFAULT auth.uid(), words text)",
        "ALTER TABLE note ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY own ON note TO authenticated USING (owner = auth.uid())",
    )


def test_policies_in_the_manner_of_supabase() -> None:
    with postgres(private, supabase=True) as database:
        connection = psycopg.connect(database.dsn)
        with database.acting_as(connection, "authenticated", {"sub": ME}) as cursor:
            cursor.execute("INSERT INTO note (words) VALUES ('mine')")
            cursor.execute("SELECT auth.role(), auth.jwt() ->> 'sub'")
            assert cursor.fetchall() == [("authenticated", ME)]
        with database.acting_as(connection, "authenticated", {"sub": YOU}) as cursor:
            cursor.execute("SELECT * FROM note")
            assert cursor.fetchall() == []
        with database.acting_as(connection, "service_role") as cursor:
            cursor.execute("SELECT words FROM note")
            assert cursor.fetchall() == [("mine",)]
        with (
            pytest.raises(errors.InsufficientPrivilege),
            database.acting_as(connection, "anon") as cursor,
        ):
            cursor.execute("INSERT INTO note (words) VALUES ('nobody')")
        assert connection.execute("SELECT current_user = session_user, auth.uid()").fetchall() == [
            (True, None)
        ]
        connection.close()


def test_a_full_pool_refuses() -> None:
    with postgres(connections=2) as database:
        held = [psycopg.connect(database.dsn) for _ in range(2)]
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            psycopg.connect(database.dsn)
        for connection in held:
            connection.close()


def test_settings_make_another_server() -> None:
    with postgres() as usual, postgres(settings={"timezone": "Asia/Tokyo"}) as other:
        assert usual.port != other.port
        assert run(other, "SHOW timezone") == [("Asia/Tokyo",)]


def test_impossible_setting_shows_the_words_of_the_server() -> None:
    with pytest.raises(RefuteError) as caught, postgres(settings={"work_mem": "plenty"}):
        pass
    assert caught.value.slug == "real-start-failed"
    assert any("work_mem" in line for line in caught.value.detail)


FAILING = """
import psycopg, pytest
pytest_plugins = ["refute.real.fixtures"]

@pytest.mark.parametrize("number", range(6))
def test_number(postgres_database, number):
    with psycopg.connect(postgres_database.dsn) as connection:
        assert connection.info.port == postgres_database.port
        connection.execute("CREATE TABLE thing (a int)")
        print("PORT", postgres_database.port)
        if number == 3:
            connection.execute("SELECT nonsense")
"""


def test_failure_shows_what_the_server_said(place: Room) -> None:
    (place.folder / "test_it.py").write_text(FAILING)
    done = place.pytest("test_it.py")
    assert "5 passed" in done.stdout
    assert "1 failed" in done.stdout
    assert "postgres log" in done.stdout
    assert 'ERROR:  column "nonsense" does not exist' in done.stdout
    assert "postgres: PostgreSQL" in done.stdout
    assert "by the route" in done.stdout
    assert eventually(place.is_clean)


@pytest.mark.skipif(find_spec("xdist") is None, reason="pytest-xdist is not installed")
def test_workers_share_one_server(place: Room) -> None:
    (place.folder / "conftest.py").write_text('pytest_plugins = ["refute.real.fixtures"]')
    (place.folder / "test_it.py").write_text(FAILING)
    done = place.pytest("test_it.py", "-n", "3", "-rP")
    assert "5 passed" in done.stdout
    ports = {line for line in done.stdout.splitlines() if line.startswith("PORT")}
    assert len(ports) == 1
    # Said once, by the process that prints.
    assert done.stdout.count("postgres: PostgreSQL") == 1
    assert eventually(place.is_clean)


def test_route_that_is_not_there_is_an_error_and_no_fake(place: Room) -> None:
    (place.folder / "test_it.py").write_text(FAILING)
    nothing = place.folder / "empty"
    nothing.mkdir()
    done = place.pytest(
        *("test_it.py", "-x"), REFUTE_POSTGRES="postgresql://db.example.com/production"
    )
    assert "real-refused" in done.stdout
    assert "postgres at db.example.com is not on this machine" in done.stdout


USING = """
import sys, time
from refute.real import postgres
with postgres() as database:
    print(database.dsn, database.lease.started["route"], flush=True)
    database.admin("CREATE TABLE thing (a int)")
    sys.stdin.read()
"""


def test_server_of_the_user_is_left_as_it_was(place: Room) -> None:
    with postgres() as database:
        before = database.admin("SELECT datname FROM pg_database WHERE datname !~ '^t_'")
        roles = database.admin("SELECT count(*) FROM pg_roles")
        user = place.start(USING, REFUTE_POSTGRES=database.url(admin=True))
        assert user.stdout is not None
        dsn, route = user.stdout.readline().split()
        assert route == "address"
        assert f":{database.port}/" in dsn
        user.communicate()
        name = dsn.rpartition("/")[2]
        gone = f"SELECT count(*) FROM pg_database WHERE datname = '{name}'"
        assert eventually(lambda: database.admin(gone) == [("0",)])
        assert eventually(lambda: database.admin("SELECT count(*) FROM pg_roles") == roles)
        after = database.admin("SELECT datname FROM pg_database WHERE datname !~ '^t_'")
        assert after == before


@pytest.mark.parametrize("victim", ["test run", "broker", "keeper", "server"])
def test_nothing_is_left_whoever_is_killed(place: Room, victim: str) -> None:
    user = place.start(USING)
    assert user.stdout is not None
    user.stdout.readline()
    server = min(place.processes())
    keeper = int(Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[1])
    broker = int(Path(f"/proc/{keeper}/stat").read_text().rpartition(")")[2].split()[1])
    killed = {"test run": user.pid, "broker": broker, "keeper": keeper, "server": server}[victim]
    os.kill(killed, signal.SIGKILL)
    user.communicate()
    assert eventually(lambda: not place.processes())
    # What a killed keeper has left on disk, the next one takes away.
    if victim == "keeper":
        place.start(USING).communicate()
    assert eventually(place.is_clean)


@pytest.mark.parametrize("entry", ["data", "data/base", "data/global/pg_control", "postgres.log"])
def test_nothing_is_left_of_a_start_that_is_given_up(entry: str) -> None:
    ports = Ports(4)
    house = House("postgres", {}, None, Share(ports))

    def start() -> None:
        with suppress(RefuteError, OSError):
            house.open()

    starter = threading.Thread(target=start)
    starter.start()
    assert eventually(lambda: house.keeper is not None)
    assert house.keeper is not None
    folder = house.keeper.directory
    eventually((folder / entry).exists)
    house.close()
    starter.join()
    ports.close()
    assert not folder.exists()


def test_in_a_thread_the_event_loop_goes_on() -> None:
    async def both() -> tuple[int, list[tuple[object, ...]]]:
        turns = 0

        async def turn() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        turning = asyncio.create_task(turn())
        # Settings of its own make it start a server, which takes a while.
        async with in_thread(postgres(settings={"work_mem": "5MB"})) as database:
            seen = turns
            rows = run(database, "SHOW work_mem")
        turning.cancel()
        return seen, rows

    turns, rows = asyncio.run(both())
    assert rows == [("5MB",)]
    assert turns > 1


def test_in_a_thread_a_failure_comes_through() -> None:
    async def fail() -> str:
        async with in_thread(postgres()) as database:
            name = database.name
            with pytest.raises(errors.UndefinedTable):
                run(database, "SELECT * FROM nothing")
            raise LookupError(name)

    with pytest.raises(LookupError) as caught:
        asyncio.run(fail())
    with postgres() as database:
        gone = f"SELECT count(*) FROM pg_database WHERE datname = '{caught.value.args[0]}'"
        assert eventually(lambda: database.admin(gone) == [("0",)])


def test_log_is_about_what_went_wrong() -> None:
    """Dropping the databases of other tests makes checkpoints: they would be all that is shown."""
    with postgres() as database:
        database.admin("CHECKPOINT")
        with pytest.raises(errors.UndefinedTable):
            run(database, "SELECT * FROM missing")
        words = database.lease.logs()
    assert 'relation "missing" does not exist' in words
    assert "checkpoint" not in words
