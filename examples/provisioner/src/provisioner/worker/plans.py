"""The steps of each kind of job, and what makes good if one of them can't be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from provisioner.cluster import Cluster, Health, Refused
from provisioner.worker import records
from provisioner.worker.work import Work


@dataclass(frozen=True, slots=True)
class Act:
    """A step in the cluster; may be done twice. False: not yet, come again later."""

    name: str
    do: Callable[[Cluster, Work, float], bool]


@dataclass(frozen=True, slots=True)
class Record:
    """A step in the database; done exactly once, in the transaction that notes it as finished."""

    name: str
    write: Callable[[Session, Work], None]


Step = Act | Record


@dataclass(frozen=True, slots=True)
class Plan:
    """One kind of job."""

    steps: tuple[Step, ...]
    #: What is done when a step is refused, or has failed too often.
    amends: tuple[Step, ...]
    #: Whether making good may fail as well: the instance then counts as failed. Where it may
    #: not, it is tried for ever: something would be left behind.
    gives_up: bool = True


def _claim(cluster: Cluster, work: Work, patience: float) -> bool:
    cluster.claim(work.release)
    return True


def _apply(cluster: Cluster, work: Work, patience: float) -> bool:
    cluster.apply(work.release)
    return True


def _await(health: Health) -> Callable[[Cluster, Work, float], bool]:
    def look(cluster: Cluster, work: Work, patience: float) -> bool:
        found = cluster.readiness(work.release)
        if found.health is health:
            return True
        if work.claim.waited > patience:
            raise Refused(f"not {health} after {patience:g} s: {found.reason or found.health}")
        return False

    return look


def _remove(cluster: Cluster, work: Work, patience: float) -> bool:
    cluster.remove(work.release)
    return True


def _vanish(cluster: Cluster, work: Work, patience: float) -> bool:
    return cluster.vanished(work.release)


CLAIM = Act("claim", _claim)
APPLY = Act("apply", _apply)
READY = Act("ready", _await(Health.READY))
IDLE = Act("idle", _await(Health.IDLE))
REMOVE = Act("remove", _remove)
VANISH = Act("vanish", _vanish)
RUNNING = Record("running", records.running)
FAILED = Record("failed", records.failed)

PLANS = {
    "provision": Plan(
        (Record("begin", records.begin), CLAIM, APPLY, READY, RUNNING),
        (REMOVE, VANISH, FAILED),
        gives_up=False,
    ),
    "start": Plan((APPLY, READY, RUNNING), (FAILED,)),
    "restart": Plan((APPLY, READY, RUNNING), (FAILED,)),
    "upgrade": Plan((APPLY, READY, RUNNING), (APPLY, READY, RUNNING)),
    "stop": Plan((APPLY, IDLE, Record("stopped", records.stopped)), (FAILED,)),
    "deprovision": Plan(
        (
            Record("end-usage", records.end_usage),
            REMOVE,
            VANISH,
            Record("deprovisioned", records.deprovisioned),
        ),
        (),
        gives_up=False,
    ),
}
"""By kind of job."""
