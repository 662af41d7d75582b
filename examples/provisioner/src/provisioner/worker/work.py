"""A job with all that its steps need to know: what the instance shall become."""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.cluster import Release
from provisioner.cluster.values import Place, Wanted, release
from provisioner.domain.status import REQUESTS, Request, Status
from provisioner.models import Instance, Subscription
from provisioner.worker.queue import Claim

_FRESH = ("provision", "upgrade")
"""Kinds of jobs that bring an instance to what was asked for; others keep what it is."""


@dataclass(frozen=True, slots=True)
class Work:
    """One job, one instance."""

    claim: Claim
    wanted: Wanted
    #: The status that the instance has at the moment.
    during: Status
    release: Release


def expected(claim: Claim) -> frozenset[Status]:
    """The statuses in which a job has something to do; in any other it has been superseded."""
    if claim.kind != "provision":
        return frozenset({REQUESTS[Request(claim.kind)].after})
    begun = claim.step > 0 and not claim.amending
    return frozenset({Status.PROVISIONING} if begun else {Status.PENDING, Status.PROVISIONING})


def work(claim: Claim, instance: Instance, subscription: Subscription, place: Place) -> Work:
    """What a job comes to. Making good after an upgrade means: what ran before."""
    fresh = claim.kind in _FRESH and not claim.amending
    wanted = Wanted(
        id=instance.id,
        namespace=instance.namespace,
        tier=subscription.tier if fresh or not instance.tier else instance.tier,
        version=instance.wanted_version if fresh or not instance.version else instance.version,
        running=claim.kind != "stop",
        restart_mark=instance.restart_mark,
    )
    return Work(claim, wanted, Status(instance.status), release(wanted, place))
