"""Matrix as the broker has it: Synapse, with SQLite, on a database that was made before."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
from base64 import b64encode
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

from refute.real.install import Installed, Say
from refute.real.matrix_server.users import Synapse, Users
from refute.real.packages import install_packages, package_routes, python
from refute.real.places import cache
from refute.real.ports import LOOPBACK, answers, wait_until
from refute.real.provider import Json, Start
from refute.real.routes import Route, refuse_foreign

ADDRESS = "REFUTE_MATRIX"
"""``http://:SECRET@host:port`` of a Synapse and its registration_shared_secret."""
SERVER_NAME = "refute.test"
_READY = 120.0
_LIMITS = "one server on SQLite, which federates with nobody and limits no rates"
_UNLIMITED = {"per_second": 100000, "burst_count": 100000}


class MatrixProvider:
    """See `refute.real.provider.Provider`. There are no options."""

    name = "matrix"

    def routes(self, options: Json) -> list[Route]:
        """A server that the user names; Synapse beside refute, or in the cache."""
        return [_given(), *package_routes("matrix", "matrix-synapse", limits=_LIMITS)]

    def start(self, start: Start) -> Users:
        """See `Provider.start`."""
        if start.route.name == "address":
            given = _synapse(os.environ[ADDRESS])
            refuse_foreign(self.name, given.url)
            return Users(given, "")
        return _serve(start)


def install(say: Say) -> Installed:
    """Keep Synapse in the cache. Raises RefuteError ``real-unavailable``."""
    return install_packages("matrix", ["matrix-synapse>=1.100"], "matrix-synapse", say)


def _given() -> Route:
    url = os.environ.get(ADDRESS)
    if not url:
        return Route("address", False, f"{ADDRESS} is not set")
    return Route("address", True, f"{_synapse(url).url}, from {ADDRESS}")


def _synapse(url: str) -> Synapse:
    parts = urlsplit(url)
    return Synapse(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", parts.password or "")


def _serve(start: Start) -> Users:
    """A server of our own, in the keeper's folder."""
    folder = start.keeper.directory
    port = start.ports.take()
    synapse = Synapse(f"http://{LOOPBACK}:{port}", secrets.token_urlsafe(24))
    version = start.route.detail.split()[1]
    kept = cache() / "matrix" / f".data-{version}.db"
    database = folder / "homeserver.db"
    with suppress(OSError):
        shutil.copyfile(kept, database)
    prepared = database.exists()
    _settings(folder, database, synapse, port)
    command, env = python("matrix", start.route)
    server = start.keeper.spawn(
        [*command, "-m", "synapse.app.homeserver", "-c", folder / "homeserver.yaml"],
        env={**env, "HOME": str(folder)},
        log="matrix.log",
    )

    def alive() -> bool:
        return start.keeper.code(server) is None

    wait_until(lambda: answers(port), what="Synapse", seconds=_READY, alive=alive, log=server.tail)
    if not prepared:
        _keep(database, kept)
    return Users(synapse, version, logs=server.tail, alive=alive)


def _keep(database: Path, kept: Path) -> None:
    """The next start needs to make no tables; a cache that can't be written costs a second."""
    with suppress(OSError, sqlite3.Error):
        building = kept.with_name(f".new-{os.getpid()}.db")
        building.parent.mkdir(parents=True, exist_ok=True)
        with (
            closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(building)) as target,
        ):
            source.backup(target)
        building.replace(kept)


def _settings(folder: Path, database: Path, synapse: Synapse, port: int) -> None:
    """The server's files. JSON is YAML."""
    key = b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    (folder / "signing.key").write_text(f"ed25519 a_refute {key}\n")
    listener = {
        "port": port,
        "type": "http",
        "tls": False,
        "bind_addresses": [LOOPBACK],
        "resources": [{"names": ["client"], "compress": False}],
    }
    settings = {
        "server_name": SERVER_NAME,
        "public_baseurl": f"{synapse.url}/",
        "listeners": [listener],
        "database": {"name": "sqlite3", "args": {"database": str(database)}},
        "log_config": str(folder / "log.yaml"),
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret": synapse.secret,
        "macaroon_secret_key": secrets.token_urlsafe(24),
        "form_secret": secrets.token_urlsafe(24),
        "report_stats": False,
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "federation_domain_whitelist": [],
        "bcrypt_rounds": 4,
        "rc_message": _UNLIMITED,
        "rc_registration": _UNLIMITED,
        "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), _UNLIMITED),
        "rc_joins": dict.fromkeys(("local", "remote"), _UNLIMITED),
        "rc_joins_per_room": _UNLIMITED,
        "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), _UNLIMITED),
        "rc_room_creation": _UNLIMITED,
    }
    (folder / "homeserver.yaml").write_text(json.dumps(settings, indent=1))
    log = {
        "version": 1,
        "formatters": {"plain": {"format": "%(asctime)s %(name)s %(levelname)s %(message)s"}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "root": {"level": "INFO", "handlers": ["out"]},
        "disable_existing_loggers": False,
    }
    (folder / "log.yaml").write_text(json.dumps(log))
