"""A database that the project's own migrations have brought to its shape, or an empty one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from refute.agreements.options import Options
from refute.agreements.process import Json, ask
from refute.real import postgres
from refute.real.postgresql.wire import Login


@dataclass(frozen=True, slots=True)
class Schema:
    """A database of our own, which is gone after the block that made it."""

    #: ``postgresql`` or ``sqlite``.
    kind: str
    #: Without a driver: ``postgresql://...`` or ``sqlite:///...``.
    url: str
    #: What the process in the project's Python said; empty when nothing was to be run there.
    done: Json = field(default_factory=dict)
    #: Who signs in, and to which database; of PostgreSQL alone.
    login: Login | None = None
    name: str = ""

    @property
    def migrated(self) -> bool:
        """Whether the project's migrations have run to their end."""
        return bool(self.done.get("migrated"))


@contextmanager
def empty(kind: str) -> Iterator[Schema]:
    """An empty database. Raises RefuteError where none is to be had."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="refute-contracts-") as folder:
            yield Schema("sqlite", f"sqlite:///{folder}/contracts.db")
        return
    with postgres() as made:
        login = Login(made.host, made.port, made.user, made.password)
        yield Schema("postgresql", made.url(), {}, login, made.name)


@contextmanager
def migrated(options: Options, root: Path, python: Path, *, all_of_it: bool) -> Iterator[Schema]:
    """A database to which the named migrations were applied; with ``all_of_it`` models and
    queries are held against it, too. Raises RefuteError where no database is to be had.
    """
    with empty(options.database) as made:
        migrations = options.migrations
        job = {
            "do": "database",
            "url": made.url,
            "driver": options.driver,
            "variable": options.url_variable,
            "migrations": migrations if ":" in migrations else str(root / migrations),
            "models": list(options.models) if all_of_it else [],
            "queries": list(options.queries) if all_of_it else [],
        }
        done = ask(python, root, job, options.timeout)
        yield Schema(made.kind, made.url, done, made.login, made.name)
