"""What the database itself refuses, whoever asks, and that refused work leaves no trace."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from provisioner.db import Database, constraint
from provisioner.domain import instances
from provisioner.domain.status import TRANSITIONS, Status, allowed
from provisioner.models import (
    AuditEntry,
    Instance,
    InstanceTransition,
    Job,
    Subscription,
    UsagePeriod,
)
from tests.support.people import Person


def refused(database: Database, statement: str, **values: object) -> str:
    """The constraint that a statement of the service breaks."""
    with pytest.raises(IntegrityError) as caught, database.service() as session:
        session.execute(text(statement), values)
    return constraint(caught.value)


def force(database: Database, instance: UUID, status: Status) -> None:
    """Bring an instance to a status along the shortest way that is allowed."""
    path: dict[Status, list[Status]] = {Status.PENDING: []}
    front = [Status.PENDING]
    while front:
        at = front.pop(0)
        for before, after in sorted(TRANSITIONS):
            if before is at and after not in path:
                path[after] = [*path[at], after]
                front.append(after)
    for one in path[status]:
        with database.service() as session:
            session.execute(
                update(Instance)
                .where(Instance.id == instance)
                .values(status=one, tier="free", version="1.0.0")
            )


def test_table_of_transitions_is_the_one_of_the_code(database: Database) -> None:
    with database.service() as session:
        found = session.execute(select(InstanceTransition.before, InstanceTransition.after))
        assert {(row[0], row[1]) for row in found} == TRANSITIONS


@pytest.mark.parametrize("before", list(Status))
def test_only_what_the_table_has_can_happen(
    before: Status, ann: Person, database: Database
) -> None:
    id = ann.make()
    force(database, id, before)
    for after in Status:
        if after is before or allowed(before, after):
            continue
        broken = refused(
            database, "UPDATE instances SET status = :after WHERE id = :id", after=after, id=id
        )
        assert broken == "instances_transition"
    with database.service() as session:
        assert session.get_one(Instance, id).status == before


def test_instance_begins_as_pending(ann: Person, database: Database) -> None:
    broken = refused(
        database,
        "INSERT INTO instances (account_id, subscription_id, name, wanted_version, status) "
        "VALUES (:account, :subscription, 'x', '1.0.0', 'running')",
        account=ann.id,
        subscription=ann.subscribe(),
    )
    assert broken == "instances_begin"


@pytest.mark.parametrize("column", ["account_id", "subscription_id", "id"])
def test_instance_keeps_what_it_is(column: str, ann: Person, database: Database) -> None:
    ann.make()
    assert refused(database, f"UPDATE instances SET {column} = :new", new=uuid4()) == (
        "instances_identity"
    )


def test_running_without_tier_and_version_can_not_be(ann: Person, database: Database) -> None:
    id = ann.make()
    force(database, id, Status.PROVISIONING)
    broken = refused(
        database,
        "UPDATE instances SET status = 'running', tier = NULL, version = NULL WHERE id = :id",
        id=id,
    )
    assert broken == "instances_running"


def test_instance_belongs_to_the_account_that_pays(
    ann: Person, ben: Person, database: Database
) -> None:
    broken = refused(
        database,
        "INSERT INTO instances (account_id, subscription_id, name, wanted_version) "
        "VALUES (:account, :subscription, 'x', '1.0.0')",
        account=ben.id,
        subscription=ann.subscribe(),
    )
    assert broken == "instances_subscription"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("DELETE FROM accounts WHERE id = :account", "subscriptions_account"),
        ("DELETE FROM subscriptions", "instances_subscription"),
        ("DELETE FROM versions", "instances_wanted_version"),
        ("UPDATE instances SET wanted_version = '0.0.0'", "instances_wanted_version"),
    ],
)
def test_what_others_rest_on_stays(
    statement: str, name: str, ann: Person, database: Database
) -> None:
    ann.make()
    given = {"account": ann.id} if ":account" in statement else {}
    assert refused(database, statement, **given) == name


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE jobs SET state = 'leased'", "jobs_leased"),
        ("UPDATE jobs SET lease = gen_random_uuid()", "jobs_leased"),
        ("UPDATE jobs SET state = 'done'", "jobs_finished"),
        ("UPDATE jobs SET finished_at = now()", "jobs_finished"),
        ("UPDATE jobs SET kind = 'explode'", "jobs_kind"),
        ("UPDATE subscriptions SET status = 'canceled'", "subscriptions_canceled"),
        ("UPDATE subscriptions SET tier = 'gold'", "subscriptions_tier"),
        ("UPDATE accounts SET email = 'Ann@example.com'", "accounts_email_lower"),
    ],
)
def test_states_that_make_no_sense_can_not_be(
    statement: str, name: str, ann: Person, database: Database
) -> None:
    ann.make()
    assert refused(database, statement) == name


def test_canceled_is_final(ann: Person, database: Database) -> None:
    ann.delete(f"/subscriptions/{ann.subscribe()}")
    broken = refused(database, "UPDATE subscriptions SET status = 'active', canceled_at = NULL")
    assert broken == "subscriptions_final"


def test_one_period_at_a_time_and_forwards(ann: Person, database: Database) -> None:
    id = ann.make()
    now = datetime.now(UTC)
    period = {"instance_id": id, "account_id": ann.id, "tier": "free", "started_at": now}
    with database.service() as session:
        session.execute(insert(UsagePeriod).values(period))
    with pytest.raises(IntegrityError) as second, database.service() as session:
        session.execute(insert(UsagePeriod).values(period))
    assert constraint(second.value) == "usage_periods_one_open"
    with pytest.raises(IntegrityError) as backwards, database.service() as session:
        session.execute(update(UsagePeriod).values(ended_at=now - timedelta(seconds=1)))
    assert constraint(backwards.value) == "usage_periods_order"


@pytest.mark.parametrize("table", ["audit_log", "instance_events"])
@pytest.mark.parametrize("what", ["UPDATE {} SET account_id = NULL", "DELETE FROM {}"])
def test_history_is_only_added_to(table: str, what: str, ann: Person, database: Database) -> None:
    ann.make()
    with pytest.raises(Exception, match="only ever added to"), database.service() as session:
        session.execute(text(what.format(table)))


def counts(database: Database) -> tuple[int, ...]:
    with database.service() as session:
        return tuple(
            session.scalars(select(func.count()).select_from(table)).one()
            for table in (Instance, Job, AuditEntry, Subscription)
        )


def test_a_request_that_fails_at_its_end_has_not_begun(ann: Person, database: Database) -> None:
    """Decision, job and audit entry are one: without one of them there is none of the others."""
    bought = ann.subscribe()
    before = counts(database)
    with pytest.raises(RuntimeError), database.account(ann.id) as session:
        instances.create(session, ann.id, bought, "mine", None)
        raise RuntimeError
    assert counts(database) == before


def test_a_second_instance_leaves_no_job_behind(ann: Person, database: Database) -> None:
    bought = ann.subscribe()
    ann.make("first", bought)
    before = counts(database)
    answer = ann.post("/instances", subscription=str(bought), name="second")
    assert (answer.status_code, answer.json()["type"]) == (409, "one-instance")
    assert counts(database) == before


def test_many_ask_at_once_and_one_gets_it(ann: Person, database: Database) -> None:
    """Eight requests for two things at one moment: one is granted, with one job."""
    id = ann.make()
    force(database, id, Status.RUNNING)
    ready = threading.Barrier(8)

    def ask(what: str) -> int:
        ready.wait()
        return ann.post(f"/instances/{id}/{what}").status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(ask, ["stop", "restart"] * 4))
    assert sorted(codes) == [202] + [409] * 7
    with database.service() as session:
        asked = session.scalars(select(Job.kind).where(Job.kind != "provision")).all()
    assert len(asked) == 1
    assert ann.status(id) == {"stop": "stopping", "restart": "restarting"}[asked[0]]


def test_many_create_at_once_and_one_gets_it(ann: Person, database: Database) -> None:
    bought = ann.subscribe()
    ready = threading.Barrier(6)

    def create(number: int) -> int:
        ready.wait()
        body = {"subscription": str(bought), "name": f"number-{number}"}
        return ann.post("/instances", **body).status_code

    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(create, range(6)))
    assert sorted(codes) == [202] + [409] * 5
    assert counts(database)[:2] == (1, 1)
