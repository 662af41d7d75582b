"""The broker of real dependencies, from the controller's side.

It is started where the project's Python files mention `refute.real`, before anything is sealed:
servers run outside of the trials, and the ports on which they will listen are known from its
first word. Each test gets a part of its own from it, so trials that share it need no turns.
"""

from __future__ import annotations

from dataclasses import dataclass

from refute.project import Project
from refute.real import client
from refute.real.ports import LOOPBACK
from refute.real.wording import sentence
from refute.trials.services import Service, listening

_MENTION = b"refute.real"


@dataclass(frozen=True, slots=True)
class Brokered:
    """A broker that lives as long as ``line`` is open."""

    line: client.Client
    #: Where the broker itself, and the servers that it will start, can be reached.
    services: frozenset[Service]

    @property
    def environment(self) -> dict[str, str]:
        """How tests find it."""
        return {client.ADDRESS: self.line.address}

    def told(self) -> list[str]:
        """A sentence for each dependency that was started so far."""
        return [sentence(told) for told in self.line.ask(do="told")]

    def close(self) -> None:
        """End it, and all that it started."""
        self.line.close()


def broker_for(project: Project) -> Brokered | None:
    """A broker, if this project's tests may ask for one. Raises RefuteError real-start-failed."""
    if not any(_mentions(project, name) for name in project.contents.python):
        return None
    line = client.Client(client.start())
    own = int(line.address.rsplit(":", 2)[1])
    ports = (own, *line.ask(do="ports"))
    return Brokered(line, frozenset(Service(LOOPBACK, port) for port in ports))


def owners(address: str) -> dict[int, str]:
    """Which dependency has taken which port, by the broker at an address."""
    line = client.Client(address)
    try:
        told = line.ask(do="told")
    finally:
        line.close()
    return {port: str(one["dependency"]) for one in told for port in one["ports"]}


def reachable(brokered: frozenset[Service]) -> tuple[Service, ...]:
    """What listens on the loopback, and what will."""
    return tuple(sorted({*listening(), *brokered}))


def _mentions(project: Project, name: str) -> bool:
    try:
        return _MENTION in (project.root / name).read_bytes()
    except OSError:
        return False
