"""A relay whose links can go bad for a while: the links of `refute chaos`.

Who runs a test holds a switch, a line to the relay. ``1`` makes the links to chosen places bad,
those that exist, too; ``0`` makes all well again. Each is answered once it is done; ``0`` with
what went over each link in the meantime: a JSON list of [host, port, connections, bytes to the
service, bytes back].

The plan: ``switch`` (the relay's end of that line), ``places`` ([host, port] each), ``down``
(whether they are gone altogether), ``upstream`` and ``downstream`` (toxics: [kind, attributes,
toxicity] each), ``seed``.
"""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Mapping, Sequence
from random import Random
from selectors import EVENT_READ, EVENT_WRITE
from time import monotonic
from typing import Any

from .links import Half, Link
from .pipes import Pipe
from .relay import Place, Relay
from .toxics import Toxic

Plan = Mapping[str, Any]
Toxics = Sequence[Toxic]

CHUNK = 1 << 15
"""Bytes that are read at once, as in Toxiproxy: toxics work on what was read."""


class BadHalf(Half):
    """One direction, through a pipe that may have toxics in it."""

    def __init__(self, source: socket.socket, sink: socket.socket, chance: Random) -> None:
        super().__init__(source, sink)
        self.pipe = Pipe({}, chance, monotonic())
        #: Bytes that came in, since it was set to zero.
        self.seen = 0

    def take(self) -> None:
        """Read once from the source."""
        try:
            data = self.source.recv(CHUNK)
        except BlockingIOError:
            return
        self.ended = not data
        if data:
            self.seen += len(data)
            self.pipe.feed(data, monotonic())
        else:
            self.pipe.end()

    def give(self) -> None:
        """Write to the sink what the toxics let through, and the end after the last byte."""
        now = monotonic()
        try:
            while data := bytes(self.data) or self.pipe.take(now):
                self.data[:] = data
                del self.data[: self.sink.send(data)]
        except BlockingIOError:
            return
        if self.pipe.done and not self.told:
            self.told = True
            if not self.pipe.cut:
                self.sink.shutdown(socket.SHUT_WR)


class BadLink(Link):
    """A connection that can be made bad."""

    def __init__(
        self, near: socket.socket, far: socket.socket, place: Place, seed: str, number: int
    ) -> None:
        super().__init__(near, far)
        self.place = place
        self.forth = BadHalf(near, far, Random(f"{seed}:{number}:upstream"))
        self.answer = BadHalf(far, near, Random(f"{seed}:{number}:downstream"))
        self.out, self.back = self.forth, self.answer
        self._resets = False

    @property
    def done(self) -> bool:
        """Both sides have said that no more will come, or a toxic has cut it."""
        return super().done or any(half.told and half.pipe.cut for half in self._halves)

    @property
    def due(self) -> float | None:
        """When a toxic wants to be told the time."""
        if not self.connected:
            return None
        times = [half.pipe.due for half in self._halves if not half.data]
        return min((time for time in times if time is not None), default=None)

    @property
    def _halves(self) -> tuple[BadHalf, BadHalf]:
        return self.forth, self.answer

    def wants(self, end: socket.socket) -> int:
        """The events that matter at one end now."""
        if end is self.far and not self.connected:
            return EVENT_WRITE
        given, taken = self._halves if end is self.far else self._halves[::-1]
        reads = not taken.ended and taken.pipe.wants
        return EVENT_READ * reads | EVENT_WRITE * bool(given.data)

    def work(self, end: socket.socket, events: int) -> None:
        """Carry on what can be carried. Raises OSError when either end is broken, or is to be."""
        super().work(end, events)
        if self._resets and self.done:
            raise OSError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))

    def strain(self, upstream: Toxics, downstream: Toxics) -> None:
        """Make it bad."""
        now = monotonic()
        for half, toxics in zip(self._halves, (upstream, downstream), strict=True):
            for number, toxic in enumerate(toxics):
                half.pipe.add(str(number), toxic, now)
        self._resets = any(one.kind == "reset_peer" for one in (*upstream, *downstream))

    def relax(self, count: int) -> None:
        """Take so many toxics away in each direction."""
        now = monotonic()
        for half in self._halves:
            for number in reversed(range(count)):
                half.pipe.remove(str(number), now)


