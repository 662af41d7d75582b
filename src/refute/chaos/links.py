"""Links: which services tests use, and by which names they are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from refute.chaos.values import Link
from refute.trials.services import Service
from refute.trials.strain import Carried
from refute.trials.strained import Call

REAL = "refute.real"
"""Servers of `refute.real` of which nobody knows what they are."""
_PROXIES = "toxiproxy"
"""Takes ports while tests run: one for each link that a test makes."""


def links_of(
    reached: Iterable[Service],
    brokered: frozenset[Service],
    broker: int | None,
    owners: Mapping[int, str] = MappingProxyType({}),
) -> tuple[Link, ...]:
    """The links to these services. The broker's own line, at its port, is none of them.

    What `refute.real` has started goes by the names of the dependencies, as their ports are
    others in each run; ``owners`` says which has taken which.
    """
    found = [Link(str(one), (one,)) for one in sorted(reached) if one not in brokered]
    spare = _PROXIES if _PROXIES in owners.values() else REAL
    by_name: dict[str, list[Service]] = {}
    for one in sorted(one for one in brokered if one.port != broker):
        by_name.setdefault(owners.get(one.port, spare), []).append(one)
    named = (Link(name, tuple(services)) for name, services in sorted(by_name.items()))
    return (*found, *named)


def used(call: Call, link: Link) -> Carried | None:
    """What went over a link during a call, all its services together; None for nothing."""
    among = [one for one in call.carried if one.service in link.services]
    if not any(one.connections or one.sent or one.received for one in among):
        return None
    return Carried(
        among[0].service,
        sum(one.connections for one in among),
        sum(one.sent for one in among),
        sum(one.received for one in among),
    )


def users(calls: Mapping[str, Call], links: Iterable[Link]) -> list[tuple[str, Link]]:
    """Which tests use which links, in the order of the tests."""
    known = tuple(links)
    return [
        (test, link)
        for test, call in calls.items()
        for link in known
        if call.outcome == "passed" and used(call, link) is not None
    ]
