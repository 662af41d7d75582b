"""A virtual host of a test's own, and a user who may do everything there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from refute.real.client import Lease, lease


@dataclass(frozen=True, slots=True)
class VirtualHost:
    """Exchanges and queues of its own; removed with its user when the test is over."""

    lease: Lease

    @property
    def host(self) -> str:
        """The server's host."""
        return str(self.lease.facts["host"])

    @property
    def port(self) -> int:
        """The server's port for AMQP 0-9-1."""
        return int(self.lease.facts["port"])

    @property
    def name(self) -> str:
        """The virtual host's name."""
        return str(self.lease.part["vhost"])

    @property
    def user(self) -> str:
        """The one user of this virtual host."""
        return str(self.lease.part["user"])

    @property
    def password(self) -> str:
        """The user's password."""
        return str(self.lease.part["password"])

    @property
    def url(self) -> str:
        """``amqp://...`` as pika, aio-pika, Celery and others take it."""
        who = f"{quote(self.user)}:{quote(self.password)}"
        return f"amqp://{who}@{self.host}:{self.port}/{quote(self.name, safe='')}"

    @property
    def management_url(self) -> str:
        """The server's HTTP API; the user sees this virtual host there."""
        return str(self.lease.facts["management_url"])


@contextmanager
def rabbitmq(*, route: str | None = None) -> Iterator[VirtualHost]:
    """A virtual host of one's own on a real RabbitMQ, which is started once a run.

    ``route`` insists on one of the ways to get a server.

    Raises RefuteError ``real-unavailable``, ``real-refused`` or ``real-start-failed``.
    """
    with lease("rabbitmq", route=route) as taken:
        yield VirtualHost(taken)
