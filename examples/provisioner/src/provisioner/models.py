"""The tables, as the code sees them. Their constraints are in the migrations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Computed,
    Double,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NOW = text("now()")


class Base(DeclarativeBase):
    """What Python's types are in PostgreSQL."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way
        str: Text(),
        datetime: TIMESTAMP(timezone=True),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
    }


def _owned(table: str) -> tuple[ForeignKeyConstraint]:
    """Rows of an instance belong to the account that the instance belongs to."""
    return (
        ForeignKeyConstraint(
            ["instance_id", "account_id"],
            ["instances.id", "instances.account_id"],
            name=f"{table}_instance",
        ),
    )


class Account(Base):
    """Who may sign in."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("email", name="accounts_email_unique"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    email: Mapped[str]
    password_hash: Mapped[str]
    is_admin: Mapped[bool] = mapped_column(server_default=text("false"))
    #: Tokens of earlier generations are void.
    token_generation: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    closed_at: Mapped[datetime | None]


class Subscription(Base):
    """What an account pays for."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("stripe_subscription_id", name="subscriptions_stripe_unique"),
        UniqueConstraint("id", "account_id", name="subscriptions_of_account"),
        Index(
            "subscriptions_one_free",
            "account_id",
            unique=True,
            postgresql_where=text("tier = 'free' AND status <> 'canceled'"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    tier: Mapped[str]
    status: Mapped[str]
    stripe_subscription_id: Mapped[str | None]
    stripe_customer_id: Mapped[str | None]
    stripe_order: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    canceled_at: Mapped[datetime | None]


class Version(Base):
    """A release of the application that instances may run."""

    __tablename__ = "versions"
    version: Mapped[str] = mapped_column(primary_key=True)
    published_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    withdrawn_at: Mapped[datetime | None]


class InstanceTransition(Base):
    """A change of status that the database lets through."""

    __tablename__ = "instance_transitions"
    before: Mapped[str] = mapped_column(primary_key=True)
    after: Mapped[str] = mapped_column(primary_key=True)


class Instance(Base):
    """One hosted application, in a namespace of its own."""

    __tablename__ = "instances"
    __table_args__ = (
        ForeignKeyConstraint(
            ["subscription_id", "account_id"],
            ["subscriptions.id", "subscriptions.account_id"],
            name="instances_subscription",
        ),
        UniqueConstraint("id", "account_id", name="instances_of_account"),
        UniqueConstraint("namespace", name="instances_namespace"),
        Index(
            "instances_one_active",
            "subscription_id",
            unique=True,
            postgresql_where=text("status <> 'deprovisioned'"),
        ),
        Index(
            "instances_name_unique",
            "account_id",
            "name",
            unique=True,
            postgresql_where=text("status <> 'deprovisioned'"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    subscription_id: Mapped[UUID]
    name: Mapped[str]
    namespace: Mapped[str] = mapped_column(Computed("('room-' || id::text)", persisted=True))
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    wanted_version: Mapped[str] = mapped_column(ForeignKey("versions.version"))
    restart_mark: Mapped[UUID | None]
    tier: Mapped[str | None]
    version: Mapped[str | None] = mapped_column(ForeignKey("versions.version"))
    error: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    #: The guard of the table sets it at each change.
    updated_at: Mapped[datetime] = mapped_column(
        server_default=_NOW, server_onupdate=FetchedValue()
    )


class InstanceEvent(Base):
    """A change of status that has happened; the database writes it."""

    __tablename__ = "instance_events"
    __table_args__ = (
        *_owned("instance_events"),
        Index("instance_events_of", "instance_id", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    instance_id: Mapped[UUID]
    account_id: Mapped[UUID]
    before: Mapped[str | None]
    after: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class Job(Base):
    """Work to do for one instance: written with the decision, done by a worker."""

    __tablename__ = "jobs"
    __table_args__ = (
        *_owned("jobs"),
        Index(
            "jobs_next",
            "run_after",
            "id",
            postgresql_where=text("state IN ('queued', 'leased')"),
        ),
        Index(
            "jobs_of_instance",
            "instance_id",
            "id",
            postgresql_where=text("state IN ('queued', 'leased')"),
        ),
        Index(
            "jobs_leased_once",
            "instance_id",
            unique=True,
            postgresql_where=text("state = 'leased'"),
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str]
    instance_id: Mapped[UUID]
    account_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(server_default=text("'queued'"))
    #: How many steps of its plan are finished.
    step: Mapped[int] = mapped_column(server_default=text("0"))
    step_since: Mapped[datetime] = mapped_column(server_default=_NOW)
    #: It has failed, and its steps are now those that make good.
    amending: Mapped[bool] = mapped_column(server_default=text("false"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    run_after: Mapped[datetime] = mapped_column(server_default=_NOW)
    lease: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(server_default=text("''"))
    error: Mapped[str] = mapped_column(server_default=text("''"))
    #: Of the request that wrote it (W3C traceparent), or empty.
    trace: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    finished_at: Mapped[datetime | None]


class UsagePeriod(Base):
    """A time for which an instance ran; open while it runs."""

    __tablename__ = "usage_periods"
    __table_args__ = (
        *_owned("usage_periods"),
        Index(
            "usage_periods_one_open",
            "instance_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    instance_id: Mapped[UUID]
    account_id: Mapped[UUID]
    tier: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StripeEvent(Base):
    """An event that has been taken: a second delivery of it changes nothing."""

    __tablename__ = "stripe_events"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    created: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column(server_default=_NOW)
    effect: Mapped[str] = mapped_column(server_default=text("''"))


class Invoice(Base):
    """A bill, as Stripe last told of it."""

    __tablename__ = "invoices"
    __table_args__ = (
        ForeignKeyConstraint(
            ["subscription_id", "account_id"],
            ["subscriptions.id", "subscriptions.account_id"],
            name="invoices_subscription",
        ),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    subscription_id: Mapped[UUID]
    status: Mapped[str]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    created_at: Mapped[datetime]


class AuditEntry(Base):
    """Who did what; only ever added to."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("audit_log_of", "account_id", "id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(server_default=text("''"))
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class RateLimit(Base):
    """What is left of somebody's allowance, as of a moment."""

    __tablename__ = "rate_limits"
    key: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float] = mapped_column(Double)
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
