"""Status machines: a real service with a planted race, one that leaves half behind, and a good one.

The services keep their things in a real database file; the client speaks TCP through a real proxy.
"""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from tests.real.toxiproxies import upstream

from refute.real import client
from refute.real.machines import BrokenPromise, StatusMachine, together
from refute.real.toxiproxy import Toxiproxy, toxiproxy

QUICK: dict[str, Any] = {
    "max_examples": 12,
    "stateful_step_count": 6,
    "phases": [Phase.generate],
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    # One failure is enough, and a race may hide when it is looked for again.
    "report_multiple_bugs": False,
}


class Clusters:
    """A service: makes clusters of a tier in a database file."""

    #: Seconds between looking for the next number and taking it: a round trip.
    gap = 0.0

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(self.connect()) as database:
            database.execute("CREATE TABLE cluster (id INTEGER, tier TEXT, status TEXT)")
            database.commit()

    def connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        database.execute("PRAGMA synchronous = OFF")
        return database

    def create(self, tier: str) -> int:
        with closing(self.connect()) as database:
            database.execute("BEGIN IMMEDIATE")
            number = self.next(database)
            database.execute("INSERT INTO cluster VALUES (?, ?, 'pending')", (number, tier))
            database.execute("COMMIT")
        return number

    def next(self, database: sqlite3.Connection) -> int:
        return int(database.execute("SELECT coalesce(max(id), 0) + 1 FROM cluster").fetchone()[0])

    def move(self, before: str, after: str) -> None:
        with closing(self.connect()) as database:
            database.execute("UPDATE cluster SET status = ? WHERE status = ?", (after, before))

    def statuses(self) -> dict[int, str]:
        with closing(self.connect()) as database:
            return dict(database.execute("SELECT id, status FROM cluster"))


class RacingClusters(Clusters):
    """Looks for the next number before it takes its turn."""

    def create(self, tier: str) -> int:
        with closing(self.connect()) as database:
            number = self.next(database)
            time.sleep(0.02)
            database.execute("INSERT INTO cluster VALUES (?, ?, 'pending')", (number, tier))
        return number


class Provisioning(StatusMachine):
    """The property: tiers, requests at a time, ids once, declared ways alone."""

    initial = ("pending",)
    transitions: ClassVar = {"pending": ("running", "failed"), "running": ("failed",)}
    arguments: ClassVar = {"tier": st.sampled_from(["free", "pro"])}
    made: ClassVar[Callable[[], Clusters]]

    def begin(self) -> None:
        self.service = type(self).made()

    def create(self, **arguments: Any) -> int:
        return self.service.create(**arguments)

    def observe(self) -> Mapping[int, str]:
        return self.service.statuses()


def machine(folder: Path, service: type[Clusters]) -> type[Provisioning]:
    """The property of a kind of service, each example on a fresh one."""

    class Here(Provisioning):
        made = staticmethod(lambda: service(folder / f"{uuid.uuid4().hex}.sqlite"))

    return Here


def test_a_service_that_keeps_its_promises_passes(tmp_path: Path) -> None:
    machine(tmp_path, Clusters).check(**QUICK)


def test_a_race_for_the_next_id_is_found(tmp_path: Path) -> None:
    with pytest.raises(BrokenPromise, match="was given twice"):
        machine(tmp_path, RacingClusters).check(**QUICK)


def test_a_way_that_is_not_declared_is_found(tmp_path: Path) -> None:
    one = machine(tmp_path, Clusters)()
    one._begin()
    one.create(tier="free")
    one._only_declared_ways()
    one.service.move("pending", "running")
    one._only_declared_ways()
    one.service.move("running", "pending")
    with pytest.raises(BrokenPromise, match="1 went from 'running' to 'pending'"):
        one._only_declared_ways()


def test_what_vanishes_or_begins_in_the_middle_is_found(tmp_path: Path) -> None:
    one = machine(tmp_path, Clusters)()
    one._begin()
    one.create(tier="free")
    one._only_declared_ways()
    one.service.path.unlink()
    one.service = Clusters(one.service.path)
    with pytest.raises(BrokenPromise, match="went from 'pending' to None"):
        one._only_declared_ways()
    other = machine(tmp_path, Clusters)()
    other._begin()
    other.create(tier="free")
    other.service.move("pending", "lost")
    with pytest.raises(BrokenPromise, match="1 began as 'lost'"):
        other._only_declared_ways()


def test_steps_between_two_looks_may_be_missed(tmp_path: Path) -> None:
    one = machine(tmp_path, Clusters)()
    one._begin()
    one.create(tier="free")
    one.service.move("pending", "running")
    one.service.move("running", "failed")
    one._only_declared_ways()
    assert one.known == {1: "failed"}


def test_requests_in_an_event_loop_are_under_way_at_a_time() -> None:
    order_of_events: list[str] = []

    async def run(number: int) -> int:
        order_of_events.append("begins")
        await asyncio.sleep(0.01)
        order_of_events.append("ends")
        if number == 2:
            raise ConnectionError("no")
        return number

    found = together(run, [{"number": each} for each in range(4)])
    assert order_of_events[:4] == ["begins"] * 4
    assert [reply.id for reply in found] == [0, 1, None, 3]
    assert isinstance(found[2].failure, ConnectionError)


class Shelf:
    """A server that keeps what it is told: `PUT id`, then `DONE id`."""

    def __init__(self) -> None:
        self.put: set[str] = set()
        self.done: set[str] = set()

    def serve(self, one: socket.socket) -> None:
        with one.makefile() as lines:
            for line in lines:
                word, name = line.split()
                (self.put if word == "PUT" else self.done).add(name)
                one.sendall(b"ok\n")


class Unavailable(Exception):
    """The shelf can't be reached."""


def order(port: int, *, tidy: bool) -> str:
    """Two steps over a link that may be bad; a tidy client tells of none that did not end."""
    name = uuid.uuid4().hex
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as line,
            line.makefile() as answers,
        ):
            words = ("DONE", "PUT") if tidy else ("PUT", "DONE")
            for word in words:
                line.sendall(f"{word} {name}\n".encode())
                if answers.readline() != "ok\n":
                    raise Unavailable
    except OSError as error:
        raise Unavailable from error
    return name


def ordering(links: Toxiproxy, shelf: Shelf, port: int, *, tidy: bool) -> type[StatusMachine]:
    given = links

    class Ordering(StatusMachine):
        failures = (Unavailable,)
        toxics = ({"reset_peer": 0}, {"limit_data": 4}, {"slices": 1})
        concurrency = 2

        def begin(self) -> None:
            self.links = given
            shelf.put.clear()
            shelf.done.clear()

        def create(self, **arguments: Any) -> str:
            return order(port, tidy=tidy)

        def observe(self) -> Mapping[str, str]:
            return {}

        def leftovers(self) -> Iterable[str]:
            return shelf.put - shelf.done

    return Ordering


@pytest.mark.parametrize("tidy", [True, False])
def test_what_a_failed_request_leaves_behind_is_found(tidy: bool) -> None:
    shelf = Shelf()
    try:
        with upstream(shelf.serve) as port, toxiproxy(route="ours") as links:
            link = links.proxy("shelf", f"127.0.0.1:{port}")
            made = ordering(links, shelf, link.port, tidy=tidy)
            if tidy:
                made.check(**QUICK | {"max_examples": 8})
            else:
                with pytest.raises(BrokenPromise, match="left behind by a request that failed"):
                    made.check(**QUICK | {"max_examples": 60})
    finally:
        client.disconnect()
