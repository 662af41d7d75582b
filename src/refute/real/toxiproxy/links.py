"""Links of a test that can be made bad: `toxiproxy`, proxies, toxics."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal

from refute.errors import fail, nearest
from refute.real import client
from refute.real.client import Lease
from refute.real.provider import Json

Stream = Literal["upstream", "downstream", "both"]
"""``upstream`` is towards the service, ``downstream`` towards the program under test."""

_ATTRIBUTES: Mapping[str, tuple[str, str]] = {
    "latency": ("latency", "latency"),
    "jitter": ("latency", "jitter"),
    "bandwidth": ("bandwidth", "rate"),
    "slow_close": ("slow_close", "delay"),
    "timeout": ("timeout", "timeout"),
    "slices": ("slicer", "average_size"),
    "slice_variation": ("slicer", "size_variation"),
    "slice_delay": ("slicer", "delay"),
    "limit_data": ("limit_data", "bytes"),
    "reset_peer": ("reset_peer", "timeout"),
}
"""What `toxic` takes, with the kind of toxic and the attribute that it stands for."""


class Effect:
    """Something that is in force inside a ``with`` or an ``async with`` block, or from ``start``
    to ``stop``.
    """

    def __init__(self, block: AbstractContextManager[None]) -> None:
        self._block = block

    def start(self) -> None:
        """Put it in force now."""
        self._block.__enter__()

    def stop(self) -> None:
        """Take it away."""
        self._block.__exit__(None, None, None)

    def __enter__(self) -> None:
        self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> None:
        await asyncio.to_thread(self.start)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A link to a service: the program connects to ``host:port`` in the service's place."""

    name: str
    host: str
    port: int
    upstream: str

    @property
    def address(self) -> str:
        """``host:port``."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Toxiproxy:
    """The links of one test. All of it is gone when the test is over, whatever happens."""

    lease: Lease
    proxies: dict[str, Proxy] = field(default_factory=dict)

    @property
    def real(self) -> bool:
        """Whether this is Toxiproxy itself; else it is refute's own proxy with its API."""
        return bool(self.lease.started["route"] != "ours")

    def proxy(self, name: str, upstream: str, *, seed: int = 0) -> Proxy:
        """A new link to a service at ``host:port``.

        ``seed`` gives the chances of its toxics; Toxiproxy itself takes none. Raises
        RefuteError ``real-unavailable``.
        """
        given = self.lease.call("proxy", proxy=name, upstream=upstream, seed=seed)
        made = Proxy(name, given["host"], given["port"], upstream)
        self.proxies[name] = made
        return made

    def toxic(
        self,
        proxy: str | Proxy | None = None,
        *,
        direction: Stream = "downstream",
        toxicity: float = 1.0,
        **amounts: int,
    ) -> Effect:
        """Make one link bad, or all of the test's: `with toxiproxy.toxic(latency=500):`.

        ``latency`` and ``jitter`` in milliseconds; ``bandwidth`` in kilobytes a second;
        ``slow_close`` delays the end by milliseconds; ``timeout`` lets nothing through and
        closes after milliseconds (0: never); ``slices`` cuts into pieces of so many bytes, give
        or take ``slice_variation``, with ``slice_delay`` microseconds between them;
        ``limit_data`` closes after so many bytes; ``reset_peer`` resets after milliseconds.
        ``toxicity`` is the share of connections that are hit. Several may be given at a time.
        """
        kinds: dict[str, dict[str, int]] = {}
        for key, amount in amounts.items():
            if key not in _ATTRIBUTES:
                near = nearest(key, _ATTRIBUTES)
                raise TypeError(f"toxic() knows no {key!r}: {near}")
            kind, attribute = _ATTRIBUTES[key]
            kinds.setdefault(kind, {})[attribute] = amount
        if not kinds:
            raise TypeError("toxic() needs to be told what to do, as in toxic(latency=500)")
        return self._effect(proxy, kinds, direction, toxicity)

    def loss(
        self, share: float, proxy: str | Proxy | None = None, direction: Stream = "both"
    ) -> Effect:
        """Lose this share of the packets, 0.1 for a tenth; those that ask to connect, too.

        The kernel loses them, so both sides wait and send again as they do on a bad line; no
        seed repeats which ones. On the loopback a packet is up to 64 kilobytes. Only refute's
        own proxy can do this.
        """
        if not 0 < share <= 1:
            raise ValueError("a share lies between 0 and 1")
        return self._effect(proxy, {"loss": {"percent": round(share * 100)}}, direction, 1.0)

    def partition(self, proxy: str | Proxy | None = None) -> Effect:
        """Nothing comes through, and nobody is told: as when a cable is cut.

        Who connects waits, who writes waits. Only refute's own proxy can do this.
        """
        return self.loss(1.0, proxy)

    def down(self, proxy: str | Proxy | None = None) -> Effect:
        """The service is gone: connections are closed, and new ones refused."""

        @contextmanager
        def block() -> Iterator[None]:
            chosen = self._chosen(proxy)
            try:
                for name in chosen:
                    self.lease.call("enable", proxy=name, enabled=False)
                yield
            finally:
                for name in chosen:
                    self.lease.call("enable", proxy=name, enabled=True)

        return Effect(block())

    def _effect(
        self,
        proxy: str | Proxy | None,
        kinds: Mapping[str, Mapping[str, int]],
        direction: Stream,
        toxicity: float,
    ) -> Effect:
        streams = ("upstream", "downstream") if direction == "both" else (direction,)

        @contextmanager
        def block() -> Iterator[None]:
            made: list[tuple[str, str]] = []
            try:
                for name in self._chosen(proxy):
                    for kind, attributes in kinds.items():
                        for stream in streams:
                            toxic = self.lease.call(
                                "toxic",
                                proxy=name,
                                type=kind,
                                stream=stream,
                                attributes=dict(attributes),
                                toxicity=toxicity,
                            )
                            made.append((name, toxic))
                yield
            finally:
                for name, toxic in made:
                    self.lease.call("cure", proxy=name, name=toxic)

        return Effect(block())

    def _chosen(self, proxy: str | Proxy | None) -> list[str]:
        if proxy is None:
            if not self.proxies:
                fail(
                    "real-unavailable",
                    "there is no link to make bad yet",
                    remedy="Make one first: toxiproxy.proxy(NAME, 'HOST:PORT')",
                )
            return list(self.proxies)
        return [proxy if isinstance(proxy, str) else proxy.name]


@contextmanager
def toxiproxy(*, route: str | None = None, seed: int = 0) -> Generator[Toxiproxy]:
    """Links that can be made bad, for the time of the block; the server is started once a run.

    ``route`` asks for one by name: ``ours`` for refute's own proxy. ``seed`` is of its chances.
    Raises RefuteError ``real-unavailable`` or ``real-start-failed``.
    """
    options: Json = {"seed": seed} if seed else {}
    with client.lease("toxiproxy", options, route=route) as lease:
        yield Toxiproxy(lease)
