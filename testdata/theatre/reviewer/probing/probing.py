"""Is a port open, and who listens there?"""

from __future__ import annotations

import socket
from collections.abc import Iterable


class ProbeError(Exception):
    """The question itself was wrong."""


def parse(target: str, default: int = 80) -> tuple[str, int]:
    """Host and port of a text such as host:port."""
    host, colon, port = target.strip().rpartition(":")
    if not colon:
        host, port = target.strip(), str(default)
    if not host:
        raise ProbeError(f"no host in {target!r}")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ProbeError(f"no port in {target!r}")
    return host.lower(), int(port)


def is_open(host: str, port: int, timeout: float = 0.5) -> bool:
    """Whether somebody accepts a connection."""
    try:
        with socket.create_connection((host, port), timeout=timeout):
            return True
    except OSError:
        return False


def greeting(host: str, port: int, limit: int = 64) -> str:
    """The first line that a service says, or nothing."""
    try:
        with socket.create_connection((host, port), timeout=0.5) as link:
            data = link.recv(limit)
    except OSError:
        return ""
    return data.decode("ascii", "replace").partition("\n")[0].strip()


def survey(targets: Iterable[str]) -> dict[str, str]:
    """Each target with "open", "closed", or "bad"."""
    found: dict[str, str] = {}
    for target in targets:
        try:
            host, port = parse(target)
        except ProbeError:
            found[target] = "bad"
            continue
        found[target] = "open" if is_open(host, port) else "closed"
    return found


def report(targets: Iterable[str], send) -> int:
    """Send a line for each target that is not open; how many there were."""
    bad = 0
    for target, state in sorted(survey(targets).items()):
        if state == "open":
            continue
        bad += 1
        send("ops", f"{target} is {state}", urgent=state == "closed")
    return bad
