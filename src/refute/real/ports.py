"""Ports on the loopback that are known beforehand, so that a sealed trial can be let through.

A sealed slot makes its own listeners when it starts, at addresses that must be known by then,
and servers start later. So the broker takes a number of ports at its beginning, and hands them
out. A port that is held is bound, but nobody listens: on Linux a server that sets SO_REUSEADDR,
as servers do, may bind it all the same, and nobody else is given it by chance.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

from refute.errors import fail

LOOPBACK = "127.0.0.1"


class Ports:
    """A number of ports that are held until this is closed; may be used from several threads."""

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._held = [_hold() for _ in range(count)]
        #: All of them, in use or not.
        self.all: tuple[int, ...] = tuple(sorted(one.getsockname()[1] for one in self._held))
        self._free = list(self.all)

    def take(self) -> int:
        """A port for a server that is about to start.

        Raises RefuteError ``real-start-failed`` when none is left.
        """
        with self._lock:
            if not self._free:
                fail("real-start-failed", f"all {len(self.all)} ports of the broker are in use")
            return self._free.pop(0)

    def give_back(self, port: int) -> None:
        """The server at this port has ended."""
        with self._lock:
            self._free.append(port)

    def close(self) -> None:
        """Hold none of them any longer."""
        for one in self._held:
            one.close()


class Share:
    """The ports that one dependency takes; may be used from several threads."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        #: All that it ever took, those given back among them.
        self.taken: set[int] = set()

    def take(self) -> int:
        """As `Ports.take`."""
        port = self._ports.take()
        self.taken.add(port)
        return port

    def give_back(self, port: int) -> None:
        """As `Ports.give_back`."""
        self._ports.give_back(port)


def _hold() -> socket.socket:
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((LOOPBACK, 0))
    return held


def wait_until(
    ready: Callable[[], bool],
    *,
    what: str,
    seconds: float,
    alive: Callable[[], bool] = lambda: True,
    log: Callable[[], str] = lambda: "",
) -> None:
    """Wait for ``ready``, looking often at first.

    Raises RefuteError ``real-start-failed``, with the log's end, after ``seconds`` or as soon
    as it is no longer ``alive``.
    """
    deadline = time.monotonic() + seconds
    pause = 0.005
    while not ready():
        if not alive():
            fail("real-start-failed", f"{what} ended at once", detail=log().splitlines()[-20:])
        if time.monotonic() > deadline:
            fail(
                "real-start-failed",
                f"{what} was not ready after {seconds:g} s",
                detail=log().splitlines()[-20:],
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def answers(port: int, host: str = LOOPBACK) -> bool:
    """Whether somebody accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
