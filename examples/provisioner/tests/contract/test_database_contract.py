"""The models, the statements and the migrated schema agree."""

from __future__ import annotations

from refute.contracts.database import check_queries, compare_models
from sqlalchemy import text

from provisioner.db import Database
from provisioner.domain import limits
from provisioner.models import Base
from provisioner.worker import queue


def test_models_are_what_the_migrations_made(database: Database) -> None:
    assert compare_models(Base.metadata, database.engine) == ()


def test_every_statement_of_our_own_is_one_that_the_schema_has(database: Database) -> None:
    ours = [queue._TAKE, limits._FILL, limits._TAKE]
    answer = check_queries(database.engine, ours)
    assert answer.problems == ()
    assert answer.unchecked == ()


def test_statement_with_a_slip_is_refused(database: Database) -> None:
    slip = text(queue._TAKE.text.replace("lease_until < now()", "lease_untill < now()"))
    assert len(check_queries(database.engine, [slip]).problems) == 1
