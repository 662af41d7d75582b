"""A Matrix homeserver as one test sees it: users of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from refute.real.client import Lease, lease


@dataclass(frozen=True, slots=True)
class MatrixUser:
    """A user who is registered and signed in."""

    #: ``@t-1a2b-ada:refute.test``.
    id: str
    password: str
    access_token: str
    device_id: str


@dataclass(frozen=True, slots=True)
class Homeserver:
    """A homeserver, on which a test makes users; they are deactivated when it is over.

    Rooms belong to the users who made them. Public rooms and aliases are seen by all tests of a
    run: `prefix` makes names of one's own.
    """

    lease: Lease

    @property
    def url(self) -> str:
        """Where clients connect, as matrix-nio's AsyncClient takes it."""
        return str(self.lease.facts["url"])

    @property
    def server_name(self) -> str:
        """The part of user ids, room ids and aliases behind the colon."""
        return str(self.lease.facts["server_name"])

    @property
    def prefix(self) -> str:
        """What this test's names begin with."""
        return str(self.lease.part["prefix"])

    def user(self, name: str = "user", *, admin: bool = False) -> MatrixUser:
        """Register a user of this name, after the prefix. Raises RefuteError."""
        made = self.lease.call("user", name=name, admin=admin)
        return MatrixUser(made["id"], made["password"], made["access_token"], made["device_id"])


@contextmanager
def matrix(*, route: str | None = None) -> Iterator[Homeserver]:
    """A real homeserver (Synapse), started once a run, with users of one's own.

    ``route`` insists on one of the ways to get a server.

    Raises RefuteError ``real-unavailable``, ``real-refused`` or ``real-start-failed``.
    """
    with lease("matrix", route=route) as taken:
        yield Homeserver(taken)
