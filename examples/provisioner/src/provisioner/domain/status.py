"""The life of an instance: which status may follow which, and what may be asked for in each.

The database holds the same table and refuses all else; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Where an instance is."""

    PENDING = "pending"
    PROVISIONING = "provisioning"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    STARTING = "starting"
    RESTARTING = "restarting"
    UPGRADING = "upgrading"
    FAILED = "failed"
    DEPROVISIONING = "deprovisioning"
    DEPROVISIONED = "deprovisioned"


class Request(StrEnum):
    """What a customer can ask of an instance that exists; each is a kind of job."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    UPGRADE = "upgrade"
    DEPROVISION = "deprovision"


@dataclass(frozen=True, slots=True)
class Change:
    """Where a request can be made, and where it leads at once."""

    before: frozenset[Status]
    after: Status


_WORKING = (Status.STOPPING, Status.STARTING, Status.RESTARTING, Status.UPGRADING)
_LEAVABLE = frozenset(Status) - {Status.DEPROVISIONING, Status.DEPROVISIONED}

REQUESTS = {
    Request.START: Change(frozenset({Status.STOPPED}), Status.STARTING),
    Request.STOP: Change(frozenset({Status.RUNNING}), Status.STOPPING),
    Request.RESTART: Change(frozenset({Status.RUNNING}), Status.RESTARTING),
    Request.UPGRADE: Change(frozenset({Status.RUNNING}), Status.UPGRADING),
    Request.DEPROVISION: Change(_LEAVABLE, Status.DEPROVISIONING),
}

_BY_WORKER = (
    (Status.PENDING, Status.PROVISIONING),
    (Status.PENDING, Status.FAILED),
    (Status.PROVISIONING, Status.RUNNING),
    (Status.PROVISIONING, Status.FAILED),
    (Status.STOPPING, Status.STOPPED),
    (Status.STARTING, Status.RUNNING),
    (Status.RESTARTING, Status.RUNNING),
    (Status.UPGRADING, Status.RUNNING),
    *((working, Status.FAILED) for working in _WORKING),
    (Status.DEPROVISIONING, Status.DEPROVISIONED),
)

TRANSITIONS = frozenset(_BY_WORKER) | {
    (before, change.after) for change in REQUESTS.values() for before in change.before
}
"""All pairs of before and after that can happen."""


def allowed(before: Status, after: Status) -> bool:
    """Whether an instance may go from one status to another."""
    return (before, after) in TRANSITIONS


def requests_in(status: Status) -> list[Request]:
    """What can be asked for in a status, in a fixed order."""
    return [request for request, change in REQUESTS.items() if status in change.before]
