"""S3 as the broker has it: MinIO, or moto as a stand-in."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from refute.errors import RefuteError, fail
from refute.real import docker
from refute.real.golang import install_go
from refute.real.install import Installed, Say, installed
from refute.real.packages import install_packages, package_routes, python
from refute.real.ports import LOOPBACK, answers, wait_until
from refute.real.provider import Json, Start
from refute.real.routes import Route, refuse_foreign
from refute.real.s3_server.wire import Store

ADDRESS = "REFUTE_S3"
"""``http://KEY:SECRET@host:port`` of a server to use instead of one of our own."""
IMAGE = "minio/minio"
PACKAGE = "github.com/minio/minio"
VERSION = "0.0.0-20260212201848-7aac2a2c5b7c"
_READY = 60.0
_STAND_IN = "moto checks no signatures, keeps objects in memory, and lets pass more than S3 does"


class S3Provider:
    """See `refute.real.provider.Provider`. There are no options."""

    name = "s3"

    def routes(self, options: Json) -> list[Route]:
        """A server that the user names, MinIO from Docker, the PATH or the cache; then moto."""
        return [
            _given(),
            docker.route(IMAGE),
            _program("path", _on_path()),
            _program("installed", _in_cache()),
            *package_routes("moto", "moto", real=False, limits=_STAND_IN, prefix="moto-"),
        ]

    def start(self, start: Start) -> Buckets:
        """See `Provider.start`."""
        if start.route.name == "address":
            store = _store(os.environ[ADDRESS])
            refuse_foreign(self.name, store.endpoint_url)
            return Buckets(store, foreign=True)
        port = start.ports.take()
        store = Store(f"http://{LOOPBACK}:{port}", "refute", secrets.token_urlsafe(15))
        if start.route.name == "docker":
            docker.run(IMAGE, 9000, _keys(store), start.keeper, port, ["server", "/data"])
            wait_until(lambda: _ready(store), what="MinIO in Docker", seconds=_READY)
            return Buckets(store)
        moto = start.route.name.startswith("moto-")
        command, env = _moto(start.route, port) if moto else _minio(start, store, port)
        server = start.keeper.spawn(command, env=env, log="s3.log")

        def alive() -> bool:
            return start.keeper.code(server) is None

        wait_until(
            lambda: answers(port) if moto else _ready(store),
            what="moto" if moto else "MinIO",
            seconds=_READY,
            alive=alive,
            log=server.tail,
        )
        return Buckets(store, logs=server.tail, alive=alive)


def install(say: Say) -> Installed:
    """Have Go build MinIO into the cache. Raises RefuteError ``real-unavailable``."""
    return install_go("s3", PACKAGE, VERSION, say)


def install_moto(say: Say) -> Installed:
    """Keep moto's server in the cache, a stand-in. Raises RefuteError ``real-unavailable``."""
    return install_packages("moto", ["moto[server,s3]>=5"], "moto", say)


def _moto(route: Route, port: int) -> tuple[list[str], dict[str, str]]:
    command, env = python("moto", route)
    return [*command, "-m", "moto.server", "-H", LOOPBACK, "-p", str(port)], env


def _minio(start: Start, store: Store, port: int) -> tuple[list[str], dict[str, str]]:
    program = _on_path() if start.route.name == "path" else _in_cache()
    assert program is not None, "the route was looked at a moment ago"
    data = start.keeper.directory / "data"
    data.mkdir()
    command = [str(program), "server", "--address", f"{LOOPBACK}:{port}", "--quiet", str(data)]
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        # Its own settings and certificates, and not the user's.
        "HOME": str(start.keeper.directory),
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
        "MINIO_CI_CD": "1",
        **_keys(store),
    }
    return command, env


def _keys(store: Store) -> dict[str, str]:
    return {"MINIO_ROOT_USER": store.access_key, "MINIO_ROOT_PASSWORD": store.secret_key}


def _ready(store: Store) -> bool:
    with suppress(OSError, RefuteError):
        store.ask("GET", "/")
        return True
    return False


def _given() -> Route:
    url = os.environ.get(ADDRESS)
    if not url:
        return Route("address", False, f"{ADDRESS} is not set")
    return Route("address", True, f"{_store(url).endpoint_url}, from {ADDRESS}")


def _store(url: str) -> Store:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return Store(
        f"{parts.scheme}://{host}", unquote(parts.username or ""), unquote(parts.password or "")
    )


def _on_path() -> Path | None:
    found = shutil.which("minio")
    return Path(found) if found else None


def _in_cache() -> Path | None:
    kept = installed("s3")
    return kept.folder / "minio" if kept else None


def _program(name: str, program: Path | None) -> Route:
    if program is None:
        return Route(name, False, "no minio", "refute real install s3" * (name == "installed"))
    try:
        subprocess.run([program, "--version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return Route(name, False, f"{program} does not start: {error}")
    return Route(name, True, f"MinIO, {program}")


class Buckets:
    """See `refute.real.provider.Running`."""

    def __init__(
        self,
        store: Store,
        *,
        logs: Callable[[], str] = str,
        alive: Callable[[], bool] = lambda: True,
        foreign: bool = False,
    ) -> None:
        """``foreign``: the server was there before, and buckets have to be removed from it."""
        self._store, self._logs, self._alive, self._foreign = store, logs, alive, foreign
        self._lock = threading.Lock()
        self._made: set[str] = set()

    def facts(self) -> Json:
        """Where it is, and the key to it."""
        store = self._store
        return {
            "endpoint_url": store.endpoint_url,
            "access_key": store.access_key,
            "secret_key": store.secret_key,
            "region": store.region,
        }

    def lease(self, wish: Json) -> Json:
        """A bucket."""
        bucket = f"t-{secrets.token_hex(6)}"
        self._store.make(bucket)
        with self._lock:
            self._made.add(bucket)
        return {"bucket": bucket}

    def call(self, lease: Json, what: str, args: Json) -> Any:
        """There are none."""
        fail("real-unavailable", f"S3 has no operation `{what}`", remedy="")

    def release(self, lease: Json) -> None:
        """Remove the bucket; a test does not wait for it, unless it is on somebody's server."""
        if self._foreign:
            self._remove(lease["bucket"])
        else:
            threading.Thread(target=self._remove, args=(lease["bucket"],), daemon=True).start()

    def _remove(self, bucket: str) -> None:
        with suppress(RefuteError, OSError):
            self._store.remove(bucket)
            with self._lock:
                self._made.discard(bucket)

    def logs(self) -> str:
        """What the server printed last."""
        return self._logs()

    def healthy(self) -> bool:
        """Whether the server still runs."""
        return self._alive()

    def close(self) -> None:
        """Leave a server that is not ours as it was."""
        for bucket in list(self._made) if self._foreign else []:
            self._remove(bucket)
