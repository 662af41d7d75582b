"""PostgreSQL as the broker has it: by which routes, and how its server is started."""

from __future__ import annotations

import os
import secrets
import signal
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from refute.errors import RefuteError
from refute.real import docker
from refute.real.ports import LOOPBACK, wait_until
from refute.real.postgresql import programs
from refute.real.postgresql.cluster import Cluster
from refute.real.postgresql.wire import Connection, Login
from refute.real.provider import Json, Start
from refute.real.routes import Route, refuse_foreign

ADDRESS = "REFUTE_POSTGRES"
"""A URL of a server to use instead of one of our own, of a user who may create databases."""
IMAGE = "postgres:17-alpine"
_ADMIN = "postgres"
_READY = 60.0
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    # Each database that goes makes one: what a failed test is shown would be nothing else.
    "log_checkpoints": "off",
    # In the data folder instead of /dev/shm: gone with it, whatever happens.
    "dynamic_shared_memory_type": "mmap",
}
"""Durability is of no use to tests; the rest is as PostgreSQL has it."""


class PostgresProvider:
    """See `refute.real.provider.Provider`. Option ``settings``: more of postgresql.conf."""

    name = "postgres"

    def routes(self, options: Json) -> list[Route]:
        """A server that the user names, Docker, the machine's programs, those installed."""
        return [
            _given(),
            docker.route(IMAGE),
            _programs("path", programs.on_path()),
            _programs("installed", programs.in_cache()),
        ]

    def start(self, start: Start) -> Cluster:
        """See `Provider.start`."""
        if start.route.name == "address":
            login = _login(os.environ[ADDRESS])
            refuse_foreign(self.name, login.host)
            return Cluster(login, (login.host, login.port), foreign=True)
        if start.route.name == "docker":
            return _contain(start)
        return _serve(start)


def _given() -> Route:
    url = os.environ.get(ADDRESS)
    if not url:
        return Route("address", False, f"{ADDRESS} is not set")
    login = _login(url)
    return Route("address", True, f"{login.host}:{login.port}, from {ADDRESS}")


def _login(url: str) -> Login:
    parts = urlsplit(url)
    return Login(
        parts.hostname or LOOPBACK,
        parts.port or 5432,
        unquote(parts.username or _ADMIN),
        unquote(parts.password or ""),
    )


def _programs(name: str, folder: Path | None) -> Route:
    if folder is None:
        remedy = "refute real install postgres" if name == "installed" else ""
        return Route(name, False, "no PostgreSQL programs", remedy)
    try:
        return Route(name, True, f"PostgreSQL {programs.version(folder)} in {folder}")
    except RefuteError as error:
        return Route(name, False, error.message)


def _serve(start: Start) -> Cluster:
    """A server of our own, on a data folder that the keeper removes."""
    original = programs.on_path() if start.route.name == "path" else programs.in_cache()
    assert original is not None, "the route was looked at a moment ago"
    folder = start.keeper.directory
    binaries = programs.reachable(original, folder)
    data = folder / "data"
    programs.data(binaries, original, data)
    port = start.ports.take()
    password = secrets.token_urlsafe(12)
    _let_in(data)
    settings = {
        **_SETTINGS,
        **start.options.get("settings", {}),
        "port": str(port),
        "listen_addresses": LOOPBACK,
        "unix_socket_directories": str(data),
    }
    server = start.keeper.spawn(
        [
            binaries / "postgres",
            *("-D", data),
            *(word for key, value in settings.items() for word in ("-c", f"{key}={value}")),
        ],
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        cwd=data,
        user=programs.user(),
        log="postgres.log",
        # Fast shutdown: sessions are ended, and nothing stays in shared memory.
        stop=signal.SIGINT,
    )
    inside = Login(str(data), port, _ADMIN)

    def alive() -> bool:
        return start.keeper.code(server) is None

    wait_until(
        lambda: _accepts(inside),
        what="PostgreSQL",
        seconds=_READY,
        alive=alive,
        log=server.tail,
    )
    _clean_memory(start, data)
    with Connection(inside, _ADMIN) as session:
        session.query(f"ALTER ROLE {_ADMIN} PASSWORD '{password}'")
    admin = Login(LOOPBACK, port, _ADMIN, password)
    return Cluster(admin, (LOOPBACK, port), inside=inside, logs=server.tail, alive=alive)


def _let_in(data: Path) -> None:
    """Who may sign in: whoever can enter the data folder; others by password, from here."""
    rules = f"local all all trust\nhost all all {LOOPBACK}/32 scram-sha-256\n"
    (data / "pg_hba.conf").write_text(rules)


def _clean_memory(start: Start, data: Path) -> None:
    """Should the server be killed outright, its one segment of System V memory would stay."""
    with suppress(OSError, IndexError):
        segment = (data / "postmaster.pid").read_text().splitlines()[6].split()[1]
        start.keeper.afterwards(["ipcrm", "--shmem-id", segment])


def _accepts(login: Login) -> bool:
    try:
        Connection(login, _ADMIN).close()
    except (OSError, RefuteError):  # not there yet, or still starting up
        return False
    return True


def _contain(start: Start) -> Cluster:
    """A server in a container."""
    port, password = start.ports.take(), secrets.token_urlsafe(12)
    docker.run(IMAGE, 5432, {"POSTGRES_PASSWORD": password}, start.keeper, port)
    admin = Login(LOOPBACK, port, _ADMIN, password)
    wait_until(lambda: _accepts(admin), what="PostgreSQL in Docker", seconds=_READY)
    return Cluster(admin, (LOOPBACK, port))
