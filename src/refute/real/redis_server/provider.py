"""Redis as the broker has it: by which routes, and how its server is started."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from refute.errors import RefuteError
from refute.real import docker
from refute.real.debian import install_debian, libraries
from refute.real.install import Installed, Say, installed
from refute.real.ports import LOOPBACK, wait_until
from refute.real.provider import Json, Start
from refute.real.redis_server.numbers import Numbers, Server
from refute.real.routes import Route, refuse_foreign

ADDRESS = "REFUTE_REDIS"
"""``redis://[:password@]host:port`` of a server to use instead of one of our own."""
IMAGE = "redis:7-alpine"
PROGRAMS = ("redis-server", "valkey-server")
_DATABASES = 1024
_READY = 20.0


class RedisProvider:
    """See `refute.real.provider.Provider`. There are no options."""

    name = "redis"

    def routes(self, options: Json) -> list[Route]:
        """A server that the user names, Docker, the machine's programs, those installed."""
        return [
            _given(),
            docker.route(IMAGE),
            _program("path", _on_path()),
            _program("installed", _in_cache()),
        ]

    def start(self, start: Start) -> Numbers:
        """See `Provider.start`."""
        if start.route.name == "address":
            server = _server(os.environ[ADDRESS])
            refuse_foreign(self.name, server.host)
            return Numbers(server, foreign=True)
        if start.route.name == "docker":
            port = start.ports.take()
            docker.run(IMAGE, 6379, {}, start.keeper, port)
            server = Server(LOOPBACK, port)
            wait_until(lambda: _answers(server), what="Redis in Docker", seconds=_READY)
            return Numbers(server)
        return _serve(start)


def install(say: Say) -> Installed:
    """Keep Debian's Redis in the cache. Raises RefuteError ``real-unavailable``."""
    return install_debian("redis", ["redis-server", "redis-tools"], say)


def _given() -> Route:
    url = os.environ.get(ADDRESS)
    if not url:
        return Route("address", False, f"{ADDRESS} is not set")
    server = _server(url)
    return Route(
        "address",
        True,
        f"{server.host}:{server.port}, from {ADDRESS}",
        limits="FLUSHALL of one test empties the databases of all",
    )


def _server(url: str) -> Server:
    parts = urlsplit(url)
    return Server(parts.hostname or LOOPBACK, parts.port or 6379, unquote(parts.password or ""))


def _on_path() -> Path | None:
    found = [Path(each) for each in map(shutil.which, PROGRAMS) if each]
    return found[0] if found else None


def _in_cache() -> Path | None:
    kept = installed("redis")
    return kept.folder / "usr" / "bin" / "redis-server" if kept else None


def _environment(program: Path) -> dict[str, str]:
    kept = installed("redis")
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    if kept is not None and program.is_relative_to(kept.folder):
        env |= libraries(kept.folder)
    return env


def _program(name: str, program: Path | None) -> Route:
    if program is None:
        remedy = "refute real install redis" if name == "installed" else ""
        return Route(name, False, "no redis-server or valkey-server", remedy)
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, env=_environment(program)
        )
    except OSError as error:
        return Route(name, False, f"{program} does not start: {error}")
    if done.returncode:
        return Route(name, False, (done.stderr.splitlines() or [f"{program} fails"])[-1])
    version = done.stdout.partition("v=")[2].split(" ")[0]
    return Route(name, True, f"{program.name} {version}, {program}")


def _serve(start: Start) -> Numbers:
    """A server of our own, that keeps nothing on disk."""
    program = _on_path() if start.route.name == "path" else _in_cache()
    assert program is not None, "the route was looked at a moment ago"
    port = start.ports.take()
    spawned = start.keeper.spawn(
        [
            program,
            *("--bind", LOOPBACK, "--port", str(port), "--databases", str(_DATABASES)),
            *("--save", "", "--appendonly", "no", "--dir", start.keeper.directory),
        ],
        env=_environment(program),
        log="redis.log",
    )
    server = Server(LOOPBACK, port)

    def alive() -> bool:
        return start.keeper.code(spawned) is None

    wait_until(
        lambda: _answers(server), what="Redis", seconds=_READY, alive=alive, log=spawned.tail
    )
    return Numbers(server, logs=spawned.tail, alive=alive)


def _answers(server: Server) -> bool:
    with suppress(OSError, RefuteError), server.connect() as session:
        return bool(session.do("PING") == "PONG")
    return False
