"""Statements that doubles took, held against real databases."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.real.places import needs

from refute.agreements.database import empty
from refute.agreements.options import Options
from refute.agreements.statements import Asked, check_statements, prepare
from refute.contracts import Accepted, Refused, Unknown

PYTHON = Path(sys.executable)
MIGRATION = """\
import sqlite3

def migrate(url):
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT)")
    connection.commit()
"""


def judged(*asked: Asked, options: Options | None = None, root: Path | None = None) -> list[str]:
    words = {Accepted: "accepted", Refused: "refused", Unknown: "unknown"}
    found = check_statements(asked, options or Options(), root or Path.cwd(), PYTHON)
    return [words[type(found[one])] for one in asked]


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=needs("postgres"))]
)
def test_without_a_schema_the_grammar_alone_decides(database: str) -> None:
    asked = [
        ("SELECT 1", "accepted"),
        ("SELECT name FROM customer WHERE id = %s", "unknown"),
        ("SELECT name FORM customer", "refused"),
        ("DELETE customer WHERE id = :id", "refused"),
        ("SELECT 1; SELECT 2", "unknown"),
        ("TRUNCATE customer", "unknown"),
    ]
    assert judged(*((text, database) for text, _ in asked)) == [label for _, label in asked]


@needs("postgres")
def test_a_question_mark_is_no_operator_for_certain() -> None:
    with empty("postgresql") as schema:
        asked = [("SELECT 1 WHERE 1 = ? AND 2 = ?", ""), ("SELECT 1 FORM x", "")]
        said = prepare(asked, schema, PYTHON)
    assert [type(said[one]) for one in asked] == [Unknown, Refused]


def test_nobody_guesses_which_database_it_is() -> None:
    assert judged(("SELECT FROM WHERE", ""), ("SELECT FROM WHERE", "mysql")) == ["unknown"] * 2


with_sqlalchemy = pytest.mark.skipif(
    not (find_spec("sqlalchemy") and find_spec("alembic")),
    reason="SQLAlchemy and Alembic are not installed",
)


@with_sqlalchemy
def test_with_migrations_the_schema_decides(tmp_path: Path) -> None:
    (tmp_path / "shop_migrations.py").write_text(MIGRATION)
    options = Options(migrations="shop_migrations:migrate", database="sqlite")
    asked = [
        ("SELECT name FROM customer WHERE id = ?", "accepted"),
        ("SELECT nmae FROM customer", "refused"),
        ("SELECT name FROM customers", "refused"),
        ("SELECT own(name) FROM customer", "unknown"),
        ("SELECT name FROM customer WHERE name = '***'", "accepted"),
    ]
    said = judged(*((text, "") for text, _ in asked), options=options, root=tmp_path)
    assert said == [label for _, label in asked]


@with_sqlalchemy
def test_migrations_that_fail_decide_nothing(tmp_path: Path) -> None:
    (tmp_path / "shop_migrations.py").write_text("def migrate(url):\n    raise ValueError(url)\n")
    options = Options(migrations="shop_migrations:migrate", database="sqlite")
    asked = ("SELECT FROM", "")
    (answer,) = check_statements([asked], options, tmp_path, PYTHON).values()
    assert isinstance(answer, Unknown)
    assert "does not run to its end: ValueError" in answer.reason
