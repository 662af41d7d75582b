"""What the broker holds: dependencies that run, each started once, and the leases on them."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from refute.errors import RefuteError, fail
from refute.real.keeping import Keeper
from refute.real.ports import Ports, Share
from refute.real.provider import Json, Running, Start
from refute.real.registry import provider
from refute.real.routes import Route, choose


@dataclass(slots=True)
class House:
    """One dependency with one set of options: started by who comes first, shared by all."""

    dependency: str
    options: Json
    wanted: str | None
    ports: Share
    lock: threading.Lock = field(default_factory=threading.Lock)
    keeper: Keeper | None = None
    running: Running | None = None
    route: Route | None = None
    #: From the decision for a route to the first healthy answer.
    seconds: float = 0.0
    failed: RefuteError | None = None
    #: What the last parts that were given back were called.
    past: deque[str] = field(default_factory=lambda: deque(maxlen=500))

    def open(self) -> Running:
        """What runs; started, or started anew, if need be. Raises RefuteError.

        A start that failed is not tried again: every test would wait for it.
        """
        with self.lock:
            if self.failed is not None:
                raise self.failed
            if self.running is not None and self.running.healthy():
                return self.running
            self._close()
            try:
                return self._start()
            except RefuteError as error:
                self.failed = error
                self._close()
                raise

    def _start(self) -> Running:
        maker = provider(self.dependency)
        began = time.monotonic()
        self.route = choose(self.dependency, maker.routes(self.options), self.wanted)
        self.keeper = Keeper(self.dependency)
        self.running = maker.start(Start(self.route, self.keeper, self.ports, self.options))
        self.seconds = time.monotonic() - began
        return self.running

    def close(self) -> None:
        """Stop it and leave nothing behind; a start that is under way is given up."""
        while not self.lock.acquire(timeout=0.1):
            # Its servers end, and so does the waiting for them.
            if (keeper := self.keeper) is not None:
                keeper.close()
        try:
            self._close()
        finally:
            self.lock.release()

    def _close(self) -> None:
        running, self.running = self.running, None
        keeper, self.keeper = self.keeper, None
        if running is not None:
            with suppress(RefuteError, OSError):
                running.close()
        if keeper is not None:
            keeper.close()

    def told(self) -> Json:
        """What people are told of it: by which route, what is not real there, how long it took."""
        route = self.route
        return {
            "dependency": self.dependency,
            "route": route.name if route else None,
            "detail": route.detail if route else "",
            "real": route.real if route else None,
            "limits": route.limits if route else "",
            "seconds": round(self.seconds, 3),
            "ports": sorted(self.ports.taken),
            "error": str(self.failed) if self.failed else None,
        }


@dataclass(frozen=True, slots=True)
class Lease:
    """A part of a dependency that one client has."""

    house: House
    running: Running
    part: Json


class Houses:
    """All dependencies of one test run. Methods may be called from several threads."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._lock = threading.Lock()
        self._houses: dict[str, House] = {}
        self._leases: dict[str, Lease] = {}

    def house(self, dependency: str, options: Json, route: str | None) -> House:
        """The house of these options, not opened yet."""
        key = json.dumps([dependency, options, route], sort_keys=True)
        with self._lock:
            return self._houses.setdefault(
                key, House(dependency, options, route, Share(self._ports))
            )

    def lease(self, house: House, wish: Json) -> Json:
        """A part for one client, and what all clients of the dependency need."""
        running = house.open()
        part = running.lease(wish)
        name = uuid.uuid4().hex
        with self._lock:
            self._leases[name] = Lease(house, running, part)
        return {"id": name, "lease": part, "facts": running.facts(), "started": house.told()}

    def release(self, name: str) -> None:
        """Give a part back; one that is gone already is no error."""
        with self._lock:
            lease = self._leases.pop(name, None)
        if lease is not None:
            lease.house.past.extend(_names(lease.part))
        if lease is not None and lease.running is lease.house.running:
            with suppress(RefuteError, OSError):
                lease.running.release(lease.part)

    def call(self, name: str, what: str, args: Json) -> Any:
        """An operation on a part. Raises RefuteError."""
        lease = self._leases.get(name)
        if lease is None:
            fail("real-unavailable", "this lease has ended", remedy="")
        return lease.running.call(lease.part, what, args)

    def logs(self, name: str) -> str:
        """What the dependency of a part has printed last, without what names the parts of
        others alone.
        """
        lease = self._leases.get(name)
        if lease is None:
            return ""
        own = _names(lease.part)
        with self._lock:
            parts = [one.part for one in self._leases.values() if one.running is lease.running]
            others = {*lease.house.past, *(word for part in parts for word in _names(part))} - own
        return without(lease.running.logs(), others, own)

    def told(self) -> list[Json]:
        """What people are told of all that was started, or failed to."""
        return [one.told() for one in list(self._houses.values()) if one.route or one.failed]

    def close(self) -> None:
        """Stop everything, all at a time."""
        threads = [threading.Thread(target=one.close) for one in self._houses.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


_TELLING = 8
"""Characters of a name that no line has by chance."""


def _names(part: Json) -> set[str]:
    """The texts by which a part is known: its database, its user, its namespace."""
    return {one for one in part.values() if isinstance(one, str) and len(one) >= _TELLING}


def without(log: str, others: Iterable[str], own: Iterable[str]) -> str:
    """The lines of a log that name none of these, or name our own as well; with a line that goes
    on below it (they begin with space), what goes on goes, too.
    """
    others, own = tuple(others), tuple(own)
    kept, dropping = [], False
    for line in log.splitlines():
        if line[:1] not in (" ", "\t"):
            foreign = any(name in line for name in others)
            dropping = foreign and not any(name in line for name in own)
        if not dropping:
            kept.append(line)
    return "\n".join(kept)
