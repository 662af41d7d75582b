"""A server that runs, and the numbered databases that it has handed out."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from refute.errors import RefuteError, fail
from refute.real.provider import Json
from refute.real.redis_server.wire import Connection

FORBIDDEN = ("flushall", "swapdb", "shutdown", "replicaof", "slaveof", "failover", "acl")
"""Commands by which one test could reach into another's database, or end the server."""
_CLAIM = "refute:claim:"
_HOUR = "3600"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is, and how to sign in: ``password`` for all, ``user`` for us alone."""

    host: str
    port: int
    password: str = ""
    user: str = ""
    secret: str = ""

    def connect(self) -> Connection:
        """As the one who may do everything."""
        return Connection(self.host, self.port, self.user, self.secret or self.password)


class Numbers:
    """See `refute.real.provider.Running`."""

    def __init__(
        self,
        server: Server,
        *,
        logs: Callable[[], str] = str,
        alive: Callable[[], bool] = lambda: True,
        foreign: bool = False,
    ) -> None:
        """``foreign``: the server was there before, and only empty databases are touched."""
        self._server = server
        self._logs, self._alive, self._foreign = logs, alive, foreign
        self._lock = threading.Lock()
        self._used: set[int] = set()
        if not foreign:
            self._server = _guarded(server)
        with self._server.connect() as session:
            said = dict(
                line.split(":", 1) for line in session.do("INFO").splitlines() if ":" in line
            )
            self._count = int(session.do("CONFIG", "GET", "databases")[1])
        self._version = said.get("valkey_version") or said["redis_version"]

    def facts(self) -> Json:
        """Where it is."""
        server = self._server
        return {
            "host": server.host,
            "port": server.port,
            "password": server.password,
            "version": self._version,
        }

    def lease(self, wish: Json) -> Json:
        """A number that nobody uses. On a server that is not ours, number 0 is left alone."""
        with self._lock:
            for number in range(1, self._count):
                if number not in self._used and self._claim(number):
                    self._used.add(number)
                    return {"database": number}
        fail(
            "real-unavailable",
            f"all {self._count - 1} databases of Redis are in use, or hold something already",
            remedy="",
        )

    def _claim(self, number: int) -> bool:
        if not self._foreign:
            return True
        with self._server.connect() as session:
            # Another run may use the same server at this moment.
            if session.do("SET", f"{_CLAIM}{number}", "1", "NX", "EX", _HOUR) is None:
                return False
            session.do("SELECT", number)
            if session.do("DBSIZE") == 0:
                return True
            session.do("SELECT", 0)
            session.do("DEL", f"{_CLAIM}{number}")
            return False

    def call(self, lease: Json, what: str, args: Json) -> Any:
        """There are none."""
        fail("real-unavailable", f"Redis has no operation `{what}`", remedy="")

    def release(self, lease: Json) -> None:
        """Empty the database, and let others have the number."""
        number = int(lease["database"])
        with self._server.connect() as session:
            session.do("SELECT", number)
            session.do("FLUSHDB")
            if self._foreign:
                session.do("SELECT", 0)
                session.do("DEL", f"{_CLAIM}{number}")
        with self._lock:
            self._used.discard(number)

    def logs(self) -> str:
        """What the server printed last."""
        return self._logs()

    def healthy(self) -> bool:
        """Whether the server still runs."""
        return self._alive()

    def close(self) -> None:
        """Leave a server that is not ours as it was."""
        for number in list(self._used) if self._foreign else []:
            with suppress(RefuteError, OSError):
                self.release({"database": number})


def _guarded(server: Server) -> Server:
    """A user for us who may do everything, and everybody else without FORBIDDEN."""
    secret = secrets.token_urlsafe(12)
    with server.connect() as session:
        session.do("ACL", "SETUSER", "refute", "on", f">{secret}", "~*", "&*", "+@all")
        session.do("ACL", "SETUSER", "default", *(f"-{command}" for command in FORBIDDEN))
    return Server(server.host, server.port, server.password, "refute", secret)
