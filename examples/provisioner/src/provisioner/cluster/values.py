"""From an instance and its tier to the values of the chart: pure, so that it can be read."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from provisioner.cluster.port import Release
from provisioner.domain.tiers import TIERS


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an instance shall be."""

    id: UUID
    namespace: str
    tier: str
    version: str
    running: bool
    restart_mark: UUID | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What is the same for all instances."""

    image: str
    domain: str


def release(wanted: Wanted, place: Place) -> Release:
    """The release of an instance. Equal instances have equal values. Raises KeyError."""
    tier = TIERS[wanted.tier]
    return Release(
        name="room",
        namespace=wanted.namespace,
        owner=str(wanted.id),
        values={
            "instance": str(wanted.id),
            "image": {"repository": place.image, "tag": wanted.version},
            "replicas": 1 if wanted.running else 0,
            "restartMark": str(wanted.restart_mark or ""),
            "host": f"{wanted.namespace}.{place.domain}",
            "resources": {"cpu": tier.cpu, "memory": tier.memory},
            "storage": tier.storage,
            "tier": tier.name,
        },
    )