class Strained(Relay):
    """A relay with a switch."""

    def __init__(
        self, line: socket.socket, control: socket.socket | None, most: int, plan: Plan
    ) -> None:
        super().__init__(line, control, most)
        self._switch = socket.socket(fileno=plan["switch"])
        self._places = {(host, port) for host, port in plan["places"]}
        self._toxics = [
            [Toxic(kind, attributes, share) for kind, attributes, share in plan[way]]
            for way in ("upstream", "downstream")
        ]
        self._down: bool = plan["down"]
        self._seed: str = plan["seed"]
        self._on = False
        self._made = 0
        self._shut: dict[Place, socket.socket] = {}
        #: What went over links that have ended, and how many there were: since the last ``1``.
        self._past: dict[Place, list[int]] = {}
        self._watch(self._switch, EVENT_READ, lambda _: self._turn())

    def _link(self, near: socket.socket, far: socket.socket, place: Place) -> Link:
        link = BadLink(near, far, place, self._seed, self._made)
        self._made += 1
        self._count(place, 1, 0, 0)
        if self._on and place in self._places and not self._down:
            link.strain(*self._toxics)
        return link

    def _due(self) -> float | None:
        times = [super()._due(), *(link.due for link in self._bad)]
        return min((time for time in times if time is not None), default=None)

    def _on_time(self) -> None:
        now = monotonic()
        for link in self._bad:
            if link.due is not None and link.due <= now:
                self._carry(link, link.near, 0)

    @property
    def _bad(self) -> list[BadLink]:
        return [link for link in self._links if isinstance(link, BadLink)]

    def _drop(self, link: Link, *, broken: bool) -> None:
        if isinstance(link, BadLink):
            self._take_count(link)
        super()._drop(link, broken=broken)

    def _take_count(self, link: BadLink) -> None:
        self._count(link.place, 0, link.forth.seen, link.answer.seen)
        link.forth.seen = link.answer.seen = 0

    def _count(self, place: Place, *more: int) -> None:
        so_far = self._past.get(place, [0, 0, 0])
        self._past[place] = [a + b for a, b in zip(so_far, more, strict=True)]

    def _turn(self) -> None:
        """The switch was turned, or whoever held it has gone: then all goes on as it is."""
        message = self._switch.recv(16)
        if not message:
            self._unwatch(self._switch)
            return
        # Who has connected before is among those that it concerns.
        self._accept_all()
        if message == b"1":
            self._past.clear()
            for link in self._bad:
                link.forth.seen = link.answer.seen = 0
            self._strain()
            self._switch.send(b"1")
        else:
            for link in self._bad:
                self._take_count(link)
            self._relax()
            told = [[*place, *counts] for place, counts in sorted(self._past.items())]
            self._switch.send(json.dumps(told).encode())

    def _strain(self) -> None:
        self._on = True
        for link in self._bad:
            if link.place not in self._places:
                continue
            if self._down:
                self._drop(link, broken=True)
            else:
                link.strain(*self._toxics)
                self._carry(link, link.near, 0)
        if self._down:
            for place in self._places & self._listeners.keys():
                listener = self._listeners.pop(place)
                self._unwatch(listener)
                listener.shutdown(socket.SHUT_RDWR)
                self._shut[place] = listener

    def _relax(self) -> None:
        self._on = False
        for link in self._bad:
            if link.place in self._places and not self._down:
                link.relax(max(map(len, self._toxics)))
                self._carry(link, link.near, 0)
        for place, listener in self._shut.items():
            listener.listen(128)
            self._listeners[place] = listener
        self._shut.clear()
        self._listen()
