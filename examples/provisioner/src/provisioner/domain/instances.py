"""Instances: asked for, changed, taken down.

Each of these writes what was decided and the job that carries it out in one transaction: there
is no decision without its work, and no work without a decision.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from provisioner import telemetry
from provisioner.domain import audit
from provisioner.domain.problems import Problem, not_found, told
from provisioner.domain.status import REQUESTS, Request, Status
from provisioner.models import Instance, Job, Subscription, Version


def create(
    session: Session, account: UUID, subscription: UUID, name: str, version: str | None
) -> Instance:
    """A new instance, to be provisioned.

    Raises Problem: ``not-found``, ``not-paid``, ``one-instance``, ``name-taken``, ``bad-name``,
    ``no-such-version``.
    """
    bought = session.get(Subscription, subscription)
    if bought is None:
        raise not_found("subscription")
    if bought.status != "active":
        raise Problem("not-paid", 402, f"This subscription is {bought.status}, not active.")
    with told():
        instance = session.scalars(
            insert(Instance)
            .values(
                account_id=account,
                subscription_id=subscription,
                name=name,
                wanted_version=available(session, version),
            )
            .returning(Instance)
        ).one()
    _enqueue(session, "provision", instance.id, account)
    audit.note(session, account, "instance.created", instance.id, name=name)
    return instance


def ask(
    session: Session, account: UUID, id: UUID, request: Request, version: str | None = None
) -> Instance:
    """Ask something of an instance. Raises Problem ``not-found``, ``not-now`` and others.

    Of two who ask at the same time one is told that it can't be done now.
    """
    change = REQUESTS[request]
    values: dict[str, object] = {"status": change.after}
    if request is Request.RESTART:
        values["restart_mark"] = uuid4()
    if request is Request.UPGRADE:
        _must_be_paid(session, id)
        values["wanted_version"] = available(session, version)
    with told():
        instance = session.scalars(
            update(Instance)
            .where(Instance.id == id, Instance.status.in_(change.before))
            .values(values)
            .returning(Instance)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).one_or_none()
    if instance is None:
        found = session.scalars(select(Instance.status).where(Instance.id == id)).one_or_none()
        if found is None:
            raise not_found("instance")
        raise Problem("not-now", 409, f"An instance that is {found} can't {request}.")
    _enqueue(session, request, id, account)
    audit.note(session, account, f"instance.{request}", id)
    return instance


def _must_be_paid(session: Session, id: UUID) -> None:
    status = session.scalars(
        select(Subscription.status)
        .join(Instance, Instance.subscription_id == Subscription.id)
        .where(Instance.id == id)
    ).one_or_none()
    if status is not None and status != "active":
        raise Problem("not-paid", 402, f"This subscription is {status}, not active.")


def take_down(session: Session, subscription: UUID) -> None:
    """Deprovision what a subscription had, by the service itself.

    Whoever calls this has changed the subscription in the same transaction.
    """
    changed = session.execute(
        update(Instance)
        .where(
            Instance.subscription_id == subscription,
            Instance.status.in_(REQUESTS[Request.DEPROVISION].before),
        )
        .values(status=Status.DEPROVISIONING)
        .returning(Instance.id, Instance.account_id)
        .execution_options(synchronize_session=False)
    )
    gone = [(row[0], row[1]) for row in changed]
    for id, account in gone:
        _enqueue(session, Request.DEPROVISION, id, account)
        audit.note(session, None, "instance.taken-down", id)


def available(session: Session, version: str | None) -> str:
    """The version that was asked for, or the newest. Raises Problem ``no-such-version``."""
    wanted = select(Version.version).where(Version.withdrawn_at.is_(None))
    if version is not None:
        wanted = wanted.where(Version.version == version)
    newest = wanted.order_by(Version.published_at.desc(), Version.version.desc())
    found = session.scalars(newest.limit(1)).one_or_none()
    if found is None:
        raise Problem("no-such-version", 422, "There is no such version.")
    return found


def _enqueue(session: Session, kind: str, instance: UUID, account: UUID) -> None:
    values = {"kind": kind, "instance_id": instance, "account_id": account}
    session.execute(insert(Job).values(**values, trace=telemetry.carried()))
