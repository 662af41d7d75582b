"""Proxies by name: where each listens, where it leads, and the toxics on its links."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from refute.real.toxiproxy import addresses
from refute.real.toxiproxy.connection import Connection, Direction
from refute.real.toxiproxy.gojson import Single
from refute_child.loss import lose, try_out
from refute_child.pipes import Pipe
from refute_child.toxics import KINDS, Toxic, lost

CONNECT_SECONDS = 30.0
"""So long a proxy tries to reach its upstream."""


@dataclass(slots=True)
class Named:
    """A toxic as the API shows it; ``stream`` is written as it was given."""

    name: str
    stream: str
    direction: Direction
    toxic: Toxic

    def shown(self) -> dict[str, Any]:
        """As Toxiproxy's JSON has it."""
        names = KINDS[self.toxic.kind][1]
        return {
            "attributes": {name: self.toxic.amount(name) for name in names},
            "name": self.name,
            "type": self.toxic.kind,
            "stream": self.stream,
            "toxicity": Single(self.toxic.toxicity),
        }


@dataclass(frozen=True, slots=True, order=True)
class Counted:
    """Whose bytes are counted: a direction of one proxy at its addresses."""

    direction: str
    listener: str
    proxy: str
    upstream: str


@dataclass(slots=True)
class Traffic:
    """Bytes of connections that have ended, for the metrics."""

    received: dict[Counted, int] = field(default_factory=dict)
    sent: dict[Counted, int] = field(default_factory=dict)


class Proxy:
    """One proxy. ``seed`` gives the chances of all its connections, in the order they come in."""

    def __init__(self, name: str, listen: str, upstream: str, seed: str, traffic: Traffic) -> None:
        self.name, self.listen, self.upstream = name, listen, upstream
        self.enabled = False
        self.toxics: list[Named] = []
        self._seed, self._traffic = seed, traffic
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._opening: set[asyncio.Task[None]] = set()
        self._open: set[Connection] = set()
        self._opened = 0

    def shown(self) -> dict[str, Any]:
        """As Toxiproxy's JSON has it, with the field that it shows without meaning to."""
        return {
            "name": self.name,
            "listen": self.listen,
            "upstream": self.upstream,
            "enabled": self.enabled,
            "Logger": {},
            "toxics": [toxic.shown() for toxic in self.listed()],
        }

    def listed(self) -> list[Named]:
        """Its toxics: those upstream first, each direction in the order of its chain."""
        return sorted(self.toxics, key=lambda each: each.direction is Direction.DOWNSTREAM)

    def differs(self, listen: str, upstream: str) -> bool:
        """Whether these are other addresses than its own. Raises AddressError."""
        return str(addresses.resolve(listen)) != self.listen or upstream != self.upstream

    async def update(self, listen: str, upstream: str, enabled: bool) -> None:
        """Take other addresses, start or stop. Raises AddressError: then it is stopped."""
        if self.differs(listen, upstream):
            await self.stop()
            self.listen, self.upstream = listen, upstream
        if enabled and not self.enabled:
            self.start()
        elif self.enabled and not enabled:
            await self.stop()

    def start(self) -> None:
        """Listen, if it does not yet. Raises AddressError."""
        if self.enabled:
            return
        self._listener = addresses.listen(self.listen)
        self.listen = addresses.bound(self._listener)
        self.enabled = True
        self._fit_listener()
        self._accepting = asyncio.create_task(self._accept(self._listener))

    async def stop(self) -> None:
        """Listen no more, and close all connections."""
        if not self.enabled:
            return
        self.enabled = False
        assert self._accepting is not None
        assert self._listener is not None
        ending = [self._accepting, *self._opening]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        self._listener.close()

    def add(self, toxic: Named) -> None:
        """A further toxic at the end of its direction's chain.

        Raises OSError for lost packets where the kernel forbids these.
        """
        if toxic.toxic.kind == "loss":
            try_out()
        self.toxics.append(toxic)
        self._change(toxic, lambda pipe, now: pipe.add(toxic.name, toxic.toxic, now))

    def change(self, toxic: Named, to: Toxic) -> None:
        """Other attributes, or another toxicity, for connections that exist, too."""
        toxic.toxic = to
        self._change(toxic, lambda pipe, now: pipe.update(toxic.name, to, now))

    def remove(self, toxic: Named) -> None:
        """Take a toxic away from all connections."""
        self.toxics.remove(toxic)
        self._change(toxic, lambda pipe, now: pipe.remove(toxic.name, now))

    def _change(self, toxic: Named, change: Callable[[Pipe, float], None]) -> None:
        for connection in list(self._open):
            connection.change(toxic.direction, change)
        if toxic.toxic.kind == "loss":
            share = lost(self._chains()[toxic.direction].values())
            for connection in list(self._open):
                connection.lose(toxic.direction, share)
            self._fit_listener()

    def _fit_listener(self) -> None:
        """Requests to connect get lost like all that clients send."""
        if self._listener is not None and self.enabled:
            lose(self._listener, lost(self._chains()[Direction.UPSTREAM].values()))

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client = (await loop.sock_accept(listener))[0]
            except OSError:
                # Out of files, or the client was gone at once: others may still come.
                await asyncio.sleep(0.05)
                continue
            task = asyncio.create_task(self._serve(client))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _serve(self, client: socket.socket) -> None:
        number, self._opened = self._opened, self._opened + 1
        with client:
            try:
                server = await _connected(self.upstream)
            except (OSError, addresses.AddressError):
                return
            with server:
                connection = Connection(
                    client, server, self._chains(), self._seeds(number), self._count()
                )
                self._open.add(connection)
                try:
                    await connection.run()
                finally:
                    self._open.discard(connection)

    def _chains(self) -> Mapping[Direction, Mapping[str, Toxic]]:
        return {
            direction: {
                each.name: each.toxic for each in self.toxics if each.direction is direction
            }
            for direction in Direction
        }

    def _seeds(self, number: int) -> Mapping[Direction, str]:
        return {each: f"{self._seed}:{number}:{each.value}" for each in Direction}

    def _count(self) -> Callable[[Direction, int, int], None]:
        listen, upstream = self.listen, self.upstream

        def count(direction: Direction, received: int, sent: int) -> None:
            key = Counted(direction.value, listen, self.name, upstream)
            for totals, more in ((self._traffic.received, received), (self._traffic.sent, sent)):
                totals[key] = totals.get(key, 0) + more

        return count


async def _connected(upstream: str) -> socket.socket:
    """A socket that is connected there. Raises OSError or AddressError."""
    loop = asyncio.get_running_loop()
    host, port = addresses.split(upstream)
    async with asyncio.timeout(CONNECT_SECONDS):
        found = await loop.getaddrinfo(host or "localhost", port, type=socket.SOCK_STREAM)
        failure: OSError = ConnectionRefusedError(upstream)
        for family, kind, protocol, _, address in found:
            server = socket.socket(family, kind, protocol)
            server.setblocking(False)
            try:
                await loop.sock_connect(server, address)
            except OSError as error:
                server.close()
                failure = error
            except BaseException:
                server.close()
                raise
            else:
                return server
    raise failure
