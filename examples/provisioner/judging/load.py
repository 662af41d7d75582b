"""``python -m judging.load``: 200 customers at a time, with faults on; what came of them.

The API is served over HTTP, PostgreSQL is real and behind a proxy that is slow and cuts
connections, four workers work at a time, and every tenth call of the cluster fails. The cluster
is plain sets (`tests/support/plain_cluster.py`): pods of 200 instances do not fit one machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any

import httpx2
import uvicorn
from refute.real import postgres
from refute.real.toxiproxy import toxiproxy
from sqlalchemy import func, select
from tests.conftest import SECRET, STRIPE_KEY, migrated
from tests.support.people import PASSWORD, WEBHOOK
from tests.support.plain_cluster import PlainCluster

from judging.suites import ROOT
from provisioner.api.app import build
from provisioner.api.parts import Parts
from provisioner.billing.gateway import Gateway
from provisioner.cluster import Unreachable
from provisioner.db import Database
from provisioner.domain.passwords import Passwords
from provisioner.domain.tokens import Tokens
from provisioner.models import Account, Instance, InstanceEvent, Job, UsagePeriod
from provisioner.settings import Settings
from provisioner.worker import Worker

_WORKERS = 4
_FAILING = 0.1
_PATIENCE = 1200.0


@dataclass(slots=True)
class Seen:
    """What customers saw, in seconds and numbers; filled by many threads."""

    signed_up: list[float] = field(default_factory=list)
    running: list[float] = field(default_factory=list)
    requests: int = 0
    refused: int = 0


class Customer:
    """Somebody who asks again until it has worked."""

    def __init__(self, url: str, number: int, seen: Seen) -> None:
        self._http = httpx2.Client(base_url=f"{url}/v1", timeout=60)
        self._email, self._seen = f"customer{number}@example.com", seen
        self._headers: dict[str, str] = {}

    def live(self) -> None:
        """Sign up, subscribe, ask for an instance, and wait until it runs."""
        began = time.monotonic()
        given = {"email": self._email, "password": PASSWORD}
        self._until("POST", "/accounts", given, known=409)
        token = self._until("POST", "/sessions", given)["token"]
        self._headers = {"Authorization": f"Bearer {token}"}
        self._until("POST", "/subscriptions", {"tier": "free"}, known=409)
        bought = self._until("GET", "/subscriptions")[0]["id"]
        wish = {"subscription": bought, "name": "mine"}
        self._until("POST", "/instances", wish, known=409)
        self._seen.signed_up.append(time.monotonic() - began)
        while self._until("GET", "/instances")[0]["status"] != "running":
            time.sleep(1)
        self._seen.running.append(time.monotonic() - began)
        self._http.close()

    def _until(self, method: str, path: str, body: Any = None, known: int = 0) -> Any:
        """Ask until it is answered well; ``known``: it was done by an earlier try."""
        for attempt in range(200):
            self._seen.requests += 1
            try:
                answer = self._http.request(method, path, json=body, headers=self._headers)
            except httpx2.HTTPError:
                answer = None
            if answer is not None and (
                answer.is_success or (attempt and answer.status_code == known)
            ):
                return answer.json()
            self._seen.refused += 1
            time.sleep(random.uniform(0.1, 0.5))  # noqa: S311 - no secret
        raise TimeoutError(f"{method} {path}: never answered well")


@contextmanager
def _serving(parts: Parts) -> Iterator[str]:
    config = uvicorn.Config(build(parts), port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def _trouble(chance: random.Random) -> Callable[[str], None]:
    def trouble(call: str) -> None:
        if chance.random() < _FAILING:
            raise Unreachable("every tenth call fails")

    return trouble


def run(customers: int) -> dict[str, Any]:
    """All of it; the figures. Raises AssertionError where a promise was broken."""
    began, load = time.monotonic(), os.getloadavg()[0]
    seen = Seen()
    with postgres(supabase=True, migrate=migrated) as real, toxiproxy() as links:
        there = f"{real.host}:{real.port}"
        link = links.proxy("db", there, seed=7)
        given = Settings(
            database_url=real.dsn.replace(there, f"{link.host}:{link.port}"),
            database_pool=40,
            database_wait=20,
            token_secret=SECRET,
            stripe_key=STRIPE_KEY,
            stripe_webhook_secret=WEBHOOK,
            poll_seconds=0.05,
            lease_seconds=10,
            rate_anonymous=10**6,
            rate_account=10**6,
        )
        bad, direct = Database.of(given), Database(real.url("psycopg"))
        tokens = Tokens(SECRET, timedelta(hours=1))
        cluster = PlainCluster(_trouble(random.Random(7)))  # noqa: S311 - repeats itself
        stop = threading.Event()
        workers = [
            threading.Thread(target=Worker(bad, cluster, given, name=f"w{n}").run, args=(stop,))
            for n in range(_WORKERS)
        ]
        with (
            _serving(Parts(given, bad, Passwords(), tokens, Gateway(given))) as url,
            links.toxic("db", latency=3, jitter=3),
            links.toxic("db", reset_peer=3000, toxicity=0.1),
        ):
            for worker in workers:
                worker.start()
            with ThreadPoolExecutor(customers) as pool:
                people = [Customer(url, number, seen) for number in range(customers)]
                for one in [pool.submit(person.live) for person in people]:
                    one.result(_PATIENCE)
        stop.set()
        for worker in workers:
            worker.join()
        figures = _promises(direct, cluster, customers)
        bad.close()
        direct.close()
    took = time.monotonic() - began
    return {
        **figures,
        "requests, of them refused or cut and asked again": f"{seen.requests:,}, {seen.refused:,}",
        "signed up, subscribed and asked (median, 95%)": _times(seen.signed_up),
        "until running, from the first request (median, 95%)": _times(seen.running),
        "took, with everything": f"{took:.0f} s, load {max(load, os.getloadavg()[0]):.0f} "
        f"on {os.cpu_count()} cores",
    }


def _times(seconds: list[float]) -> str:
    parts = quantiles(seconds, n=20)
    return f"{parts[9]:.1f} s, {parts[18]:.1f} s"


def _promises(database: Database, cluster: PlainCluster, customers: int) -> dict[str, str]:
    """Nothing lost, nothing doubled, nothing orphaned, statuses true."""
    with database.service() as session:
        accounts = session.scalars(select(func.count()).select_from(Account)).one()
        found = session.scalars(select(Instance)).all()
        periods = session.scalars(select(UsagePeriod.instance_id)).all()
        events = session.scalars(select(InstanceEvent.after)).all()
        jobs = session.execute(select(Job.state, func.count()).group_by(Job.state)).all()
    running = [one for one in found if one.status == "running"]
    lost = customers - len(running)
    doubled = len(found) - len({one.account_id for one in found}) + len(periods) - len(set(periods))
    orphans = set(cluster.owners) - {one.namespace for one in found}
    untrue = [one for one in running if not cluster.running(one.namespace)]
    assert (accounts, lost, doubled, len(orphans), len(untrue)) == (customers, 0, 0, 0, 0)
    assert events.count("running") == customers
    assert [tuple(row) for row in jobs] == [("done", customers)]
    return {
        "customers at a time, instances that run": f"{customers}, {len(running)}",
        "lost, doubled, orphaned, statuses that are not true": "0, 0, 0, 0",
    }


def main() -> None:
    """Run it, and keep the figures for RESULTS.md."""
    parser = argparse.ArgumentParser(prog="judging.load", description=__doc__)
    parser.add_argument("--customers", type=int, default=200)
    given = parser.parse_args()
    figures = run(given.customers)
    for name, value in figures.items():
        print(f"{name}: {value}")
    said = {
        "words": (
            "Customers sign up, subscribe and ask for an instance over HTTP, all at the same time. "
            "PostgreSQL is real; each answer of it takes 3 ms more, give or take 3, and one "
            f"connection in ten is cut after 3 s. {_WORKERS} workers work at a time; every tenth "
            "call of the cluster fails. The cluster is plain sets: no Helm, and no pods."
        ),
        "figures": figures,
        "command": f"python -m judging.load --customers {given.customers}",
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    (ROOT / "results").mkdir(exist_ok=True)
    (ROOT / "results" / "load.json").write_text(json.dumps(said, indent=1) + "\n")


if __name__ == "__main__":
    main()
