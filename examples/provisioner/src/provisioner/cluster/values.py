"""From an instance and its tier to the values of the chart: pure, so that it can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from provisioner.cluster.port import Release
from provisioner.domain import rooms
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
    #: Where browsers reach an instance, with ``{host}`` for its name.
    origin: str = "https://{host}"
    #: The homeserver as instances reach it; empty where they have no rooms.
    matrix_url: str = ""
    #: The key to the room of an instance.
    key: Callable[[UUID], str] = field(default=lambda instance: "", repr=False)


def release(wanted: Wanted, place: Place) -> Release:
    """The release of an instance. Equal instances have equal values. Raises KeyError."""
    tier = TIERS[wanted.tier]
    host = f"{wanted.namespace}.{place.domain}"
    return Release(
        name="room",
        namespace=wanted.namespace,
        owner=str(wanted.id),
        values={
            "instance": str(wanted.id),
            "image": {"repository": place.image, "tag": wanted.version},
            "replicas": 1 if wanted.running else 0,
            "restartMark": str(wanted.restart_mark or ""),
            "host": host,
            "origin": place.origin.format(host=host),
            "resources": {"cpu": tier.cpu, "memory": tier.memory},
            "storage": tier.storage,
            "tier": tier.name,
            **_room(wanted.id, place),
        },
    )


def _room(instance: UUID, place: Place) -> dict[str, Any]:
    if not place.matrix_url:
        return {}
    return {
        "matrix": {
            "url": place.matrix_url,
            "user": rooms.account(instance),
            "password": place.key(instance),
        }
    }
