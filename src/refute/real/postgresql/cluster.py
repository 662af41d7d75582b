"""A server that runs, and the databases that it has handed out.

All databases of one run belong to one role without special rights (or to the administrator, if
a suite asks for that), so that what a template holds is owned by whoever works on a copy of it.
Copies are made ahead of demand: a test takes one that is ready.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from refute.errors import RefuteError, fail
from refute.real.postgresql.supabase import ROLES, SCHEMA
from refute.real.postgresql.wire import Connection, Login, Row, literal, name
from refute.real.provider import Json

SPARES = 2
"""Copies that are kept ready of each template that was asked for."""
_PLAIN = "template1"


@dataclass(slots=True)
class Template:
    """A database that others are copied from, or that somebody is about to make."""

    database: str = ""
    ready: threading.Event = field(default_factory=threading.Event)
    #: The database in which it is being made; empty if nobody does.
    maker: str = ""
    spares: list[str] = field(default_factory=list)
    #: The project's files that had a part in it.
    files: list[str] = field(default_factory=list)


class Cluster:
    """See `refute.real.provider.Running`."""

    def __init__(
        self,
        admin: Login,
        public: tuple[str, int],
        *,
        inside: Login | None = None,
        logs: Callable[[], str] = str,
        alive: Callable[[], bool] = lambda: True,
        foreign: bool = False,
    ) -> None:
        """``admin`` may create databases; ``inside`` is a shorter way to sign in as the same.

        ``foreign``: the server was there before, and what is made on it has to be removed.
        """
        self._published, self._public = admin, public
        self._admin = inside or admin
        self._logs, self._alive = logs, alive
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._templates: dict[str, Template] = {}
        self._run = secrets.token_hex(3)
        self._made: set[str] = set()
        self._closing = False
        self._foreign = foreign
        self._owner = Login(*public, f"refute_{self._run}", secrets.token_urlsafe(12))
        self._version = self._sql("SHOW server_version")[0][0]
        self._sql(
            f"CREATE ROLE {name(self._owner.user)} LOGIN PASSWORD {literal(self._owner.password)}"
        )
        self._supabase = False

    def facts(self) -> Json:
        """Where it is, and both who may sign in."""
        host, port = self._public
        return {
            "host": host,
            "port": port,
            "version": self._version,
            "user": self._owner.user,
            "password": self._owner.password,
            "admin": self._published.user,
            "admin_password": self._published.password,
        }

    def lease(self, wish: Json) -> Json:
        """A database: ``template`` names what it is a copy of, see `Database`.

        The answer's ``make`` says that the template does not exist yet, and that this database
        shall become it.
        """
        if wish.get("supabase"):
            self._prepare_supabase()
        key = f"{wish.get('template', '')}|{bool(wish.get('supabase'))}"
        make = False
        if wish.get("template"):
            make = not self._await(key)
        database = self._fresh(wish) if make else self._copy(key, wish)
        if make:
            with self._lock:
                self._templates[key].maker = database
        limit = wish.get("connections")
        if limit is not None:
            self._sql(f"ALTER DATABASE {name(database)} CONNECTION LIMIT {int(limit)}")
        with self._lock:
            files = self._templates[key].files
        return {"database": database, "make": make, "key": key, "files": files}

    def _await(self, key: str) -> bool:
        """Whether a template exists; waits while somebody makes it; if not, the caller shall."""
        while True:
            with self._lock:
                template = self._templates.get(key)
                if template is None:
                    self._templates[key] = Template()
                    return False
            template.ready.wait()
            with self._lock:
                if template.database:
                    return True

    def _copy(self, key: str, wish: Json) -> str:
        with self._lock:
            template = self._templates.setdefault(key, Template())
            spare = template.spares.pop() if template.spares else None
        if spare is None:
            spare = self._fresh(wish, template.database)
        threading.Thread(target=self._stock, args=(template, wish), daemon=True).start()
        return spare

    def _stock(self, template: Template, wish: Json) -> None:
        """Make copies ahead, one thread at a time; failures show when a test asks itself."""
        with suppress(RefuteError, OSError), self._making:
            while len(template.spares) < SPARES and not self._closing:
                spare = self._fresh(wish, template.database)
                with self._lock:
                    template.spares.append(spare)

    def _fresh(self, wish: Json, template: str = "") -> str:
        """A new database, a copy of ``template``, or with what Supabase has in each."""
        database = f"t_{self._run}_{secrets.token_hex(4)}"
        self._sql(
            f"CREATE DATABASE {name(database)} OWNER {name(self._owner.user)} "
            f"TEMPLATE {name(template or _PLAIN)}"
        )
        with self._lock:
            self._made.add(database)
        if wish.get("supabase") and not template:
            with Connection(self._admin, database) as session:
                session.query(SCHEMA.replace("OWNER", name(self._owner.user)))
        return database

    def _prepare_supabase(self) -> None:
        with self._lock:
            if not self._supabase:
                self._sql(ROLES.replace("OWNER", name(self._owner.user)))
                self._supabase = True

    def call(self, lease: Json, what: str, args: Json) -> Any:
        """``template``: the database becomes it. ``sql``: a statement as the administrator."""
        match what:
            case "template":
                return self._become_template(lease, args["files"])
            case "sql":
                with Connection(self._admin, lease["database"]) as session:
                    return session.query(args["statement"])
            case _:
                fail("real-unavailable", f"PostgreSQL has no operation `{what}`", remedy="")

    def _become_template(self, lease: Json, files: list[str]) -> None:
        database = lease["database"]
        self._disconnect(database)
        with self._lock:
            template = self._templates[lease["key"]]
            template.database, template.maker, template.files = database, "", files
        template.ready.set()

    def release(self, lease: Json) -> None:
        """Drop the database; if it was to become a template and has not, the next may try."""
        database = lease["database"]
        with self._lock:
            template = self._templates.get(lease["key"])
            if template is not None and template.database == database:
                return
            if template is not None and template.maker == database:
                del self._templates[lease["key"]]
                template.ready.set()
        # A test does not wait for it.
        threading.Thread(target=self._drop_quietly, args=(database,), daemon=True).start()

    def _drop_quietly(self, database: str) -> None:
        with suppress(RefuteError, OSError):
            self._drop(database)

    def _drop(self, database: str) -> None:
        self._sql(f"DROP DATABASE IF EXISTS {name(database)} WITH (FORCE)")
        with self._lock:
            self._made.discard(database)

    def _disconnect(self, database: str) -> None:
        """Nobody may be connected to what others are copied from."""
        self._sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = {literal(database)}"
        )

    def _sql(self, statement: str) -> list[Row]:
        """As the administrator, in no database of a test."""
        with Connection(self._admin, "postgres") as session:
            return session.query(statement)

    def logs(self) -> str:
        """What the server printed last."""
        return self._logs()

    def healthy(self) -> bool:
        """Whether the server still runs."""
        return self._alive()

    def close(self) -> None:
        """Leave a server that is not ours as it was."""
        self._closing = True
        if not self._foreign:
            return
        with suppress(RefuteError, OSError), self._making:
            for database in list(self._made):
                self._drop(database)
            self._sql(f"DROP ROLE IF EXISTS {name(self._owner.user)}")
