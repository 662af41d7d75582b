"""Toxics: what can be done to the bytes of one direction of a connection, after Toxiproxy.

Each is a generator that says what it waits for and hands on what it lets through. It touches no
socket and no clock: whoever drives it (`pipes`) tells the time, so that the same toxic works in
a proxy, in the relay of a sealed slot, and in a test that makes up the time.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

BUFFER = 1024
"""Chunks that a latency holds; other toxics hold none and let the sender wait."""

_SPLIT = 0.1
"""Seconds between the pieces of a chunk that is too big for the bandwidth."""


class Interrupted(Exception):
    """Thrown into a toxic that is to be replaced; what it holds, it hands on at once."""


class Signal(enum.Enum):
    """What a toxic is told, where that is not a chunk."""

    END = "the source will send no more"
    TIME = "the time has come"
    GIVEN = "what was handed on was taken"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that arrived together; ``stamp`` is when, in seconds of the driver's clock."""

    data: bytes
    stamp: float


@dataclass(frozen=True, slots=True)
class Wait:
    """What a toxic waits for: a time, the next chunk (or the end), or whichever comes first.

    Neither of them: it waits until it is interrupted.
    """

    until: float | None = None
    take: bool = False


TAKE = Wait(take=True)

Told = Chunk | Signal
Steps = Generator[Wait | Chunk, Told, None]
"""A toxic at work: it yields chunks and waits; when it returns, its direction is closed."""


@dataclass(frozen=True, slots=True)
class Toxic:
    """A kind of toxic with its attributes (whole numbers, named as in Toxiproxy).

    ``toxicity`` is the share of connections that it works on, from 0 to 1.
    """

    kind: str
    attributes: Mapping[str, int] = field(default_factory=dict)
    toxicity: float = 1.0

    def amount(self, name: str) -> int:
        """The attribute, 0 where it was not given."""
        return self.attributes.get(name, 0)


@dataclass(slots=True)
class Place:
    """Where a toxic works: the time as it was told last, chances, and what outlives a restart."""

    chance: Random
    now: float = 0.0
    sent: int = 0


def pass_on(toxic: Toxic, place: Place) -> Steps:
    """Nothing is changed."""
    while isinstance(chunk := (yield TAKE), Chunk):
        yield chunk


def latency(toxic: Toxic, place: Place) -> Steps:
    """Each chunk comes ``latency`` milliseconds late, give or take ``jitter``; the order stays."""
    while isinstance(chunk := (yield TAKE), Chunk):
        delay, jitter = toxic.amount("latency"), toxic.amount("jitter")
        if jitter > 0:
            delay += place.chance.randrange(jitter * 2) - jitter
        left = delay / 1000 - (place.now - chunk.stamp)
        try:
            yield Wait(until=place.now + left)
        except Interrupted:
            yield chunk
            raise
        yield Chunk(chunk.data, chunk.stamp + left)


def bandwidth(toxic: Toxic, place: Place) -> Steps:
    """At most ``rate`` kilobytes a second; none at all with a rate of zero."""
    owed = 0.0
    while isinstance(chunk := (yield TAKE), Chunk):
        data, rate = chunk.data, max(0, toxic.amount("rate"))
        owed += len(data) / 1000 / rate if rate else 0.0
        most = rate * 100
        try:
            while len(data) > most:
                yield Wait(until=place.now + _SPLIT) if rate else Wait()
                piece, data = Chunk(data[:most], chunk.stamp), data[most:]
                owed -= _SPLIT
                yield piece
            began = place.now
            yield Wait(until=began + owed)
        except Interrupted:
            yield Chunk(data, chunk.stamp)
            raise
        owed -= place.now - began
        yield Chunk(data, chunk.stamp)


def slow_close(toxic: Toxic, place: Place) -> Steps:
    """The end comes ``delay`` milliseconds late."""
    while isinstance(chunk := (yield TAKE), Chunk):
        yield chunk
    yield Wait(until=place.now + toxic.amount("delay") / 1000)


