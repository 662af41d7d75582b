"""The narrow door to the cluster: what the worker wants done, in five calls.

Every call may be repeated at any point: what is there already stays, what is gone is fine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Unreachable(Exception):
    """It did not work this time, and may the next."""


class Refused(Exception):
    """It will not work however often it is tried: the words say why."""


class Health(StrEnum):
    """What a deployment is seen to do."""

    #: All of its pods are of the newest kind, and available.
    READY = "ready"
    #: It has no pods, as it was told.
    IDLE = "idle"
    #: It is on its way.
    WAITING = "waiting"
    #: A pod can't start, and gives a reason that does not go away by itself.
    BROKEN = "broken"
    #: There is no such deployment.
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Readiness:
    """How a deployment does, and in its own words why not better."""

    health: Health
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """An instance as it shall be in the cluster."""

    #: Of the release, and of all that it makes.
    name: str
    namespace: str
    #: Our id: a namespace that does not carry it is somebody else's.
    owner: str
    values: dict[str, Any] = field(default_factory=dict)


class Cluster(Protocol):
    """Raises Unreachable or Refused."""

    def claim(self, release: Release) -> None:
        """Make the namespace. Refused if it is there and belongs to somebody else."""

    def apply(self, release: Release) -> None:
        """Make what is in the namespace what the release says; does not wait for pods.

        An earlier call that was cut off in the middle is made good first. What is as it shall
        be already is not touched.
        """

    def readiness(self, release: Release) -> Readiness:
        """How the deployment does at this moment, as of its newest form."""

    def remove(self, release: Release) -> None:
        """Take down what `apply` made."""

    def vanished(self, release: Release) -> bool:
        """Delete the namespace; whether it, with all that was in it, is gone.

        A namespace of somebody else's is left alone, and counts as gone.
        """
