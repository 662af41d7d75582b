"""Links: which services tests use, and by which names they are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from refute.chaos.values import Link
from refute.trials.services import Service
from refute.trials.strain import Carried
from refute.trials.strained import Call

REAL = "refute.real"
"""All servers that `refute.real` has started: their ports are others in each run."""


def links_of(
    reached: Iterable[Service], brokered: frozenset[Service], broker: int | None
) -> tuple[Link, ...]:
    """The links to these services. The broker's own line, at its port, is none of them."""
    found = [Link(str(one), (one,)) for one in sorted(reached) if one not in brokered]
    servers = tuple(sorted(one for one in brokered if one.port != broker))
    return (*found, Link(REAL, servers)) if servers else tuple(found)


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
