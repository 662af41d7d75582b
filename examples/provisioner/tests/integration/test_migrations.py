"""The database's shape, there and back, and as the code sees it."""

from __future__ import annotations

import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi.testclient import TestClient
from refute.real import Database as RealDatabase
from refute.real import postgres
from sqlalchemy import create_engine

from provisioner import migrations
from provisioner.db import Database
from provisioner.models import Base


def test_models_are_what_the_migrations_make(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def tables(real: RealDatabase) -> set[str | None]:
    found = real.admin("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {row[0] for row in found}


def test_there_and_back_again() -> None:
    with postgres(supabase=True) as real:
        url = real.url("psycopg")
        migrations.upgrade(url)
        assert tables(real) == {*Base.metadata.tables, "alembic_version"}
        migrations.downgrade(url)
        assert tables(real) == {"alembic_version"}
        functions = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        assert real.admin(functions) == []
        migrations.upgrade(url)
        assert tables(real) == {*Base.metadata.tables, "alembic_version"}


def test_three_that_migrate_at_once_wait_for_one_another() -> None:
    """As when three pods of a new version start."""
    with postgres(supabase=True) as real:
        code = "import sys; from provisioner import migrations; migrations.upgrade(sys.argv[1])"
        line = [sys.executable, "-c", code, real.url("psycopg")]
        processes = [subprocess.Popen(line) for _ in range(3)]
        assert [process.wait() for process in processes] == [0, 0, 0]
        assert tables(real) == {*Base.metadata.tables, "alembic_version"}


def test_server_that_is_not_supabases_gets_the_roles() -> None:
    """By somebody who may make roles; here that is the administrator."""
    with postgres() as real:
        migrations.upgrade(real.url("psycopg", admin=True))
        ours = Database(real.url("psycopg", admin=True))
        with ours.anonymous() as session:
            assert session.connection().exec_driver_sql("SELECT current_user").scalar() == "anon"
        ours.close()


def test_older_database_is_not_ready(client: TestClient, postgres_database: RealDatabase) -> None:
    migrations.downgrade(postgres_database.url("psycopg"), "0001")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "The database is at 0001, not at 0003."


def test_newest_is_what_a_new_database_has(postgres_database: RealDatabase) -> None:
    engine = create_engine(postgres_database.url("psycopg"))
    with engine.connect() as connection:
        assert migrations.current(connection) == migrations.newest() == "0003"
    engine.dispose()
