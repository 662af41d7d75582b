"""One connection that the relay carries: two sockets, two directions, half-closes, resets."""

from __future__ import annotations

import os
import socket
from selectors import EVENT_READ, EVENT_WRITE
from struct import pack

CHUNK = 1 << 16
"""Bytes that are held for a side that does not take them; then the other one has to wait."""


class Half:
    """One direction of a connection."""

    def __init__(self, source: socket.socket, sink: socket.socket) -> None:
        self.source = source
        self.sink = sink
        self.data = bytearray()
        #: The source has said that no more will come, and the sink was told so.
        self.ended = self.told = False

    def take(self) -> None:
        """Read once from the source."""
        try:
            data = self.source.recv(CHUNK)
        except BlockingIOError:
            return
        self.data += data
        self.ended = not data

    def give(self) -> None:
        """Write once to the sink, and pass the end on after the last byte."""
        try:
            if self.data:
                del self.data[: self.sink.send(self.data)]
        except BlockingIOError:
            return
        if self.ended and not self.data and not self.told:
            self.told = True
            self.sink.shutdown(socket.SHUT_WR)


class Link:
    """A connection: its end in the slot (near), and the one to the service (far)."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.near, self.far = near, far
        self.connected = False
        self.out, self.back = Half(near, far), Half(far, near)

    @property
    def done(self) -> bool:
        """Both sides have said that no more will come."""
        return self.out.told and self.back.told

    def wants(self, end: socket.socket) -> int:
        """The events that matter at one end now."""
        if end is self.far and not self.connected:
            return EVENT_WRITE
        taken, given = (self.out, self.back) if end is self.near else (self.back, self.out)
        reads = not taken.ended and len(taken.data) < CHUNK
        writes = bool(given.data) or (given.ended and not given.told)
        return EVENT_READ * reads | EVENT_WRITE * writes

    def work(self, end: socket.socket, events: int) -> None:
        """Carry on what can be carried. Raises OSError when either end is broken."""
        if end is self.far and not self.connected:
            code = self.far.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))
            self.connected = True
        for half in (self.out, self.back):
            if events & EVENT_READ and half.source is end:
                half.take()
            if self.connected:
                half.give()

    def close(self, *, broken: bool) -> None:
        """Close both ends; ``broken`` lets both sides see a reset, not an orderly end."""
        for end in (self.near, self.far):
            if broken:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, pack("ii", 1, 0))
            end.close()
