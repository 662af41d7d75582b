"""The tests' line to the broker: lease a part of a real dependency, and give it back.

The broker is found by the variable REFUTE_REAL_BROKER; workers of pytest-xdist find one
another's by the id of their run; else one is started. A process that was forked opens a line of
its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from refute.errors import RefuteError, fail
from refute.real.places import scratch
from refute.real.provider import Json

ADDRESS = "REFUTE_REAL_BROKER"
"""``host:port:token`` of the broker of this run."""
_XDIST = "PYTEST_XDIST_TESTRUNUID"


class Client:
    """A line to a broker. Raises RefuteError as the broker does; may be shared by threads."""

    def __init__(self, address: str) -> None:
        host, port, token = address.rsplit(":", 2)
        self.address = address
        self.pid = os.getpid()
        self._lock = threading.Lock()
        self._socket = socket.create_connection((host, int(port)), timeout=10)
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._line = self._socket.makefile("rwb")
        world = ""
        with suppress(OSError):
            world = os.readlink("/proc/self/ns/pid")
        self._write({"token": token, "pid": self.pid, "world": world})

    def ask(self, **request: Any) -> Any:
        """One request and its answer."""
        with self._lock:
            try:
                self._write(request)
                line = self._line.readline()
            except OSError as error:
                fail("real-unavailable", "the broker has gone away", remedy="", cause=error)
        if not line:
            fail("real-unavailable", "the broker has gone away", remedy="")
        answer = json.loads(line)
        if "error" in answer:
            raise _told(answer["error"])
        return answer["answer"]

    def _write(self, record: Json) -> None:
        self._line.write(json.dumps(record).encode() + b"\n")
        self._line.flush()

    def close(self) -> None:
        """What was leased by this line goes back."""
        with suppress(OSError):
            self._line.close()
        self._socket.close()


def _told(said: Json) -> RefuteError:
    """The broker's error, with all of it to be seen where a test fails by it."""
    error = RefuteError(said["slug"], said["message"], remedy=said["remedy"], detail=said["detail"])
    for line in (*error.detail, error.remedy):
        if line:
            error.add_note(line)
    return error


@dataclass(frozen=True, slots=True)
class Lease:
    """A part of a dependency, for the time of a ``with`` block."""

    client: Client
    id: str
    dependency: str
    #: What is this lease's own.
    part: Json
    #: What holds for all leases of the dependency.
    facts: Json
    #: By which route it was started, what is not real there, how long it took.
    started: Json

    def call(self, what: str, **args: Any) -> Any:
        """An operation of the dependency's own. Raises RefuteError."""
        return self.client.ask(do="call", id=self.id, what=what, args=args)

    def logs(self) -> str:
        """The last lines that its servers printed."""
        return str(self.client.ask(do="logs", id=self.id))

    def release(self) -> None:
        """Give it back now."""
        # A process that was forked while this was held has no say in its end.
        if os.getpid() == self.client.pid:
            with suppress(RefuteError):
                self.client.ask(do="release", id=self.id)

    def __enter__(self) -> Lease:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def lease(
    dependency: str,
    options: Json | None = None,
    wish: Json | None = None,
    route: str | None = None,
) -> Lease:
    """A part of a dependency, which is started if it does not run yet. Raises RefuteError."""
    client = connect()
    # Whoever watches which boundaries a test crosses hears of it here: the connections that
    # follow are made by libraries in C, as a rule, which tell nobody.
    sys.audit("refute.real.lease", dependency)
    given = client.ask(
        do="lease", dependency=dependency, options=options or {}, wish=wish or {}, route=route
    )
    return Lease(client, given["id"], dependency, given["lease"], given["facts"], given["started"])


def warm(dependency: str, options: Json | None = None, route: str | None = None) -> None:
    """Have a dependency started, and don't wait for it."""
    connect().ask(do="warm", dependency=dependency, options=options or {}, route=route)


_lock = threading.Lock()
_current: Client | None = None


def connect() -> Client:
    """This process's line to the broker of the run; the broker is started if there is none."""
    global _current
    with _lock:
        if _current is None or _current.pid != os.getpid():
            _current = _reach()
        return _current


def current() -> Client | None:
    """The line, if this process has one."""
    return _current if _current is not None and _current.pid == os.getpid() else None


def disconnect() -> None:
    """Close this process's line, if it has one; all that it leased goes back."""
    global _current
    with _lock:
        if _current is not None and _current.pid == os.getpid():
            _current.close()
        _current = None


def _reach() -> Client:
    given = os.environ.get(ADDRESS)
    if given:
        try:
            return Client(given)
        except OSError as error:
            # Inside refute's seal another one could not be started: it would start servers there.
            fail("real-unavailable", f"no broker answers at {given}", remedy="", cause=error)
    run = os.environ.get(_XDIST)
    if run:
        return _shared(scratch() / f"run-{run}")
    return Client(start())


def _shared(place: Path) -> Client:
    """The broker that workers of one run share: the first of them starts it."""
    with open(place, "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        address = file.read()
        if address:
            with suppress(OSError):
                return Client(address)
        client = Client(start(place))
        file.truncate(0)
        file.write(client.address)
        return client


def start(place: Path | None = None) -> str:
    """Start a broker; its address. It ends with its last client, and removes ``place``."""
    process = subprocess.Popen(
        # -P: a `json.py` in the project's folder is not ours.
        [sys.executable, "-P", "-m", "refute.real.broker", *([str(place)] if place else [])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout:
        address = process.stdout.readline().decode().strip()
    if not address:
        fail("real-start-failed", "the broker ended at once", remedy="")
    # It is nobody's child to wait for: it outlives this process by a moment.
    process.returncode = 0
    return address
