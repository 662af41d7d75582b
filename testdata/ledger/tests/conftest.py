import psycopg
import pytest

from ledger.schema import migrate

pytest_plugins = ["refute.real.fixtures"]


def _migrate(database):
    with psycopg.connect(database.dsn) as connection:
        migrate(connection)


@pytest.fixture(scope="session")
def postgres_migration():
    return _migrate


@pytest.fixture
def connection(postgres_database):
    with psycopg.connect(postgres_database.dsn) as connection:
        yield connection
