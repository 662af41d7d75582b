"""One account attacks another: by the API, and by SQL with the rights that the API has."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors
from refute.real import Database as RealDatabase
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from provisioner.db import Database
from provisioner.domain import subscriptions
from provisioner.domain.problems import Problem, told
from provisioner.models import Base, Invoice, UsagePeriod
from tests.support.people import Person

_OWNED = (
    *("subscriptions", "instances", "instance_events", "jobs", "usage_periods", "invoices"),
    "audit_log",
)


@pytest.fixture
def victim(ann: Person, database: Database) -> dict[str, UUID]:
    """An account with something of everything."""
    bought = ann.subscribe()
    id = ann.make("hers", bought)
    with database.service() as session:
        mine = {"instance_id": id, "account_id": ann.id, "tier": "free"}
        session.execute(insert(UsagePeriod).values(started_at=text("now()"), **mine))
        session.execute(
            insert(Invoice).values(
                id="in_1",
                account_id=ann.id,
                subscription_id=bought,
                status="open",
                amount_cents=900,
                currency="usd",
                created_at=text("now()"),
            )
        )
    return {"account": ann.id, "subscription": bought, "instance": id}


def attack(real: RealDatabase, who: UUID, statement: str, *values: object) -> list[Any]:
    """A statement in the role of a customer; the rows."""
    with (
        psycopg.connect(real.dsn) as connection,
        real.acting_as(connection, "authenticated", {"sub": str(who)}) as cursor,
    ):
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else [cursor.rowcount]


@pytest.mark.parametrize("table", _OWNED)
def test_rows_of_others_do_not_exist(
    table: str, postgres_database: RealDatabase, victim: dict[str, UUID], ann: Person, ben: Person
) -> None:
    count = f"SELECT count(*) FROM {table} WHERE account_id = %s"
    assert attack(postgres_database, ben.id, count, ann.id) == [(0,)]
    # She herself sees them, so that the question was one.
    assert attack(postgres_database, ann.id, count, ann.id)[0][0] > 0


def test_accounts_of_others_do_not_exist(
    postgres_database: RealDatabase, ann: Person, ben: Person
) -> None:
    assert attack(postgres_database, ben.id, "SELECT email FROM accounts") == [(ben.email,)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT password_hash FROM accounts",
        "UPDATE accounts SET is_admin = true",
        "INSERT INTO accounts (email, password_hash) VALUES ('x@example.com', '')",
        "UPDATE subscriptions SET status = 'active'",
        "UPDATE subscriptions SET tier = 'professional'",
        "DELETE FROM subscriptions",
        "UPDATE instances SET tier = 'professional'",
        "UPDATE instances SET account_id = gen_random_uuid()",
        "DELETE FROM instances",
        "INSERT INTO instance_events (instance_id, account_id, after) "
        "SELECT id, account_id, 'running' FROM instances",
        "UPDATE instance_events SET after = 'running'",
        "UPDATE jobs SET state = 'done'",
        "DELETE FROM jobs",
        "UPDATE usage_periods SET ended_at = now()",
        "DELETE FROM usage_periods",
        "UPDATE invoices SET status = 'paid'",
        "DELETE FROM audit_log",
        "UPDATE audit_log SET actor = 'nobody'",
        "SELECT * FROM stripe_events",
        "INSERT INTO stripe_events (id, kind, created) VALUES ('evt_1', 'x', 1)",
        "SELECT * FROM rate_limits",
        "DELETE FROM rate_limits",
        "INSERT INTO versions (version) VALUES ('9.9.9')",
        "INSERT INTO instance_transitions VALUES ('failed', 'running')",
        "TRUNCATE instances CASCADE",
        "ALTER TABLE instances DISABLE ROW LEVEL SECURITY",
    ],
)
def test_what_a_customer_may_not_do_even_to_what_is_theirs(
    statement: str, postgres_database: RealDatabase, victim: dict[str, UUID], ann: Person
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        attack(postgres_database, ann.id, statement)


@pytest.mark.parametrize(
    "status", ["running", "pending", "provisioning", "stopped", "failed", "deprovisioned"]
)
def test_customer_can_ask_but_not_say_that_it_has_happened(
    status: str, postgres_database: RealDatabase, victim: dict[str, UUID], ann: Person
) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.CheckViolation)):
        attack(postgres_database, ann.id, "UPDATE instances SET status = %s", status)


def test_customer_may_ask_by_sql_what_the_api_would_ask(
    postgres_database: RealDatabase, victim: dict[str, UUID], ann: Person
) -> None:
    asked = "UPDATE instances SET status = 'deprovisioning' WHERE id = %s"
    assert attack(postgres_database, ann.id, asked, victim["instance"]) == [1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE instances SET status = 'deprovisioning'",
        "UPDATE instances SET status = 'deprovisioning' WHERE id = '{instance}'",
    ],
)
def test_change_of_others_hits_nothing(
    statement: str,
    postgres_database: RealDatabase,
    victim: dict[str, UUID],
    ann: Person,
    ben: Person,
) -> None:
    assert attack(postgres_database, ben.id, statement.format(**victim)) == [0]
    assert ann.status(victim["instance"]) == "pending"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO subscriptions (account_id, tier, status) "
        "VALUES ('{account}', 'free', 'active')",
        "INSERT INTO instances (account_id, subscription_id, name, wanted_version) "
        "VALUES ('{account}', '{subscription}', 'his', '1.0.0')",
        "INSERT INTO instances (account_id, subscription_id, name, wanted_version) "
        "VALUES ('{ben}', '{subscription}', 'his', '1.0.0')",
        "INSERT INTO jobs (kind, instance_id, account_id) "
        "VALUES ('deprovision', '{instance}', '{account}')",
        "INSERT INTO audit_log (account_id, actor, action) "
        "VALUES ('{account}', '{account}', 'account.closed')",
        "INSERT INTO audit_log (account_id, actor, action) VALUES ('{ben}', 'service', 'x')",
        "INSERT INTO subscriptions (account_id, tier, status) "
        "VALUES ('{ben}', 'professional', 'active')",
    ],
)
def test_nothing_can_be_put_in_the_name_of_others_or_for_nothing(
    statement: str, postgres_database: RealDatabase, victim: dict[str, UUID], ben: Person
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        attack(postgres_database, ben.id, statement.format(ben=ben.id, **victim))


def test_job_for_an_instance_of_others_can_not_exist(
    postgres_database: RealDatabase, victim: dict[str, UUID], ben: Person
) -> None:
    mixed = "INSERT INTO jobs (kind, instance_id, account_id) VALUES ('stop', %s, %s)"
    with pytest.raises(errors.ForeignKeyViolation):
        attack(postgres_database, ben.id, mixed, victim["instance"], ben.id)


def test_claims_end_with_their_transaction(database: Database, ann: Person, ben: Person) -> None:
    ann.subscribe()
    ben.subscribe()
    count = text("SELECT count(*) FROM subscriptions")
    for _ in range(10):
        for person in (ann, ben):
            with database.account(person.id) as session:
                owner = session.scalar(text("SELECT DISTINCT account_id FROM subscriptions"))
                assert owner == person.id
        with database.engine.connect() as nobody:
            assert nobody.execute(count).scalar_one() == 0


def test_who_has_no_role_sees_nothing_not_even_as_owner(
    postgres_database: RealDatabase, victim: dict[str, UUID]
) -> None:
    with psycopg.connect(postgres_database.dsn) as connection:
        for table in ("accounts", *_OWNED, "stripe_events", "rate_limits"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_anonymous_sees_versions_alone(database: Database, victim: dict[str, UUID]) -> None:
    with database.anonymous() as session:
        assert session.scalar(text("SELECT count(*) FROM versions")) == 1
    for table in ("accounts", *_OWNED):
        with (
            pytest.raises(Exception, match="permission denied"),
            database.anonymous() as session,
        ):
            session.execute(text(f"SELECT 1 FROM {table}"))


def test_every_table_is_under_policies(postgres_database: RealDatabase) -> None:
    """A table that a later migration adds and forgets would be open to everybody."""
    rows = postgres_database.admin(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relrowsecurity AND relforcerowsecurity"
    )
    assert {row[0] for row in rows} == set(Base.metadata.tables)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/instances/{instance}"),
        ("GET", "/instances/{instance}/events"),
        ("POST", "/instances/{instance}/start"),
        ("POST", "/instances/{instance}/stop"),
        ("POST", "/instances/{instance}/restart"),
        ("POST", "/instances/{instance}/upgrade"),
        ("DELETE", "/instances/{instance}"),
        ("DELETE", "/subscriptions/{subscription}"),
    ],
)
def test_api_says_of_others_things_what_it_says_of_things_that_are_not(
    method: str, path: str, victim: dict[str, UUID], ann: Person, ben: Person
) -> None:
    body: dict[str, str] | None = {} if path.endswith("upgrade") else None
    nothing = {"instance": uuid4(), "subscription": uuid4()}
    answers = [
        ben._ask(method, path.format(**ids), body) for ids in ({**victim, "account": ""}, nothing)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert ann.status(victim["instance"]) == "pending"


def test_api_lists_what_is_ones_own(victim: dict[str, UUID], ann: Person, ben: Person) -> None:
    assert ben.get("/instances?gone=true").json() == []
    assert ben.get("/subscriptions").json() == []
    assert ben.get("/invoices").json() == []
    assert ben.get("/usage").json()["lines"] == []
    assert {one["account_id"] for one in ben.get("/account/audit").json()} == {str(ben.id)}
    assert [one["id"] for one in ann.get("/invoices").json()] == ["in_1"]


def test_what_policies_refuse_is_told_and_what_is_a_slip_is_not_hidden(
    database: Database, victim: dict[str, UUID], ben: Person
) -> None:
    with pytest.raises(Problem) as refused, told(), database.account(ben.id) as session:
        session.execute(text("DELETE FROM audit_log"))
    assert (refused.value.slug, refused.value.status) == ("not-allowed", 403)
    with pytest.raises(ProgrammingError), told(), database.account(ben.id) as session:
        session.execute(text("SELECT * FROM nowhere"))
    with pytest.raises(IntegrityError), told(), database.service() as session:
        session.execute(text("UPDATE jobs SET state = 'done'"))


def test_canceling_at_the_same_moment_is_done_once(
    database: Database, victim: dict[str, UUID], ann: Person, ben: Person
) -> None:
    """Whoever comes second, or is somebody else, finds nothing to cancel."""
    with pytest.raises(Problem, match="not-found"), database.service() as session:
        subscriptions.cancel_free(session, ben.id, victim["subscription"])
    with database.service() as session:
        subscriptions.cancel_free(session, ann.id, victim["subscription"])
    with pytest.raises(Problem, match="not-found"), database.service() as session:
        subscriptions.cancel_free(session, ann.id, victim["subscription"])
    with pytest.raises(Problem, match="no-such-tier"), database.account(ann.id) as session:
        subscriptions.begin(session, ann.id, "gold")


def test_instance_on_the_subscription_of_others(victim: dict[str, UUID], ben: Person) -> None:
    answer = ben.post("/instances", subscription=str(victim["subscription"]), name="his")
    assert (answer.status_code, answer.json()["type"]) == (404, "not-found")
