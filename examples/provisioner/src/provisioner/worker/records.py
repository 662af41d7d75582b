"""What a worker writes down of an instance: each in the transaction that ends the step."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from provisioner.domain import audit, instances
from provisioner.domain.status import Status
from provisioner.models import Instance, Subscription, UsagePeriod
from provisioner.worker.queue import Claim
from provisioner.worker.work import Work


class Superseded(Exception):
    """The instance is no longer where this job left it: somebody has asked for something else."""


def begin(session: Session, work: Work) -> None:
    """It is being provisioned: unless it was never paid for, or is no longer."""
    if _still_paid(session, work):
        _move(session, work, Status.PENDING, Status.PROVISIONING)


def running(session: Session, work: Work) -> None:
    """It runs, and costs from now on what its tier costs. Called when it was seen to be ready."""
    if not work.claim.amending and not _still_paid(session, work):
        return
    wanted = work.wanted
    _move(
        session,
        work,
        work.during,
        Status.RUNNING,
        {
            "tier": wanted.tier,
            "version": wanted.version,
            "wanted_version": wanted.version,
            "error": work.claim.error if work.claim.amending else "",
        },
    )
    open_period = session.scalars(
        select(UsagePeriod).where(
            UsagePeriod.instance_id == wanted.id, UsagePeriod.ended_at.is_(None)
        )
    ).one_or_none()
    if open_period is not None and open_period.tier == wanted.tier:
        return
    end_usage(session, work)
    session.execute(
        insert(UsagePeriod).values(
            instance_id=wanted.id,
            account_id=work.claim.account,
            tier=wanted.tier,
            started_at=func.now(),
        )
    )


def stopped(session: Session, work: Work) -> None:
    """It has no pods any more, and costs nothing."""
    _move(session, work, Status.STOPPING, Status.STOPPED, {"error": ""})
    end_usage(session, work)


def failed(session: Session, work: Work) -> None:
    """It could not be done, and was made good as far as that goes."""
    _move(session, work, work.during, Status.FAILED, {"error": work.claim.error})
    end_usage(session, work)


def end_usage(session: Session, work: Work) -> None:
    """It costs nothing from now on."""
    session.execute(
        update(UsagePeriod)
        .where(UsagePeriod.instance_id == work.wanted.id, UsagePeriod.ended_at.is_(None))
        .values(ended_at=func.now())
        .execution_options(synchronize_session=False)
    )


def deprovisioned(session: Session, work: Work) -> None:
    """Nothing of it is left."""
    _move(session, work, Status.DEPROVISIONING, Status.DEPROVISIONED)


def _still_paid(session: Session, work: Work) -> bool:
    """Whether its subscription is not canceled; if it is, the instance is taken down.

    The subscription is locked for the rest of the transaction: who cancels it comes before, and
    is seen here, or after, and finds the instance as it is left here.
    """
    subscription = session.scalars(
        select(Subscription)
        .join(Instance, Instance.subscription_id == Subscription.id)
        .where(Instance.id == work.wanted.id)
        .with_for_update(read=True, of=Subscription)
    ).one()
    if subscription.status != "canceled":
        return True
    instances.take_down(session, subscription.id)
    return False


def _move(
    session: Session,
    work: Work,
    before: Status,
    after: Status,
    values: Mapping[str, object] | None = None,
) -> None:
    """Change the status, if it is still what it was. Raises Superseded."""
    moved = session.execute(
        update(Instance)
        .where(Instance.id == work.wanted.id, Instance.status == before)
        .values({"status": after, **(values or {})})
        .returning(Instance.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if moved is None:
        raise Superseded(f"the instance is not {before} any more")
    audit.note(session, None, f"instance.{after}", work.wanted.id, job=work.claim.id)


def subject(session: Session, claim: Claim) -> tuple[Instance, Subscription]:
    """The instance of a job, and what it is paid by, as they are now."""
    found = session.execute(
        select(Instance, Subscription)
        .join(Subscription, Instance.subscription_id == Subscription.id)
        .where(Instance.id == claim.instance)
    ).one()
    return found[0], found[1]
