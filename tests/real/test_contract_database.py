"""Models, migrations and queries against a real PostgreSQL."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.real.places import needs

from refute.contracts.database import check_queries, compare_models, migrate
from refute.real import Database, postgres

pytest.importorskip("alembic")
sqlalchemy = pytest.importorskip("sqlalchemy")

pytestmark = needs("postgres")

ENV = """\
from alembic import context
from sqlalchemy import NullPool, create_engine

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""

REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade():
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("mail", sa.Text, unique=True),
        sa.Column("since", sa.Date),
    )
    op.create_table(
        "purchase",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.Integer, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("total", sa.Numeric(10, 2), nullable=False),
        sa.Column("paid", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("notes", sa.JSON),
    )
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("project")
    (folder / "migrations" / "versions").mkdir(parents=True)
    (folder / "alembic.ini").write_text(f"[alembic]\nscript_location = {folder}/migrations\n")
    (folder / "migrations" / "env.py").write_text(ENV)
    (folder / "migrations" / "versions" / "a1.py").write_text(REVISION)
    with postgres() as made:
        migrate(folder / "alembic.ini", made.url("psycopg"))
        yield made


@pytest.fixture(scope="module")
def engine(database: Database) -> Iterator[Any]:
    made = sqlalchemy.create_engine(database.url("psycopg"))
    yield made
    made.dispose()


def models() -> tuple[Any, Any, Any]:
    """The tables as the migration makes them."""
    sa = sqlalchemy
    metadata = sa.MetaData()
    customer = sa.Table(
        "customer",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("mail", sa.Text, unique=True),
        sa.Column("since", sa.Date),
    )
    purchase = sa.Table(
        "purchase",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.Integer, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("total", sa.Numeric(10, 2), nullable=False),
        sa.Column("paid", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("notes", sa.JSON),
    )
    return metadata, customer, purchase


def test_models_and_migrations_that_agree(engine: Any) -> None:
    assert compare_models(models()[0], engine) == ()


def test_what_they_disagree_on_is_named(engine: Any) -> None:
    sa = sqlalchemy
    metadata, customer, purchase = models()
    customer.append_column(sa.Column("phone", sa.Text))
    sa.Table("refund", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Index("by_total", purchase.c.total)
    changed = sa.Column("since", sa.DateTime, nullable=False)
    customer.append_column(changed, replace_existing=True)
    found = {(one.kind, one.what): one.message for one in compare_models(metadata, engine)}
    assert set(found) == {
        ("missing-column", "customer.phone"),
        ("missing-table", "refund"),
        ("missing-index", "purchase(total)"),
        ("type", "customer.since"),
        ("nullable", "customer.since"),
    }
    assert found["nullable", "customer.since"] == (
        "the schema has null is allowed, and the models have null is not allowed"
    )
    less = sa.MetaData()
    sa.Table("customer", less, sa.Column("id", sa.Integer, primary_key=True))
    kinds = {(one.kind, one.what) for one in compare_models(less, engine)}
    assert ("extra-table", "purchase") in kinds
    assert ("extra-column", "customer.name") in kinds


COLUMNS = {
    "customer": {"id": "1", "name": "'a'", "mail": "'m'", "since": "DATE '2026-01-31'"},
    "purchase": {"id": "1", "customer_id": "1", "total": "1.5", "paid": "true"},
}

JOINED = "SELECT c.name, p.total FROM customer c JOIN purchase p ON p.customer_id = c.id"


def plain(draw: random.Random) -> str:
    """A query on the schema."""
    table = draw.choice(list(COLUMNS))
    names = list(COLUMNS[table])
    some = draw.sample(names, draw.randint(1, 3))
    by = draw.choice(names)
    value = COLUMNS[table][by]
    return draw.choice(
        [
            f"SELECT {', '.join(some)} FROM {table} WHERE {by} = {value} ORDER BY {some[0]}",
            f"SELECT count(*), {by} FROM {table} GROUP BY {by} HAVING count(*) > 1",
            f"UPDATE {table} SET {by} = {value} WHERE id = 7",
            f"DELETE FROM {table} WHERE {by} IN ({value})",
            f"{JOINED} WHERE p.paid AND c.{draw.choice(list(COLUMNS['customer']))} IS NOT NULL",
            f"INSERT INTO customer (id, name) SELECT {draw.randint(10**6, 10**9)}, '{by}'",
        ]
    )


def broken(query: str, draw: random.Random) -> str:
    """The query with one fault."""
    words = query.split(" ")
    at = draw.choice([n for n, word in enumerate(words) if word.strip("(),").isidentifier()])
    kind = draw.choice(["slip", "slip", "drop", "type"])
    if kind == "drop":
        return " ".join(words[:at] + words[at + 1 :])
    if kind == "type" and " = " in query:
        return query.rpartition(" = ")[0] + " = ARRAY[1]"
    word = words[at]
    place = draw.randrange(len(word.rstrip("(),")))
    words[at] = word[:place] + word[place] + word[place:]
    return " ".join(words)


def really(connection: psycopg.Connection[tuple[object, ...]], query: str) -> bool:
    """Whether PostgreSQL runs it; what the data forbid is no matter of the schema."""
    try:
        connection.execute(query.encode())
    except (psycopg.errors.IntegrityError, psycopg.errors.DataError):
        return True
    except psycopg.Error:
        return False
    else:
        return True
    finally:
        connection.rollback()


def test_queries_are_judged_as_the_database_judges_them(database: Database, engine: Any) -> None:
    draw = random.Random("queries")
    queries = dict.fromkeys(plain(draw) for _ in range(400))
    queries |= dict.fromkeys(broken(query, draw) for query in [*queries] * 3)
    with psycopg.connect(database.url()) as connection:
        labels = {query: really(connection, query) for query in queries}
    right = [query for query, fine in labels.items() if fine][:150]
    wrong = [query for query, fine in labels.items() if not fine][:150]
    assert min(len(right), len(wrong)) >= 100
    assert check_queries(engine, right).problems == ()
    found = check_queries(engine, wrong)
    assert [one.query for one in found.problems] == wrong
    assert found.prepared == 0


def test_placeholders_of_all_kinds(engine: Any) -> None:
    _, customer, purchase = models()
    fine = [
        "SELECT * FROM customer WHERE id = %s AND name = %s",
        "SELECT * FROM customer WHERE id = %(id)s OR id = %(id)s",
        "SELECT * FROM customer WHERE id = :id AND name <> ':no' AND since > '2026-01-31'::date",
        "SELECT * FROM customer WHERE id = $1 AND name LIKE 'a%%'",
        "SELECT notes::jsonb ? 'a' FROM purchase;",
        sqlalchemy.select(customer.c.name).where(customer.c.id == 5),
        sqlalchemy.insert(purchase).values(customer_id=1, total=2),
        sqlalchemy.update(customer).where(customer.c.mail.in_(["a", "b"])).values(name="x"),
    ]
    assert check_queries(engine, fine).problems == ()
    gone = sqlalchemy.table("customer", sqlalchemy.column("nmae"))
    (problem,) = check_queries(engine, [sqlalchemy.select(gone)]).problems
    assert problem.message.startswith("column customer.nmae does not exist. Perhaps you meant")
    assert check_queries(engine, ["CREATE TABLE t (a int)"]).unchecked == (
        "CREATE TABLE t (a int)",
    )


def test_sqlite_explains(tmp_path: Path) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    models()[0].create_all(engine)
    found = check_queries(
        engine, ["SELECT name FROM customer WHERE id = ?", "SELECT nmae FROM customer"]
    )
    engine.dispose()
    assert found.prepared == 1
    assert [one.message for one in found.problems] == ["no such column: nmae"]
