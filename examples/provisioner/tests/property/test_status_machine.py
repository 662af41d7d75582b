"""The status machine under any requests, many at a time, while links and the cluster go bad.

Real PostgreSQL through a proxy that makes the link slow or cuts it; the cluster is plain sets,
so that hundreds of jobs are done in a second.
"""

from __future__ import annotations

import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from refute.real import Database as RealDatabase
from refute.real.machines import StatusMachine, together
from refute.real.toxiproxy import Toxiproxy
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from provisioner.cluster import Refused, Unreachable
from provisioner.db import Busy, Database
from provisioner.domain import accounts, instances, subscriptions
from provisioner.domain.passwords import Passwords
from provisioner.domain.problems import Problem
from provisioner.domain.status import REQUESTS, TRANSITIONS, Request, Status
from provisioner.models import Account, Instance, Job, UsagePeriod
from provisioner.settings import Settings
from provisioner.worker import Worker
from provisioner.worker.queue import Lost
from tests.conftest import settings_of
from tests.support.plain_cluster import PlainCluster

_NETWORK = (SQLAlchemyError, Busy, Lost)
_UNPAID = {Status.PENDING, Status.PROVISIONING, Status.STOPPED, Status.STARTING, Status.FAILED}
_WORKING = {change.after for change in REQUESTS.values()} | {Status.PENDING, Status.PROVISIONING}
_numbers = itertools.count()


def ways() -> dict[str, tuple[str, ...]]:
    """Where each status may lead to, by the table that the database holds as well."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for before, after in sorted(TRANSITIONS):
        found[before].append(after)
    return {before: tuple(after) for before, after in found.items()}


class Life(StatusMachine):
    """Instances, from the request to their end."""

    initial = ("pending",)
    transitions: Mapping[str, tuple[str, ...]] = ways()  # type: ignore[misc]
    failures = (Problem, *_NETWORK)
    toxics = ({"latency": 20, "jitter": 10}, {"reset_peer": 0})
    direct: Database
    by_link: Database
    given: Settings
    net: Toxiproxy

    def begin(self) -> None:
        self.links = self.net
        self.prefix = f"e{next(_numbers)}-"
        self.errors: list[type[Exception]] = []
        self.cluster = PlainCluster(self._trouble)

    def _trouble(self, call: str) -> None:
        if self.errors:
            raise self.errors.pop()("a test wants this")

    def create(self, **arguments: Any) -> UUID:
        """Sign up, subscribe, ask for an instance: each in a transaction of its own."""
        passwords, email = Passwords(1, 8), f"{self.prefix}{next(_numbers)}@example.com"
        with self.by_link.service() as session:
            account = accounts.register(session, passwords, email, "correct horse battery").id
        with self.by_link.account(account) as session:
            bought = subscriptions.begin(session, account, "free").id
        with self.by_link.account(account) as session:
            return instances.create(session, account, bought, "mine", None).id

    def _mine(self) -> list[Instance]:
        with self.direct.service() as session:
            ours = select(Account.id).where(Account.email.startswith(self.prefix))
            return list(session.scalars(select(Instance).where(Instance.account_id.in_(ours))))

    def observe(self) -> Mapping[Any, str]:
        return {one.id: one.status for one in self._mine()}

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        """Several requests at a time, some for the same instance."""
        everybody = sorted(self._mine(), key=lambda one: one.created_at)
        wish = st.tuples(st.integers(0, len(everybody) - 1), st.sampled_from(Request))
        drawn = data.draw(st.lists(wish, min_size=1, max_size=4), label="requests")
        wishes = [{"one": everybody[index], "request": request} for index, request in drawn]

        def ask(one: Instance, request: Request) -> None:
            with self.by_link.account(one.account_id) as session:
                instances.ask(session, one.account_id, one.id, request)

        for reply in together(ask, wishes):
            if reply.failure is not None and not isinstance(reply.failure, self.failures):
                raise reply.failure

    @rule(workers=st.integers(1, 3), jobs=st.integers(1, 4))
    def work(self, workers: int, jobs: int) -> None:
        """Workers at a time, each for some jobs."""

        def run(number: int) -> None:
            for _ in range(jobs):
                Worker(self.by_link, self.cluster, self.given, name=f"w{number}").once()

        for reply in together(run, [{"number": number} for number in range(workers)]):
            if reply.failure is not None and not isinstance(reply.failure, _NETWORK):
                raise reply.failure

    @rule(errors=st.lists(st.sampled_from([Unreachable, Refused]), min_size=1, max_size=3))
    def cluster_has_trouble(self, errors: list[type[Exception]]) -> None:
        self.errors += errors

    @invariant()
    def nobody_pays_for_what_does_not_run(self) -> None:
        for one in self._mine():
            with self.direct.service() as session:
                found = session.scalars(
                    select(UsagePeriod.ended_at).where(UsagePeriod.instance_id == one.id)
                ).all()
            still = found.count(None)
            assert still <= 1
            if one.status in _UNPAID:
                # It may have moved on between the two looks: no worker runs now, so it has not.
                assert not still, f"{one.status} costs something"

    @invariant()
    def what_is_said_is_true(self) -> None:
        for one in self._mine():
            if one.status == Status.RUNNING:
                assert self.cluster.running(one.namespace)
            if one.status == Status.DEPROVISIONED:
                assert one.namespace not in self.cluster.owners

    @invariant()
    def nothing_is_lost(self) -> None:
        """What is on its way has a job that will bring it there."""
        for one in self._mine():
            with self.direct.service() as session:
                states = session.scalars(select(Job.state).where(Job.instance_id == one.id)).all()
            if one.status in _WORKING:
                assert {"queued", "leased"} & set(states), f"{one.status}, and no job"

    def end(self) -> None:
        """When all is well again, everything comes to rest."""
        self.errors.clear()
        deadline = time.monotonic() + 60
        while self._open():
            assert time.monotonic() < deadline, "jobs are left"
            if not Worker(self.direct, self.cluster, self.given).once():
                time.sleep(0.01)
        self.what_is_said_is_true()
        self.nobody_pays_for_what_does_not_run()
        assert not {one.status for one in self._mine()} & _WORKING
        alive = {one.namespace for one in self._mine() if one.status not in ("deprovisioned",)}
        assert set(self.cluster.owners) <= alive

    def _open(self) -> list[int]:
        with self.direct.service() as session:
            return list(session.scalars(select(Job.id).where(Job.state.in_(["queued", "leased"]))))


def test_every_life_is_one_of_those_that_may_be(
    environment: dict[str, str],
    postgres_database: RealDatabase,
    toxiproxy: Toxiproxy,
    publish: Callable[[str], None],
) -> None:
    link = toxiproxy.proxy("db", f"{postgres_database.host}:{postgres_database.port}")
    by_link = postgres_database.url("psycopg").replace(
        f"{postgres_database.host}:{postgres_database.port}", f"{link.host}:{link.port}"
    )
    assert str(link.port) in by_link
    short = {"lease_seconds": "0.5", "poll_seconds": "0.001", "max_attempts": "3"}
    world = {
        "direct": Database(postgres_database.url("psycopg"), pool=4),
        "by_link": Database(by_link, pool=8, wait=5.0),
        "given": settings_of(environment, **short, ready_seconds="0.2"),
        "net": toxiproxy,
    }
    try:
        type("Here", (Life,), world).check(  # type: ignore[attr-defined]
            max_examples=12,
            stateful_step_count=12,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
    finally:
        world["by_link"].close()  # type: ignore[attr-defined]
        world["direct"].close()  # type: ignore[attr-defined]
