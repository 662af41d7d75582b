"""Links that go bad while a test runs: what is told to the relay, and what it tells back."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from refute.faults.toxic import Bad
from refute.trials.services import Service


@dataclass(frozen=True, slots=True)
class Carried:
    """What went over the links to one service during a test."""

    service: Service
    connections: int
    sent: int
    received: int


def carried(told: Iterable[Sequence[Any]]) -> tuple[Carried, ...]:
    """As the relay tells it."""
    return tuple(Carried(Service(host, port), *counts) for host, port, *counts in told)


class Strain:
    """One bad link, or none, and the switch for it: ``inside`` is the end for who runs the test."""

    def __init__(self, bad: Bad | None, services: Sequence[Service]) -> None:
        self._bad, self._services = bad, services
        self.inside, self._relay = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def plan(self) -> dict[str, Any]:
        """What the relay is told, see `refute_child/strain.py`."""
        well = {"down": False, "upstream": [], "downstream": [], "seed": ""}
        return {
            "switch": self._relay.fileno(),
            "places": [[one.host, one.port] for one in self._services],
            **(self._bad.record() if self._bad else well),
        }

    def close(self) -> None:
        """Once the program has started, it and the relay hold the ends."""
        self.inside.close()
        self._relay.close()
