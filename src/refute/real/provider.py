"""What the broker has to know of a dependency in order to start it and to share it out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from refute.real.keeping import Keeper
from refute.real.ports import Share
from refute.real.routes import Route

Json = dict[str, Any]
"""An object that JSON can carry."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a provider is given to start its dependency with."""

    route: Route
    #: Looks after all that is started, and owns the scratch folder.
    keeper: Keeper
    #: Every server listens on 127.0.0.1, at a port taken from here.
    ports: Share
    #: What the test suite wants of it: the same for all tests. JSON.
    options: Json = field(default_factory=dict)


class Running(Protocol):
    """A dependency that runs. All methods may be called from several threads at a time."""

    def facts(self) -> Json:
        """What all clients need: host, port, version ..."""

    def lease(self, wish: Json) -> Json:
        """A part of it for one test: a database, a namespace, a user. In under 100 ms."""

    def release(self, lease: Json) -> None:
        """The test is over, in whatever way: remove its part."""

    def call(self, lease: Json, what: str, args: Json) -> Any:
        """An operation of this dependency's own, on the part of one test.

        Raises RefuteError for what can't be done, with a reason for the reader.
        """

    def logs(self) -> str:
        """The last lines that its servers printed."""

    def healthy(self) -> bool:
        """Whether it still runs: one that has died is started anew for the next test."""

    def close(self) -> None:
        """Undo what the keeper can't: at a server that was not started by it, for one."""


class Provider(Protocol):
    """How a dependency is had: one object a dependency, without state."""

    name: str

    def routes(self, options: Json) -> list[Route]:
        """All ways, in the order in which they are tried; looks only, and starts nothing."""

    def start(self, start: Start) -> Running:
        """Start it, and wait until it is ready. Raises RefuteError ``real-start-failed``."""