def timeout(toxic: Toxic, place: Place) -> Steps:
    """Nothing comes through; after ``timeout`` silent milliseconds it is closed, if not zero."""
    wait = toxic.amount("timeout")
    while True:
        until = place.now + wait / 1000 if wait > 0 else None
        if not isinstance((yield Wait(until, take=True)), Chunk):
            return


def slicer(toxic: Toxic, place: Place) -> Steps:
    """Chunks come in pieces of ``average_size`` bytes, give or take ``size_variation``, with
    ``delay`` microseconds after each.
    """
    while isinstance(chunk := (yield TAKE), Chunk):
        data, begin = chunk.data, 0
        for end in cuts(len(data), toxic, place.chance):
            yield Chunk(data[begin:end], chunk.stamp)
            begin = end
            try:
                yield Wait(until=place.now + toxic.amount("delay") / 1_000_000)
            except Interrupted:
                if data[begin:]:
                    yield Chunk(data[begin:], chunk.stamp)
                raise


def cuts(size: int, toxic: Toxic, chance: Random) -> list[int]:
    """Where each piece of so many bytes ends: halved until a half is no more than the average
    and its variation, each cut shifted by chance within that variation.
    """
    average, variation = max(1, toxic.amount("average_size")), toxic.amount("size_variation")
    ends: list[int] = []
    open_spans = [(0, size)]
    while open_spans:
        start, end = open_spans.pop()
        if end - start - average <= max(0, variation) or end - start < 2:
            ends.append(end)
            continue
        middle = start + (end - start) // 2
        if variation > 0:
            middle += chance.randrange(variation * 2) - variation
        middle = min(max(middle, start + 1), end - 1)
        open_spans += [(middle, end), (start, middle)]
    return ends


def limit_data(toxic: Toxic, place: Place) -> Steps:
    """After ``bytes`` bytes the connection is closed."""
    while isinstance(chunk := (yield TAKE), Chunk):
        data = chunk.data[: max(0, toxic.amount("bytes") - place.sent)]
        if data:
            yield Chunk(data, chunk.stamp)
            place.sent += len(data)
        if place.sent >= toxic.amount("bytes"):
            return


def reset_peer(toxic: Toxic, place: Place) -> Steps:
    """``timeout`` milliseconds after the first bytes it is closed, and they are lost.

    Who closes the sockets lets both sides see a reset. This can't be stopped once it has begun.
    """
    yield TAKE
    over = place.now + toxic.amount("timeout") / 1000
    while place.now < over:
        try:
            yield Wait(until=over)
        except Interrupted:
            continue


Work = Callable[[Toxic, Place], Steps]

KINDS: Mapping[str, tuple[Work, tuple[str, ...]]] = {
    "noop": (pass_on, ()),
    "latency": (latency, ("latency", "jitter")),
    "bandwidth": (bandwidth, ("rate",)),
    "slow_close": (slow_close, ("delay",)),
    "timeout": (timeout, ("timeout",)),
    "slicer": (slicer, ("average_size", "size_variation", "delay")),
    "limit_data": (limit_data, ("bytes",)),
    "reset_peer": (reset_peer, ("timeout",)),
    "loss": (pass_on, ("percent",)),
}
"""How each kind works, and its attributes in the order of Toxiproxy's JSON.

Toxiproxy has no ``loss``: packets are lost below the bytes, see `loss`.
"""


def begin(toxic: Toxic, place: Place) -> Steps:
    """The toxic at work, or, as often as its toxicity says, one that does nothing."""
    works = place.chance.random() < toxic.toxicity
    return KINDS[toxic.kind if works else "noop"][0](toxic, place)


def lost(toxics: Iterable[Toxic]) -> int:
    """The share of packets that these lose together, in whole percent.

    One with a toxicity loses as much less: chances within chances.
    """
    kept = 1.0
    for toxic in toxics:
        if toxic.kind == "loss":
            share = min(100, max(0, toxic.amount("percent"))) * min(1.0, max(0.0, toxic.toxicity))
            kept *= 1 - share / 100
    return round(100 * (1 - kept))
