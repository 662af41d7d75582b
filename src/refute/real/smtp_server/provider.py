"""SMTP as the broker has it: aiosmtpd, run as a process of its own."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from refute.errors import fail
from refute.real.install import Installed, Say
from refute.real.keeping import Spawned
from refute.real.packages import install_packages, package_routes, python
from refute.real.ports import LOOPBACK, answers, wait_until
from refute.real.provider import Json, Start
from refute.real.routes import Route

_READY = 20.0
_LIMITS = "real SMTP without TLS; mail is kept for the tests and delivered nowhere"


class SmtpProvider:
    """See `refute.real.provider.Provider`. There are no options."""

    name = "smtp"

    def routes(self, options: Json) -> list[Route]:
        """The server's package beside refute, or in the cache.

        There is no route by address: somebody's server would deliver what the tests send.
        """
        return package_routes("smtp", "aiosmtpd", limits=_LIMITS)

    def start(self, start: Start) -> Mailboxes:
        """See `Provider.start`."""
        port = start.ports.take()
        folder = start.keeper.directory / "mail"
        folder.mkdir()
        command, env = python("smtp", start.route)
        script = Path(__file__).with_name("server.py")
        server = start.keeper.spawn([*command, script, str(port), folder], env=env, log="smtp.log")

        def alive() -> bool:
            return start.keeper.code(server) is None

        wait_until(lambda: answers(port), what="SMTP", seconds=_READY, alive=alive, log=server.tail)
        return Mailboxes(port, folder, server, alive)


def install(say: Say) -> Installed:
    """Keep aiosmtpd in the cache. Raises RefuteError ``real-unavailable``."""
    return install_packages("smtp", ["aiosmtpd>=1.4.6"], "aiosmtpd", say)


class Mailboxes:
    """See `refute.real.provider.Running`."""

    def __init__(self, port: int, folder: Path, server: Spawned, alive: Callable[[], bool]) -> None:
        self._port, self._folder, self._server, self._alive = port, folder, server, alive

    def facts(self) -> Json:
        """Where it is."""
        return {"host": LOOPBACK, "port": self._port}

    def lease(self, wish: Json) -> Json:
        """A user, whose name is a domain's too, and a password."""
        user, password = f"t-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
        place = self._folder / user
        place.mkdir()
        (place / "password").write_text(password)
        return {"user": user, "password": password}

    def call(self, lease: Json, what: str, args: Json) -> Any:
        """``messages``: all that came. ``refuse``: how to answer from now on; empty to accept."""
        place = self._folder / lease["user"]
        match what:
            case "messages":
                return [json.loads(path.read_text()) for path in sorted(place.glob("[0-9]*.json"))]
            case "refuse":
                (place / "refuse").unlink(missing_ok=True)
                if args["answer"]:
                    (place / ".refuse").write_text(args["answer"])
                    (place / ".refuse").rename(place / "refuse")
                return None
            case _:
                fail("real-unavailable", f"SMTP has no operation `{what}`", remedy="")

    def release(self, lease: Json) -> None:
        """Remove the mailbox and what is in it."""
        shutil.rmtree(self._folder / lease["user"], ignore_errors=True)

    def logs(self) -> str:
        """What the server printed last."""
        return self._server.tail()

    def healthy(self) -> bool:
        """Whether the server still runs."""
        return self._alive()

    def close(self) -> None:
        """The keeper does it."""
