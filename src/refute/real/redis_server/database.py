"""A Redis database of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from refute.real.client import Lease, lease


@dataclass(frozen=True, slots=True)
class RedisDatabase:
    """An empty numbered database; flushed when the test is over.

    Shared with other tests of the run are the server's channels (pub/sub), its scripts and its
    settings. On a server of refute's own, commands that reach into the databases of others
    (FLUSHALL, SWAPDB, SHUTDOWN, ...) are refused.
    """

    lease: Lease

    @property
    def host(self) -> str:
        """The server's host."""
        return str(self.lease.facts["host"])

    @property
    def port(self) -> int:
        """The server's port."""
        return int(self.lease.facts["port"])

    @property
    def number(self) -> int:
        """The database's number: ``db`` in the words of redis-py."""
        return int(self.lease.part["database"])

    @property
    def password(self) -> str | None:
        """The password of the server, if it asks for one."""
        return self.lease.facts["password"] or None

    @property
    def url(self) -> str:
        """``redis://...`` as redis-py, Celery, node-redis and others take it."""
        secret = f":{quote(self.password)}@" if self.password else ""
        return f"redis://{secret}{self.host}:{self.port}/{self.number}"


@contextmanager
def redis(*, route: str | None = None) -> Iterator[RedisDatabase]:
    """A database of one's own on a real Redis (or Valkey), which is started once a run.

    ``route`` insists on one of the ways to get a server.

    Raises RefuteError ``real-unavailable``, ``real-refused`` or ``real-start-failed``.
    """
    with lease("redis", route=route) as taken:
        yield RedisDatabase(taken)
