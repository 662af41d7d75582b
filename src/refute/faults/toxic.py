"""Toxics: faults on the link to a real dependency, with the seed that repeats them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from refute_child.toxics import Toxic


@dataclass(frozen=True, slots=True)
class Bad:
    """One way in which a link is bad.

    ``upstream`` is towards the service, ``downstream`` towards the program under test.
    """

    name: str
    seed: int
    #: The numbers that make it, in words of its kind: what repeats it.
    amounts: Mapping[str, int]
    upstream: tuple[Toxic, ...] = ()
    downstream: tuple[Toxic, ...] = ()
    #: Connections are closed, and new ones refused.
    down: bool = False

    @property
    def spec(self) -> str:
        """As the command line takes it: ``latency:latency=400,jitter=100``."""
        amounts = ",".join(f"{key}={value}" for key, value in self.amounts.items())
        return f"{self.name}:{amounts}" if amounts else self.name

    def record(self) -> dict[str, Any]:
        """What the relay is told of it."""
        return {
            "down": self.down,
            "upstream": [_record(one) for one in self.upstream],
            "downstream": [_record(one) for one in self.downstream],
            "seed": str(self.seed),
        }


def _record(toxic: Toxic) -> list[Any]:
    return [toxic.kind, dict(toxic.attributes), toxic.toxicity]


NAMES: Mapping[str, str] = {
    "timeout": "nothing comes through any more, and nobody is told",
    "down": "connections are closed, new ones are refused",
    "limit_data_upstream": "what is sent to the service is cut off in the middle",
    "reset_peer": "the connection is reset when the service answers",
    "limit_data": "what the service answers is cut off in the middle",
    "latency": "each answer comes late",
    "slicer": "all comes in small pieces",
    "bandwidth": "all comes slowly",
    "slow_close": "connections are closed late",
}
"""The ways in which links are made bad, those that tell most first, with what happens."""

_SLOW = 2000
"""Milliseconds that all bytes of a test take under a narrow bandwidth, more or less."""
_PIECES = 100


def amounts(name: str, seed: int, sent: int, received: int) -> dict[str, int]:
    """The numbers of a toxic for a test that is known to send and receive so many bytes on a
    connection.
    """
    chance = Random(f"{name}:{seed}")
    match name:
        case "latency":
            return {"latency": chance.randrange(300, 600), "jitter": 100}
        case "bandwidth":
            return {"rate": max(1, (sent + received) // _SLOW)}
        case "slow_close":
            return {"delay": 2000}
        case "slicer":
            size = max(1, (sent + received) // _PIECES)
            return {"average_size": size, "size_variation": size // 2, "delay": 500}
        case "limit_data":
            return {"bytes": chance.randrange(1, max(2, received))}
        case "limit_data_upstream":
            return {"bytes": chance.randrange(1, max(2, sent))}
    return {}


def bad(name: str, seed: int, given: Mapping[str, int]) -> Bad:
    """The bad link of this name with these numbers; ``name`` is one of ``NAMES``."""
    toxic = Toxic(name.removesuffix("_upstream"), dict(given))
    match name:
        case "down":
            return Bad(name, seed, given, down=True)
        case "limit_data_upstream":
            return Bad(name, seed, given, upstream=(toxic,))
        case "timeout" | "slicer" | "bandwidth":
            return Bad(name, seed, given, upstream=(toxic,), downstream=(toxic,))
    return Bad(name, seed, given, downstream=(toxic,))
