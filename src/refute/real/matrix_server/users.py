"""A homeserver that runs, and the users that it has made for tests."""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from refute.errors import RefuteError, fail
from refute.real.provider import Json

_REGISTER = "/_synapse/admin/v1/register"


@dataclass(frozen=True, slots=True)
class Synapse:
    """Where a homeserver is, and the secret by which users are registered there."""

    url: str
    secret: str

    def ask(self, method: str, path: str, body: Json | None = None, token: str = "") -> Any:
        """The answer's JSON. Raises RefuteError with the server's words, OSError if it's away."""
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=30)
        try:
            connection.request(
                method,
                path,
                body=None if body is None else json.dumps(body),
                headers={"Authorization": f"Bearer {token}"} if token else {},
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
                f"the homeserver answered {answer.status} to {method} {path}",
                detail=[text.decode(errors="replace")[:500]],
                remedy="",
            )
        return json.loads(text)

    def register(self, name: str, *, admin: bool = False) -> Json:
        """Make a user, who is signed in by that: id, password, access token, device id."""
        nonce = self.ask("GET", _REGISTER)["nonce"]
        password = secrets.token_urlsafe(12)
        role = "admin" if admin else "notadmin"
        words = "\0".join([nonce, name, password, role]).encode()
        made = self.ask(
            "POST",
            _REGISTER,
            {
                "nonce": nonce,
                "username": name,
                "password": password,
                "admin": admin,
                "mac": hmac.new(self.secret.encode(), words, "sha1").hexdigest(),
            },
        )
        return {
            "id": made["user_id"],
            "password": password,
            "access_token": made["access_token"],
            "device_id": made["device_id"],
        }


class Users:
    """See `refute.real.provider.Running`."""

    def __init__(
        self,
        synapse: Synapse,
        version: str,
        *,
        logs: Callable[[], str] = str,
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        self._synapse, self._version = synapse, version
        self._logs, self._alive = logs, alive
        # Deactivates the others in the end, and tells the server's name.
        self._janitor = synapse.register(f"refute-{secrets.token_hex(4)}", admin=True)
        self._lock = threading.Lock()
        self._made: dict[str, list[str]] = {}

    def facts(self) -> Json:
        """Where it is."""
        return {
            "url": self._synapse.url,
            "server_name": self._janitor["id"].partition(":")[2],
            "version": self._version,
        }

    def lease(self, wish: Json) -> Json:
        """What the names of one test begin with."""
        prefix = f"t-{secrets.token_hex(4)}-"
        with self._lock:
            self._made[prefix] = []
        return {"prefix": prefix}

    def call(self, lease: Json, what: str, args: Json) -> Any:
        """``user``: register one."""
        if what != "user":
            fail("real-unavailable", f"Matrix has no operation `{what}`", remedy="")
        made = self._synapse.register(f"{lease['prefix']}{args['name']}", admin=args["admin"])
        with self._lock:
            self._made[lease["prefix"]].append(made["id"])
        return made

    def release(self, lease: Json) -> None:
        """Deactivate the users: they leave their rooms. A test does not wait for it."""
        with self._lock:
            users = self._made.pop(lease["prefix"], [])
        threading.Thread(target=self._deactivate, args=(users,), daemon=True).start()

    def _deactivate(self, users: list[str]) -> None:
        for user in users:
            with suppress(RefuteError, OSError):
                self._synapse.ask(
                    "POST",
                    f"/_synapse/admin/v1/deactivate/{user}",
                    {"erase": True},
                    self._janitor["access_token"],
                )

    def logs(self) -> str:
        """What the server printed last."""
        return self._logs()

    def healthy(self) -> bool:
        """Whether the server still runs."""
        return self._alive()

    def close(self) -> None:
        """Deactivate those whose tests are not over, and the janitor itself, where it matters."""
        with self._lock:
            users = [one for each in self._made.values() for one in each]
        self._deactivate([*users, self._janitor["id"]] if self._alive() else [])
