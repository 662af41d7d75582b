"""``provisioner``: one command for each of the service's processes."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import update

from provisioner import logs, migrations, telemetry
from provisioner.cluster.access import NoAccess
from provisioner.db import Database
from provisioner.domain import audit
from provisioner.models import Account
from provisioner.settings import Settings

_log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; its exit code."""
    given = _parser().parse_args(argv)
    if given.command == "probe":
        return _probe(given)
    try:
        settings = Settings()
    except ValidationError as error:
        for one in error.errors():
            name = "_".join(str(part) for part in ("PROVISIONER", *one["loc"])).upper()
            print(f"{name}: {one['msg']}", file=sys.stderr)
        return 2
    logs.start(settings.log_level)
    match given.command:
        case "api":
            return _api(settings, given.host, given.port)
        case "worker":
            return _worker(settings)
        case "migrate":
            migrations.upgrade(settings.sqlalchemy_url)
            return 0
        case _:
            return _make_admin(settings, given.email)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="provisioner", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    api = commands.add_parser("api", help="serve the HTTP API")
    api.add_argument("--host", default="127.0.0.1")
    api.add_argument("--port", type=int, default=8000)
    commands.add_parser("worker", help="do the work that was decided")
    commands.add_parser("migrate", help="bring the database to its newest shape")
    probe = commands.add_parser("probe", help="a customer's journey against a deployment")
    probe.add_argument("url", help="where the portal and the API are")
    probe.add_argument("--email", required=True, help="of an account that is for probes alone")
    probe.add_argument("--patience", type=float, default=300.0, help="seconds for an instance")
    probe.add_argument("--metrics", type=Path, help="a file for OpenMetrics; the output otherwise")
    admin = commands.add_parser("make-admin", help="let an account do what administrators do")
    admin.add_argument("email")
    return parser


def _api(settings: Settings, host: str, port: int) -> int:
    import uvicorn

    from provisioner.api.app import build
    from provisioner.api.parts import Parts

    # Requests that are being answered are finished, for as long as Kubernetes waits.
    uvicorn.run(
        build(Parts.of(settings), telemetry.start("provisioner-api")),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=25,
    )
    return 0


def _worker(settings: Settings) -> int:
    from provisioner.cluster import rooms
    from provisioner.worker import Worker

    try:
        cluster = rooms.found(settings)
    except NoAccess as error:
        print(f"No cluster: {error}", file=sys.stderr)
        return 2
    end = telemetry.start("provisioner-worker")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    database = Database.of(settings)
    name = f"{socket.gethostname()}:{os.getpid()}"
    _log.info("works", extra={"worker": name})
    Worker(database, cluster, settings, name=name).run(stop)
    cluster.close()
    database.close()
    end()
    _log.info("has stopped")
    return 0


def _probe(given: argparse.Namespace) -> int:
    from provisioner import probe

    password = os.environ.get("PROVISIONER_PROBE_PASSWORD")
    if not password:
        print("PROVISIONER_PROBE_PASSWORD: not set", file=sys.stderr)
        return probe.NOT_ASKED
    try:
        report = probe.Probe(given.url, given.email, password, given.patience).run()
    except probe.NotAsked as error:
        print(f"Not probed: {error}", file=sys.stderr)
        return probe.NOT_ASKED
    said = report.metrics(time.time())
    if given.metrics is None:
        print(said, end="")
    else:
        # Whole or not at all: somebody may read it at this moment.
        half = given.metrics.with_name(f".{given.metrics.name}.new")
        half.write_text(said)
        half.replace(given.metrics)
    return report.code


def _make_admin(settings: Settings, email: str) -> int:
    database = Database.of(settings)
    with database.service() as session:
        found = session.scalars(
            update(Account)
            .where(Account.email == email.strip().lower(), Account.closed_at.is_(None))
            .values(is_admin=True)
            .returning(Account.id)
        ).one_or_none()
        if found is not None:
            audit.note(session, None, "admin.made", found)
    database.close()
    if found is None:
        print(f"There is no account {email}.", file=sys.stderr)
        return 1
    return 0
