"""Pages of one instance: watched as it comes up, opened, stopped, taken down."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from provisioner.api.parts import Parts, WithParts
from provisioner.api.routes import instances
from provisioner.api.shapes import KeyOut, Upgrade
from provisioner.domain.problems import Problem, not_found
from provisioner.domain.status import Status
from provisioner.models import Account
from provisioner.portal.pages import page
from provisioner.portal.visitors import Customer, Form

router = APIRouter(prefix="/instances/{id}")

_AT_REST = frozenset({Status.RUNNING, Status.STOPPED, Status.FAILED, Status.DEPROVISIONED})
_WORDS = {
    Status.PENDING: "Waiting for its turn",
    Status.PROVISIONING: "Coming up",
    Status.RUNNING: "Running",
    Status.STOPPING: "Stopping",
    Status.STOPPED: "Stopped",
    Status.STARTING: "Starting",
    Status.RESTARTING: "Restarting",
    Status.UPGRADING: "Upgrading",
    Status.FAILED: "Failed",
    Status.DEPROVISIONING: "Being taken down",
    Status.DEPROVISIONED: "Gone, with nothing left behind",
}


@router.get("")
def instance(request: Request, parts: WithParts, account: Customer, id: UUID) -> Response:
    """An instance, followed as it changes."""
    return page(request, "instance.html", **_about(parts, account, id))


@router.get("/live")
def live(request: Request, parts: WithParts, account: Customer, id: UUID) -> Response:
    """The part of that page that changes by itself."""
    return page(request, "_instance.html", **_about(parts, account, id))


@router.get("/deprovision")
def deprovision_page(request: Request, parts: WithParts, account: Customer, id: UUID) -> Response:
    """Asks whether it is meant."""
    found = instances.one(parts, account, id)
    return page(
        request,
        "confirm.html",
        title=f"Take {found.name} down?",
        detail="All that was said there is lost. The subscription stays, for another instance.",
        button="Take it down",
        action=f"/instances/{id}/deprovision",
        back=f"/instances/{id}",
    )


@router.post("/{request_name}")
def ask(parts: WithParts, account: Customer, form: Form, id: UUID, request_name: str) -> Response:
    """Ask something of it."""
    match request_name:
        case "start":
            instances.start(parts, account, id)
        case "stop":
            instances.stop(parts, account, id)
        case "restart":
            instances.restart(parts, account, id)
        case "upgrade":
            instances.upgrade(parts, account, id, Upgrade())
        case "deprovision":
            instances.deprovision(parts, account, id)
        case _:
            raise not_found("page")
    return RedirectResponse(f"/instances/{id}", 303)


def _about(parts: Parts, account: Account, id: UUID) -> dict[str, Any]:
    found = instances.one(parts, account, id)
    return {
        "instance": found,
        "moving": found.status not in _AT_REST,
        "words": _WORDS,
        "events": instances.events(parts, account, id),
        "key": _key(parts, account, id),
    }


def _key(parts: Parts, account: Account, id: UUID) -> KeyOut | None:
    try:
        return instances.key(parts, account, id)
    except Problem:
        return None
