"""One connection through a proxy: two sockets, and a pipe with toxics in each direction."""

from __future__ import annotations

import asyncio
import enum
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from struct import pack

from refute_child.loss import lose
from refute_child.pipes import Pipe
from refute_child.toxics import Toxic, lost

CHUNK = 32 * 1024
"""Bytes that are read at once; Toxiproxy's number, since toxics work on what was read."""

_AT_ONCE = pack("ii", 1, 0)


class Direction(enum.Enum):
    """Where bytes go: from the client to the server, or back."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"


Toxics = Mapping[Direction, Mapping[str, Toxic]]
Count = Callable[[Direction, int, int], None]
"""Is told a direction, and how many bytes were read and written there at the end."""


class _Way:
    """One direction under way."""

    def __init__(self, pipe: Pipe, source: socket.socket, sink: socket.socket) -> None:
        self.pipe, self.source, self.sink = pipe, source, sink
        self.wake = asyncio.Event()
        self.source_closed = False
        self.read = self.written = 0


class Connection:
    """Carries bytes between a client and a server until both directions are closed.

    The end of one direction closes the socket that it leads to, as Toxiproxy does it: there are
    no half-closed connections. ``seeds`` gives each direction its chances.
    """

    def __init__(
        self,
        client: socket.socket,
        server: socket.socket,
        toxics: Toxics,
        seeds: Mapping[Direction, str],
        count: Count,
    ) -> None:
        self._count = count
        now = asyncio.get_running_loop().time()
        ends = {Direction.UPSTREAM: (client, server), Direction.DOWNSTREAM: (server, client)}
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ways = {
            direction: _Way(Pipe(toxics[direction], Random(seeds[direction]), now), source, sink)
            for direction, (source, sink) in ends.items()
        }
        if any(toxic.kind == "reset_peer" for each in toxics.values() for toxic in each.values()):
            for end in (client, server):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        for direction, each in toxics.items():
            if share := lost(each.values()):
                self.lose(direction, share)

    async def run(self) -> None:
        """Until all is closed; when cancelled, both ends are closed at once."""
        try:
            async with asyncio.TaskGroup() as group:
                for direction in self._ways:
                    group.create_task(self._carry(direction))
        finally:
            for way in self._ways.values():
                self._close(way.sink)

    def change(self, direction: Direction, change: Callable[[Pipe, float], None]) -> None:
        """Do something to the pipe of a direction, at this moment."""
        way = self._ways[direction]
        change(way.pipe, asyncio.get_running_loop().time())
        way.wake.set()

    def lose(self, direction: Direction, percent: int) -> None:
        """Lose packets that come in on the way in this direction. Raises OSError if forbidden."""
        source = self._ways[direction].source
        if source.fileno() >= 0:
            lose(source, percent)

    async def _carry(self, direction: Direction) -> None:
        loop, way = asyncio.get_running_loop(), self._ways[direction]
        with suppress(OSError):  # the sink has gone: this direction is at its end
            while True:
                data = way.pipe.take(loop.time())
                if data is not None:
                    await loop.sock_sendall(way.sink, data)
                    way.written += len(data)
                elif way.pipe.done:
                    break
                elif not self._read(way):
                    await self._wait(way)
        self._count(direction, way.read, way.written)
        self._close(way.sink)

    def _read(self, way: _Way) -> bool:
        """Read once, if the pipe wants to; whether anything came of it."""
        if not way.pipe.wants:
            return False
        data = b""
        if not way.source_closed:
            try:
                data = way.source.recv(CHUNK)
            except BlockingIOError:
                return False
            except OSError:
                way.source_closed = True
        if data:
            way.read += len(data)
            way.pipe.feed(data, asyncio.get_running_loop().time())
        else:
            way.pipe.end()
        return True

    async def _wait(self, way: _Way) -> None:
        """Until there is something to read, a toxic's time has come, or something changed."""
        loop, due = asyncio.get_running_loop(), way.pipe.due
        reads = way.pipe.wants and not way.source_closed
        if reads:
            loop.add_reader(way.source, way.wake.set)
        timer = None if due is None else loop.call_at(due, way.wake.set)
        try:
            await way.wake.wait()
        finally:
            way.wake.clear()
            if timer is not None:
                timer.cancel()
            if reads and not way.source_closed:
                loop.remove_reader(way.source)

    def _close(self, end: socket.socket) -> None:
        for way in self._ways.values():
            if way.source is end and not way.source_closed:
                way.source_closed = True
                if end.fileno() >= 0:
                    asyncio.get_running_loop().remove_reader(end)
                way.wake.set()
        end.close()
