"""Everything, started and stopped."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from refute.real import Database, Homeserver, matrix, postgres, stripe_account
from sqlalchemy import insert, select
from tests.support.serving import listening, served

from local import clusters
from local.checkout import Till
from local.clusters import Route
from local.ingress import ingress
from provisioner import db, migrations
from provisioner.domain.tiers import TIERS
from provisioner.models import Instance, Job, UsagePeriod, Version

_PATIENCE = 180.0
DOMAIN = "instances.localhost"
"""Browsers lead every name below ``localhost`` to this machine, whatever there is of DNS."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What runs, and where."""

    portal: str
    matrix: str
    stripe: str
    rooms: str
    #: How the cluster was had, in words.
    route: str
    logs: Path
    database: db.Database
    names: Callable[[], list[str]]

    def leftovers(self) -> list[str]:
        """What is there although nobody has anything any more; empty when all is well."""
        with self.database.service() as session:
            jobs = session.scalars(select(Job.kind).where(Job.state.in_(["queued", "leased"])))
            here = select(Instance.name).where(Instance.status != "deprovisioned")
            still = session.scalars(here).all()
            paid = select(UsagePeriod.id).where(UsagePeriod.ended_at.is_(None))
            open_periods = session.scalars(paid).all()
            return [
                *(f"job {kind}" for kind in jobs),
                *(f"instance {name}" for name in still),
                *(f"open usage {id}" for id in open_periods),
                *(f"namespace {name}" for name in self.names()),
            ]


@contextmanager
def running(
    port: int = 0, route: str = "", say: Callable[[str], None] = lambda words: None
) -> Iterator[Stack]:
    """All of it, until the block ends. ``port`` is the portal's, 0 takes a free one.

    ``route`` insists on one of `clusters.ROUTES`. Raises RefuteError where
    something can't be had.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="provisioner-")))
        say("PostgreSQL ...")
        real = stack.enter_context(postgres(supabase=True))
        say("Synapse ...")
        homeserver = stack.enter_context(matrix())
        say("Stripe's stand-in ...")
        account = stack.enter_context(stripe_account())
        say("the cluster ...")
        taken = stack.enter_context(clusters.found(homeserver, folder, route))
        say(f"  {taken.words}")
        ours = stack.enter_context(_database(real))
        shop = stack.enter_context(listening())
        till = Till(account, f"http://localhost:{shop.getsockname()[1]}")
        stack.enter_context(served(till.application(), shop))
        door = stack.enter_context(listening())
        stack.enter_context(ingress(door, taken.connect))
        port = port or _free()
        environment = {
            **_environment(real, homeserver, taken, port),
            "PROVISIONER_STRIPE_KEY": account.api_key,
            "PROVISIONER_STRIPE_WEBHOOK_SECRET": account.webhook_secret,
            "PROVISIONER_STRIPE_API": f"http://127.0.0.1:{shop.getsockname()[1]}",
            "PROVISIONER_CHECKOUT_ORIGIN": f"http://localhost:{shop.getsockname()[1]}",
            "PROVISIONER_INSTANCE_ORIGIN": f"http://{{host}}:{door.getsockname()[1]}",
            **{
                f"PROVISIONER_STRIPE_PRICE_{tier.name.upper()}": till.price(tier.name, tier.cents)
                for tier in TIERS.values()
                if tier.cents
            },
        }
        say("the API and the worker ...")
        api = stack.enter_context(_process(environment, folder, "api", "--port", str(port)))
        stack.enter_context(_process(environment, folder, "worker"))
        url = f"http://localhost:{port}"
        _answers(f"http://127.0.0.1:{port}/readyz", api, folder)
        stack.enter_context(till.delivering(f"http://127.0.0.1:{port}/v1/webhooks/stripe"))
        yield Stack(
            portal=url,
            matrix=homeserver.url,
            stripe=f"http://localhost:{shop.getsockname()[1]}",
            rooms=f"http://*.{DOMAIN}:{door.getsockname()[1]}",
            route=taken.words,
            logs=folder,
            database=ours,
            names=taken.names,
        )


def _environment(real: Database, homeserver: Homeserver, taken: Route, port: int) -> dict[str, str]:
    return {
        "PROVISIONER_DATABASE_URL": real.dsn,
        "PROVISIONER_DATABASE_POOL": "8",
        "PROVISIONER_TOKEN_SECRET": secrets.token_urlsafe(40),
        "PROVISIONER_ROOM_SECRET": secrets.token_urlsafe(40),
        "PROVISIONER_PUBLIC_URL": f"http://localhost:{port}",
        "PROVISIONER_MATRIX_URL": homeserver.url,
        "PROVISIONER_MATRIX_TOKEN": homeserver.user("provisioner", admin=True).access_token,
        "PROVISIONER_INSTANCE_MATRIX_URL": taken.matrix_url,
        "PROVISIONER_INSTANCE_DOMAIN": DOMAIN,
        "PROVISIONER_KUBECONFIG": str(taken.kubeconfig),
        "PROVISIONER_HELM": _helm(),
        "PROVISIONER_POLL_SECONDS": "0.3",
    }


@contextmanager
def _database(real: Database) -> Iterator[db.Database]:
    """The newest shape, and one version that instances can run."""
    migrations.upgrade(real.url("psycopg"))
    ours = db.Database(real.url("psycopg"))
    with ours.service() as session:
        session.execute(insert(Version).values(version=clusters.VERSION))
    try:
        yield ours
    finally:
        ours.close()


def _helm() -> str:
    """Where helm is. Raises FileNotFoundError."""
    local = Path(__file__).resolve().parents[1] / ".tools" / "helm"
    found = str(local) if local.exists() else shutil.which("helm")
    if not found:
        raise FileNotFoundError("there is no helm here: `make tools` builds one where there is Go")
    return found


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def _process(
    environment: dict[str, str], folder: Path, *words: str
) -> Iterator[subprocess.Popen[bytes]]:
    """One of the service's processes; asked to stop in the end, and waited for."""
    given = {key: one for key, one in os.environ.items() if not key.startswith("PROVISIONER_")}
    with (folder / f"{words[0]}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "provisioner", *words],
            env={**given, **environment},
            stdout=log,
            stderr=log,
            # Ctrl-C is ours to hear: they are stopped one after the other.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until the API is ready. Raises RuntimeError with its last words."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(url, timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"the API does not come up: {(folder / 'api.log').read_text()[-2000:]}")
