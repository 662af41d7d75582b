"""Instances."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from provisioner.api.parts import Parts, SignedIn, WithParts
from provisioner.api.shapes import EventOut, InstanceOut, KeyOut, NewInstance, Upgrade
from provisioner.domain import instances, rooms
from provisioner.domain.problems import not_found
from provisioner.domain.status import Request, Status, requests_in
from provisioner.flags import NEW_INSTANCES
from provisioner.models import Account, Instance, InstanceEvent

router = APIRouter(prefix="/instances", tags=["instances"])


def shown(parts: Parts, instance: Instance) -> InstanceOut:
    """An instance for its owner."""
    status = Status(instance.status)
    kept = ("id", "subscription_id", "name", "tier", "version", "wanted_version", "error")
    return InstanceOut(
        **{name: getattr(instance, name) for name in kept},
        status=status,
        created_at=instance.created_at,
        updated_at=instance.updated_at,
        url=parts.settings.instance_origin.format(
            host=f"{instance.namespace}.{parts.settings.instance_domain}"
        ),
        requests=requests_in(status),
    )


@router.post("", status_code=202)
def create(parts: WithParts, account: SignedIn, given: NewInstance) -> InstanceOut:
    """Ask for an instance: it is ready when its status is ``running``."""
    parts.flags.want(NEW_INSTANCES, account.id)
    with parts.database.account(account.id) as session:
        made = instances.create(session, account.id, given.subscription, given.name, given.version)
        return shown(parts, made)


@router.get("")
def mine(parts: WithParts, account: SignedIn, gone: bool = False) -> list[InstanceOut]:
    """One's instances, oldest first; with those that are gone if ``gone``."""
    with parts.database.account(account.id) as session:
        wanted = select(Instance).order_by(Instance.created_at, Instance.id)
        if not gone:
            wanted = wanted.where(Instance.status != Status.DEPROVISIONED)
        return [shown(parts, one) for one in session.scalars(wanted)]


@router.get("/{id}")
def one(parts: WithParts, account: SignedIn, id: UUID) -> InstanceOut:
    """One instance."""
    with parts.database.account(account.id) as session:
        found = session.get(Instance, id)
        if found is None:
            raise not_found("instance")
        return shown(parts, found)


@router.get("/{id}/events")
def events(parts: WithParts, account: SignedIn, id: UUID) -> list[EventOut]:
    """How it got to where it is."""
    with parts.database.account(account.id) as session:
        if session.get(Instance, id) is None:
            raise not_found("instance")
        found = session.scalars(
            select(InstanceEvent).where(InstanceEvent.instance_id == id).order_by(InstanceEvent.id)
        )
        return [EventOut.model_validate(event) for event in found]


@router.get("/{id}/key")
def key(parts: WithParts, account: SignedIn, id: UUID) -> KeyOut:
    """How its owner signs in at the instance itself."""
    with parts.database.account(account.id) as session:
        found = session.get(Instance, id)
    password = parts.settings.room_key(id)
    if found is None or found.status == Status.DEPROVISIONED or not password:
        raise not_found("key")
    return KeyOut(name=rooms.OWNER, password=password)


@router.post("/{id}/start", status_code=202)
def start(parts: WithParts, account: SignedIn, id: UUID) -> InstanceOut:
    """Start an instance that is stopped."""
    return _ask(parts, account, id, Request.START)


@router.post("/{id}/stop", status_code=202)
def stop(parts: WithParts, account: SignedIn, id: UUID) -> InstanceOut:
    """Stop an instance: its data stay, and it costs nothing."""
    return _ask(parts, account, id, Request.STOP)


@router.post("/{id}/restart", status_code=202)
def restart(parts: WithParts, account: SignedIn, id: UUID) -> InstanceOut:
    """Restart an instance that runs."""
    return _ask(parts, account, id, Request.RESTART)


@router.post("/{id}/upgrade", status_code=202)
def upgrade(parts: WithParts, account: SignedIn, id: UUID, given: Upgrade) -> InstanceOut:
    """Bring an instance to its subscription's tier, and to a version."""
    return _ask(parts, account, id, Request.UPGRADE, given.version)


@router.delete("/{id}", status_code=202)
def deprovision(parts: WithParts, account: SignedIn, id: UUID) -> InstanceOut:
    """Take an instance down, with all its data."""
    return _ask(parts, account, id, Request.DEPROVISION)


def _ask(
    parts: Parts, account: Account, id: UUID, request: Request, version: str | None = None
) -> InstanceOut:
    with parts.database.account(account.id) as session:
        return shown(parts, instances.ask(session, account.id, id, request, version))
