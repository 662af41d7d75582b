"""A PostgreSQL database of a test's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from refute.real.client import Lease, lease
from refute.real.postgresql.template import executed, fault_in, key_of
from refute.real.provider import Json

Migration = Callable[["Database"], object]
"""Brings an empty database to the shape that the tests want."""


@dataclass(frozen=True, slots=True)
class Database:
    """An empty database, or a copy of a migrated one; gone when the test is over."""

    lease: Lease

    @property
    def name(self) -> str:
        """The database's name."""
        return str(self.lease.part["database"])

    @property
    def host(self) -> str:
        """The server's host."""
        return str(self.lease.facts["host"])

    @property
    def port(self) -> int:
        """The server's port."""
        return int(self.lease.facts["port"])

    @property
    def user(self) -> str:
        """The database's owner, who has no special rights on the server."""
        return str(self.lease.facts["user"])

    @property
    def password(self) -> str:
        """The owner's password."""
        return str(self.lease.facts["password"])

    @property
    def dsn(self) -> str:
        """``postgresql://...`` of the owner, as libpq, psycopg, asyncpg and others take it."""
        return self.url()

    @property
    def admin_dsn(self) -> str:
        """The same database for the server's administrator: extensions, roles."""
        return self.url(admin=True)

    def url(self, driver: str = "", *, admin: bool = False) -> str:
        """A URL; ``driver`` is what SQLAlchemy wants behind the plus: ``psycopg``, ``asyncpg``."""
        facts = self.lease.facts
        user, password = (
            (facts["admin"], facts["admin_password"]) if admin else (self.user, self.password)
        )
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        return f"{scheme}://{quote(user)}:{quote(password)}@{self.host}:{self.port}/{self.name}"

    def admin(self, statement: str) -> list[tuple[str | None, ...]]:
        """Run a statement as the server's administrator; the rows as text. Raises RefuteError."""
        return [tuple(row) for row in self.lease.call("sql", statement=statement)]

    @contextmanager
    def acting_as(
        self, connection: Any, role: str, claims: Mapping[str, Any] | None = None
    ) -> Iterator[Any]:
        """In one transaction of a DB-API connection, be a role with the claims of a request.

        For policies in Supabase's manner: ``claims`` is what its gateway would have put into
        ``request.jwt.claims``; ``role`` is added to it. The transaction is rolled back when the
        block raises, and committed otherwise; role and claims end with it.
        """
        cursor = connection.cursor()
        try:
            cursor.execute(f'SET LOCAL ROLE "{role}"')
            said = json.dumps({"role": role, **(claims or {})})
            cursor.execute("SELECT set_config('request.jwt.claims', %s, true)", (said,))
            yield cursor
        except BaseException:
            connection.rollback()
            raise
        finally:
            cursor.close()
        connection.commit()


@contextmanager
def postgres(
    migrate: Migration | None = None,
    *,
    supabase: bool = False,
    connections: int | None = None,
    settings: Mapping[str, str] | None = None,
    route: str | None = None,
) -> Iterator[Database]:
    """A database of one's own on a real PostgreSQL, which is started once a run.

    ``migrate`` runs once a run, on an empty database; what it leaves there is copied for each
    test. It counts as the same migration while it is the same function with the same values
    bound to it. ``supabase`` adds the roles ``anon``, ``authenticated`` and ``service_role`` and
    the functions of the schema ``auth``. ``connections`` limits how many may be open at a time;
    the next one is refused, as by a full pool. ``settings`` go to postgresql.conf: another
    server is started for them. ``route`` insists on one of the ways to get a server.

    Raises RefuteError ``real-unavailable``, ``real-refused`` or ``real-start-failed``.
    """
    options: Json = {"settings": dict(settings)} if settings else {}
    wish: Json = {"supabase": supabase, "connections": connections}
    if migrate is not None:
        wish["template"] = key_of(migrate)
    while True:
        with lease("postgres", options, wish, route) as taken:
            database = Database(taken)
            trying = fault_in(taken.part["files"])
            if trying and not wish["template"].endswith(trying):
                # The fault is in what made the template: it has to make one of its own.
                wish["template"] += f":{trying}"
                continue
            if not taken.part["make"]:
                yield database
                return
            assert migrate is not None, "only who names a template is asked to make it"
            with executed() as files:
                migrate(database)
            taken.call("template", files=sorted(files))
