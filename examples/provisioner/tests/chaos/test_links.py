"""Latency, jitter, loss, resets and partitions on each link: what was asked for comes about once,
nothing is left behind, and who can't be served is told so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import pytest
from fastapi.testclient import TestClient
from refute.real.toxiproxy import Toxiproxy
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from provisioner.db import Busy, Database
from provisioner.models import InstanceEvent, Job, UsagePeriod
from provisioner.worker import Worker
from tests.support.kube import Kube
from tests.support.people import Person
from tests.support.stripe_api import StripeStandIn
from tests.support.working import PATIENCE, open_jobs

Effect = Callable[[Toxiproxy, str], AbstractContextManager[Any]]

BAD: dict[str, Effect] = {
    "latency": lambda links, name: links.toxic(name, latency=60),
    "jitter": lambda links, name: links.toxic(name, latency=30, jitter=30, direction="both"),
    "loss": lambda links, name: links.loss(0.05, name),
    "resets": lambda links, name: links.toxic(name, reset_peer=30, toxicity=0.4),
    "pieces": lambda links, name: links.toxic(name, slices=40, slice_variation=10, slice_delay=50),
}


def work(worker: Worker, database: Database) -> None:
    """As `Worker.run` does: what can't go on is tried again, until nothing is left to do."""
    deadline = time.monotonic() + PATIENCE
    while open_jobs(database):
        assert time.monotonic() < deadline, "jobs are left"
        try:
            if worker.once():
                continue
        except (SQLAlchemyError, Busy):
            pass
        time.sleep(0.02)


@pytest.mark.parametrize("link", ["db", "kube"])
@pytest.mark.parametrize("effect", BAD)
def test_worker_brings_about_what_was_asked_for(
    link: str,
    effect: str,
    links: Toxiproxy,
    ann: Person,
    bad_worker: Worker,
    database: Database,
    server: Kube,
) -> None:
    id = ann.make()
    with BAD[effect](links, link):
        work(bad_worker, database)
        assert ann.status(id) == "running"
        ann.delete(f"/instances/{id}")
        work(bad_worker, database)
    assert ann.status(id) == "deprovisioned"
    assert server.objects == {}
    with database.service() as session:
        seen = session.scalars(select(InstanceEvent.after).order_by(InstanceEvent.id)).all()
        periods = session.scalars(select(UsagePeriod.ended_at)).all()
        jobs = session.scalars(select(Job.state).order_by(Job.id)).all()
    assert seen == ["pending", "provisioning", "running", "deprovisioning", "deprovisioned"]
    assert len(periods) == 1
    assert None not in periods
    assert jobs == ["done", "done"]


@pytest.mark.parametrize("link", ["db", "kube"])
def test_worker_goes_on_after_a_partition(
    link: str,
    links: Toxiproxy,
    ann: Person,
    bad_worker: Worker,
    database: Database,
    server: Kube,
) -> None:
    id = ann.make()
    with links.down(link):
        with suppress(SQLAlchemyError, Busy):
            bad_worker.once()
        assert ann.status(id) in ("pending", "provisioning")
    work(bad_worker, database)
    assert ann.status(id) == "running"
    assert server.names("deployments") == ["room"]


def test_worker_that_was_cut_off_does_no_harm_when_the_line_comes_back(
    links: Toxiproxy,
    ann: Person,
    bad_worker: Worker,
    worker: Worker,
    database: Database,
    server: Kube,
) -> None:
    """No packet comes through to the database, and nobody is told: another worker takes over."""
    id = ann.make()
    cut = links.partition("db")

    def work_on() -> None:
        with suppress(SQLAlchemyError, Busy):
            bad_worker.once()

    thread = threading.Thread(target=work_on)
    with server.held("POST", "/deployments") as arrived:
        thread.start()
        assert arrived.wait(PATIENCE)
        cut.start()
    work(worker, database)
    assert ann.status(id) == "running"
    assert thread.is_alive(), "it waits for an answer that does not come"
    cut.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    with database.service() as session:
        seen = session.scalars(select(InstanceEvent.after).order_by(InstanceEvent.id)).all()
        assert seen == ["pending", "provisioning", "running"]
        assert session.scalars(select(Job.state)).all() == ["done"]
    assert server.made[("deployments", f"room-{id}", "room")] == 1


@pytest.mark.parametrize("effect", ["latency", "jitter", "loss", "pieces"])
def test_api_answers_over_a_bad_link_to_its_database(
    effect: str, links: Toxiproxy, ann: Person, bad_api: TestClient
) -> None:
    slow = Person(bad_api, ann.id, ann.email, ann.token)
    with BAD[effect](links, "db"):
        id = slow.make()
        assert slow.status(id) == "pending"
    assert ann.status(id) == "pending"


def test_api_that_has_lost_its_database_says_so_and_comes_back(
    links: Toxiproxy, ann: Person, bad_api: TestClient
) -> None:
    slow = Person(bad_api, ann.id, ann.email, ann.token)
    bought = slow.subscribe()
    with links.down("db"):
        refused = slow.post("/instances", subscription=str(bought), name="mine")
        assert refused.status_code in (500, 503)
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert bad_api.get("/readyz").status_code == 503
        assert bad_api.get("/healthz").status_code == 200
    assert bad_api.get("/readyz").status_code == 200
    assert ann.get("/instances").json() == []
    assert slow.status(slow.make("mine", bought)) == "pending"


@pytest.mark.parametrize("effect", ["latency", "jitter", "loss", "pieces"])
def test_customers_can_pay_over_a_bad_link_to_stripe(
    effect: str, links: Toxiproxy, ann: Person, bad_api: TestClient, stripe: StripeStandIn
) -> None:
    slow = Person(bad_api, ann.id, ann.email, ann.token)
    with BAD[effect](links, "stripe"):
        begun = slow.post("/subscriptions", tier="starter")
    assert begun.status_code == 201, begun.text
    assert list(stripe.checkouts) == [f"checkout-{begun.json()['id']}"]


def test_without_stripe_nothing_is_begun(
    links: Toxiproxy, ann: Person, bad_api: TestClient, stripe: StripeStandIn
) -> None:
    slow = Person(bad_api, ann.id, ann.email, ann.token)
    with links.down("stripe"):
        refused = slow.post("/subscriptions", tier="starter")
    assert (refused.status_code, refused.json()["type"]) == (503, "payment-unavailable")
    assert ann.get("/subscriptions").json() == []
    assert stripe.checkouts == {}
