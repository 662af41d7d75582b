"""What administrators see and do; all of it is on record."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import func, insert, select, update

from provisioner.api.parts import Administrator, WithParts
from provisioner.api.shapes import AccountOut, AuditOut, JobOut, NewVersion, VersionOut
from provisioner.domain import accounts, audit
from provisioner.domain.problems import Problem, not_found, told
from provisioner.models import Account, AuditEntry, Job, Version

router = APIRouter(prefix="/admin", tags=["admin"])

Limit = Annotated[int, Query(ge=1, le=500)]
# What a bigint holds: the database would refuse more.
Entry = Annotated[int, Query(ge=0, le=2**63 - 1)]


@router.get("/accounts")
def all_accounts(parts: WithParts, admin: Administrator, limit: Limit = 100) -> list[AccountOut]:
    """Accounts, the newest first."""
    with parts.database.service() as session:
        found = session.scalars(
            select(Account).order_by(Account.created_at.desc(), Account.id).limit(limit)
        )
        return [AccountOut.model_validate(one) for one in found]


@router.delete("/accounts/{id}", status_code=204)
def close(parts: WithParts, admin: Administrator, id: UUID) -> None:
    """Close somebody's account."""
    with parts.database.service() as session:
        if session.get(Account, id) is None:
            raise not_found("account")
        audit.note_for(session, admin.id, id, "admin.account-closed")
        for paid in accounts.close(session, id):
            parts.gateway.cancel(paid)


@router.get("/audit")
def all_audit(
    parts: WithParts, admin: Administrator, after: Entry = 0, limit: Limit = 100
) -> list[AuditOut]:
    """What everybody did, oldest first."""
    with parts.database.service() as session:
        found = session.scalars(
            select(AuditEntry).where(AuditEntry.id > after).order_by(AuditEntry.id).limit(limit)
        )
        return [AuditOut.model_validate(one) for one in found]


@router.get("/jobs")
def jobs(
    parts: WithParts,
    admin: Administrator,
    state: Literal["queued", "leased", "done", "dead"] | None = None,
    limit: Limit = 100,
) -> list[JobOut]:
    """Work, the newest first."""
    with parts.database.service() as session:
        wanted = select(Job).order_by(Job.id.desc()).limit(limit)
        if state is not None:
            wanted = wanted.where(Job.state == state)
        return [JobOut.model_validate(one) for one in session.scalars(wanted)]


@router.post("/jobs/{id}/hurry", status_code=202)
def hurry(parts: WithParts, admin: Administrator, id: int) -> JobOut:
    """Have work that waits after a failure tried again now."""
    with parts.database.service() as session:
        job = session.scalars(
            update(Job)
            .where(Job.id == id, Job.state == "queued")
            .values(run_after=func.now(), attempts=0)
            .returning(Job)
        ).one_or_none()
        if job is None:
            raise Problem("not-now", 409, "There is no such work waiting.")
        audit.note_for(session, admin.id, job.account_id, "admin.job-hurried", job.id)
        return JobOut.model_validate(job)


@router.post("/versions", status_code=201)
def publish(parts: WithParts, admin: Administrator, given: NewVersion) -> VersionOut:
    """Let instances run a version from now on."""
    with parts.database.service() as session:
        with told():
            made = session.scalars(
                insert(Version).values(version=given.version).returning(Version)
            ).one()
        audit.note(session, admin.id, "admin.version-published", given.version)
        return VersionOut.model_validate(made)


@router.delete("/versions/{version}", status_code=204)
def withdraw(parts: WithParts, admin: Administrator, version: str) -> None:
    """No instance is brought to this version any more; those that run it go on."""
    with parts.database.service() as session:
        found = session.scalars(
            update(Version)
            .where(Version.version == version, Version.withdrawn_at.is_(None))
            .values(withdrawn_at=func.now())
            .returning(Version.version)
        ).one_or_none()
        if found is None:
            raise not_found("version")
        audit.note(session, admin.id, "admin.version-withdrawn", version)
