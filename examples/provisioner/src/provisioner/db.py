"""Sessions with PostgreSQL, each in the role of the one it acts for.

Row-level security is forced on every table, also for their owner: a transaction that has not
said for whom it acts sees nothing. Roles and claims are set for one transaction and end with it,
so a connection that goes back to the pool carries nothing over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from provisioner.settings import Settings

_FULL = ("53300", "53400")
"""SQLSTATEs of a server that has no connection left."""


class Busy(Exception):
    """No connection could be had in time: the request may be repeated in a moment."""


class Database:
    """One pool of connections; may be shared by threads."""

    def __init__(self, url: str, pool: int = 10, wait: float = 3.0) -> None:
        self.engine: Engine = create_engine(
            url,
            pool_size=pool,
            max_overflow=0,
            pool_timeout=wait,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "application_name": "provisioner"},
        )

    @classmethod
    def of(cls, settings: Settings) -> Database:
        """The database that the settings name."""
        return cls(settings.sqlalchemy_url, settings.database_pool, settings.database_wait)

    @contextmanager
    def account(self, account: UUID) -> Iterator[Session]:
        """A transaction in which only what belongs to this account exists. Raises Busy."""
        with self._acting("authenticated", {"sub": str(account)}) as session:
            yield session

    @contextmanager
    def service(self) -> Iterator[Session]:
        """A transaction of the service itself, which sees all accounts. Raises Busy."""
        with self._acting("service_role", {}) as session:
            yield session

    @contextmanager
    def anonymous(self) -> Iterator[Session]:
        """A transaction for who has not signed in. Raises Busy."""
        with self._acting("anon", {}) as session:
            yield session

    @contextmanager
    def _acting(self, role: str, claims: dict[str, str]) -> Iterator[Session]:
        # Attributes stay readable after the commit: whoever asks for more would do so without
        # a role, and see nothing.
        session = Session(self.engine, expire_on_commit=False)
        try:
            with _patience(), session.begin():
                session.execute(text(f'SET LOCAL ROLE "{role}"'))
                session.execute(
                    text("SELECT set_config('request.jwt.claims', :claims, true)"),
                    {"claims": json.dumps({"role": role, **claims})},
                )
                yield session
        finally:
            session.close()

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()


@contextmanager
def _patience() -> Iterator[None]:
    """Tell a pool or a server that is full from everything else."""
    try:
        yield
    except PoolTimeout as error:
        raise Busy("all connections of the pool are in use") from error
    except OperationalError as error:
        if sqlstate(error) in _FULL or "too many connections" in str(error.orig):
            raise Busy("the database has no connection left") from error
        raise


def sqlstate(error: DBAPIError) -> str:
    """PostgreSQL's code of an error; empty if it did not get that far."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def constraint(error: DBAPIError) -> str:
    """The name of the constraint that was broken, or empty."""
    said = getattr(error.orig, "diag", None)
    return str(getattr(said, "constraint_name", None) or "")
