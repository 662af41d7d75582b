"""Jobs under leases, with many hands reaching for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from provisioner.db import Database
from provisioner.models import Job
from provisioner.worker import queue
from provisioner.worker.heart import beating
from provisioner.worker.queue import Claim, Lost
from tests.support.people import Person, join


def take(database: Database, seconds: float = 60.0) -> Claim | None:
    with database.service() as session:
        return queue.take(session, "tests", seconds)


def taken(database: Database, seconds: float = 60.0) -> Claim:
    claim = take(database, seconds)
    assert claim is not None
    return claim


def end_lease(database: Database) -> None:
    """As if its time had passed."""
    with database.service() as session:
        session.execute(
            update(Job)
            .where(Job.state == "leased")
            .values(lease_until=datetime.now(UTC) - timedelta(seconds=1))
        )


def job(database: Database) -> Job:
    with database.service() as session:
        return session.scalars(select(Job)).one()


def test_nothing_to_do(database: Database) -> None:
    assert take(database) is None


def test_many_hands_take_each_job_once(client: TestClient, database: Database) -> None:
    ids = {join(client, f"number-{number}@example.com").make() for number in range(6)}
    ready = threading.Barrier(4)

    def work(_: int) -> list[Claim]:
        ready.wait()
        mine = []
        while (claim := take(database)) is not None:
            mine.append(claim)
        return mine

    with ThreadPoolExecutor(4) as pool:
        claims = [claim for some in pool.map(work, range(4)) for claim in some]
    # Who finds all that is left in the hands of others goes away with nothing: so count both.
    while (claim := take(database)) is not None:
        claims.append(claim)
    assert sorted(claim.instance for claim in claims) == sorted(ids)
    assert len({claim.lease for claim in claims}) == 6


def test_jobs_of_one_instance_wait_for_one_another(ann: Person, database: Database) -> None:
    id = ann.make()
    ann.delete(f"/instances/{id}")
    first = taken(database)
    assert first.kind == "provision"
    assert take(database) is None
    with database.service() as session:
        queue.put_back(session, first, 3600)
    # The earlier one waits for its time, and the later one for it.
    assert take(database) is None
    with database.service() as session:
        session.execute(update(Job).values(run_after=datetime.now(UTC)))
    first = taken(database)
    assert first.kind == "provision"
    with database.service() as session:
        queue.finish(session, first)
    assert taken(database).kind == "deprovision"


def test_lease_that_ended_is_anothers(ann: Person, database: Database) -> None:
    ann.make()
    first = taken(database)
    assert take(database) is None
    end_lease(database)
    second = taken(database)
    assert (second.id, second.attempts) == (first.id, 1)
    changes: list[Callable[[Session], None]] = [
        lambda s: queue.renew(s, first, 60),
        lambda s: queue.advance(s, first, 1),
        lambda s: queue.put_back(s, first),
        lambda s: queue.try_again(s, first, "late", 1),
        lambda s: queue.amend(s, first, "late"),
        lambda s: queue.finish(s, first),
    ]
    for change in changes:
        with pytest.raises(Lost), database.service() as session:
            change(session)
    assert job(database).lease == second.lease
    with database.service() as session:
        queue.finish(session, second)
    assert (job(database).state, job(database).lease) == ("done", None)


def test_failures_are_counted_until_a_step_is_finished(ann: Person, database: Database) -> None:
    ann.make()
    for number in range(3):
        claim = taken(database)
        assert claim.attempts == number
        with database.service() as session:
            queue.try_again(session, claim, f"failure {number}", 0)
    claim = taken(database)
    assert claim.error == "failure 2"
    with database.service() as session:
        queue.advance(session, claim, 2)
        queue.put_back(session, claim)
    claim = taken(database)
    assert (claim.step, claim.attempts, claim.amending) == (2, 0, False)
    with database.service() as session:
        queue.amend(session, claim, "enough")
        queue.put_back(session, claim)
    claim = taken(database)
    assert (claim.step, claim.amending, claim.error) == (0, True, "enough")


def test_what_is_put_back_waits_its_time(ann: Person, database: Database) -> None:
    ann.make()
    claim = taken(database)
    with database.service() as session:
        queue.try_again(session, claim, "not now", 3600)
    assert take(database) is None
    assert job(database).run_after > datetime.now(UTC) + timedelta(minutes=50)
    assert job(database).state == "queued"


def test_waiting_is_counted_since_the_last_step(ann: Person, database: Database) -> None:
    ann.make()
    with database.service() as session:
        session.execute(update(Job).values(step_since=datetime.now(UTC) - timedelta(seconds=50)))
    claim = taken(database)
    assert 49 < claim.waited < 600
    with database.service() as session:
        queue.advance(session, claim, 1)
        queue.put_back(session, claim)
    assert taken(database).waited < 49


def test_heart_keeps_the_lease_and_knows_when_it_is_gone(ann: Person, database: Database) -> None:
    ann.make()
    claim = taken(database, 3600)
    before = job(database).lease_until
    assert before is not None
    with beating(database, claim, 0.03) as heart:
        while job(database).lease_until == before:
            heart.check()
        with database.service() as session:
            session.execute(update(Job).values(state="queued", lease=None, lease_until=None))
        with pytest.raises(Lost):
            while True:
                heart.check()
