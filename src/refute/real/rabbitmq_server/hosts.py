"""A server that runs, asked by its HTTP API, and the virtual hosts that it has handed out.

Some are made ahead of demand: to make one takes longer than a test should wait.
"""

from __future__ import annotations

import json
import secrets
import threading
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlsplit

from refute.errors import RefuteError, fail
from refute.real.provider import Json

SPARES = 3
"""Virtual hosts that are kept ready."""


@dataclass(frozen=True, slots=True)
class Management:
    """The HTTP API of a server, and an administrator of it."""

    url: str
    user: str
    password: str

    def ask(self, method: str, path: str, body: Json | None = None) -> Any:
        """The answer's JSON. Raises RefuteError with the server's words, OSError if it's away."""
        parts = urlsplit(self.url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        who = b64encode(f"{self.user}:{self.password}".encode()).decode()
        try:
            connection.request(
                method,
                f"/api/{path}",
                body=None if body is None else json.dumps(body),
                headers={"Authorization": f"Basic {who}", "Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            text = answer.read()
        except HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()
        if answer.status >= 300:
            fail(
                "real-start-failed",
                f"RabbitMQ answered {answer.status} to {method} {path}",
                detail=[text.decode(errors="replace")[:500]],
                remedy="",
            )
        return json.loads(text) if text else None


class VirtualHosts:
    """See `refute.real.provider.Running`."""

    def __init__(
        self,
        management: Management,
        amqp: tuple[str, int],
        *,
        logs: Callable[[], str] = str,
        alive: Callable[[], bool] = lambda: True,
        foreign: bool = False,
    ) -> None:
        """``amqp`` is the address for the tests; ``foreign``: what is made has to be removed."""
        self._management, self._amqp = management, amqp
        self._logs, self._alive, self._foreign = logs, alive, foreign
        self._lock, self._making = threading.Lock(), threading.Lock()
        self._spares: list[Json] = []
        self._made: set[str] = set()
        self._closing = False
        self._version = management.ask("GET", "overview")["rabbitmq_version"]
        self._spares.append(self._make())
        self._stock_soon()

    def facts(self) -> Json:
        """Where it is."""
        return {
            "host": self._amqp[0],
            "port": self._amqp[1],
            "management_url": self._management.url,
            "version": self._version,
        }

    def lease(self, wish: Json) -> Json:
        """A virtual host, its user and the user's password."""
        with self._lock:
            spare = self._spares.pop() if self._spares else None
        self._stock_soon()
        return spare or self._make()

    def _stock_soon(self) -> None:
        threading.Thread(target=self._stock, daemon=True).start()

    def _stock(self) -> None:
        """Make some ahead, one thread at a time; failures show when a test asks itself."""
        with suppress(RefuteError, OSError), self._making:
            while len(self._spares) < SPARES and not self._closing:
                spare = self._make()
                with self._lock:
                    self._spares.append(spare)

    def _make(self) -> Json:
        name, password = f"t_{secrets.token_hex(6)}", secrets.token_urlsafe(12)
        with self._lock:
            self._made.add(name)
        ask = self._management.ask
        ask("PUT", f"vhosts/{name}", {})
        ask("PUT", f"users/{name}", {"password": password, "tags": "management"})
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        ask("PUT", f"permissions/{name}/{name}", everything)
        return {"vhost": name, "user": name, "password": password}

    def call(self, lease: Json, what: str, args: Json) -> Any:
        """There are none."""
        fail("real-unavailable", f"RabbitMQ has no operation `{what}`", remedy="")

    def release(self, lease: Json) -> None:
        """Remove it; a test does not wait for that, unless it is on somebody's server."""
        if self._foreign:
            self._remove(lease["vhost"])
        else:
            threading.Thread(target=self._remove, args=(lease["vhost"],), daemon=True).start()

    def _remove(self, name: str) -> None:
        for kind in ("vhosts", "users"):
            with suppress(RefuteError, OSError):
                self._management.ask("DELETE", f"{kind}/{quote(name)}")
        with self._lock:
            self._made.discard(name)

    def logs(self) -> str:
        """What the server printed last."""
        return self._logs()

    def healthy(self) -> bool:
        """Whether the server still runs."""
        return self._alive()

    def close(self) -> None:
        """Leave a server that is not ours as it was."""
        self._closing = True
        if self._foreign:
            with self._making:
                for name in list(self._made):
                    self._remove(name)
