"""Routes: the ways in which a real dependency can be had here, and which of them is taken."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from refute.errors import fail

ALLOW = "REFUTE_REAL_ALLOW"
"""Names of dependencies, with commas, that may lie on another machine."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way to get a dependency, looked at on this machine.

    ``real`` is False for what only stands in for the real thing.
    """

    #: ``address``, ``docker``, ``path``, ``installed``, ``ours`` ...
    name: str
    works: bool
    #: What was found (a path and a version), or what is missing.
    detail: str
    #: The command that would make it work, if there is one.
    remedy: str = ""
    real: bool = True
    #: What is not as in production on this route, in a sentence; empty for nothing known.
    limits: str = ""

    def __str__(self) -> str:
        kind = "" if self.real else ", a stand-in"
        return f"{self.name}{kind}: {self.detail}"


def choose(dependency: str, routes: Sequence[Route], wanted: str | None = None) -> Route:
    """The first route that works, or the one that is asked for by name.

    Raises RefuteError ``real-unavailable`` with what is missing on each, if there is none.
    """
    among = [route for route in routes if wanted in (None, route.name)]
    for route in among:
        if route.works:
            return route
    remedies = [route.remedy for route in among if route.remedy]
    fail(
        "real-unavailable",
        f"{dependency} can't be had here"
        + (f" by the route `{wanted}`" if wanted and not among else ""),
        detail=[f"{route.name}: {route.detail}" for route in among],
        remedy=f"Try: {remedies[0]}" if remedies else None,
    )


def is_local(address: str) -> bool:
    """Whether a host, ``host:port`` or URL lies on this machine's loopback, or is a socket's path.

    A name counts only if it is ``localhost``: what others resolve to may change.
    """
    if address.startswith("/"):
        return True
    parts = urlsplit(address if "//" in address else f"//{address}")
    host = parts.hostname
    if host is None:
        return parts.scheme in ("unix", "file")
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_foreign(dependency: str, address: str) -> None:
    """Let through what is local, or allowed by name in REFUTE_REAL_ALLOW.

    Raises RefuteError ``real-refused`` for the rest: no test may reach somebody's production
    because a variable was set.
    """
    allowed = {name.strip() for name in os.environ.get(ALLOW, "").split(",")}
    if is_local(address) or dependency in allowed:
        return
    shown = urlsplit(address if "//" in address else f"//{address}").hostname or address
    fail(
        "real-refused",
        f"{dependency} at {shown} is not on this machine",
        remedy=f"If it is meant for tests, allow it by name: {ALLOW}={dependency}",
    )


def named(routes: Iterable[Route]) -> list[str]:
    """One line a route, for people."""
    return [f"{'works' if route.works else 'no':<6}{route}" for route in routes]
