"""The broker: one process a test run that starts real dependencies, and hands out parts of them.

    python -m refute.real.broker [FILE]

It prints its address (``host:port:token``) and serves until its last client has gone; then it
removes FILE, in which others find the address. A client
is a process with a connection; one request a line, one answer a line, both JSON. What a client
has leased is given back when its connection ends, in whatever way. The broker lives outside of
refute's seal: a trial in there reaches it, and the servers it starts, through the relay, since
all their ports are known from the beginning.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from refute.errors import RefuteError
from refute.real.houses import Houses
from refute.real.ports import LOOPBACK, Ports
from refute.real.provider import Json

PORTS = 32
"""Ports held for servers; each costs a relay two descriptors."""
LINGER = 1.0
"""Seconds without a client after which the broker ends."""
PATIENCE = 30.0
"""Seconds in which the first client has to come."""
_LOOK = 0.2
"""Seconds between two looks at who is still there."""


def main(place: Path | None) -> None:
    """Serve, and leave nothing behind."""
    listener = socket.create_server((LOOPBACK, 0))
    ports = Ports(PORTS)
    broker = Broker(Houses(ports), ports, secrets.token_hex(16))
    print(f"{LOOPBACK}:{listener.getsockname()[1]}:{broker.token}", flush=True)
    # Whoever started this waits for the end of what it prints.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    threading.Thread(target=broker.accept, args=(listener,), daemon=True).start()
    broker.wait()
    if place is not None:
        place.unlink(missing_ok=True)
    listener.close()
    broker.houses.close()
    ports.close()


class Broker:
    """Clients, each with a thread of its own, and what they share."""

    def __init__(self, houses: Houses, ports: Ports, token: str) -> None:
        self.houses = houses
        self.token = token
        self._ports = ports
        self._clients: dict[socket.socket, tuple[int, str] | None] = {}
        self._came = False

    def accept(self, listener: socket.socket) -> None:
        """Take in clients until the listener is closed."""
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def wait(self) -> None:
        """Until there has been no client for a while."""
        alone_since = time.monotonic()
        starter = os.getppid()
        patience = PATIENCE
        while time.monotonic() - alone_since < patience:
            time.sleep(_LOOK)
            if self._came or os.getppid() != starter:
                # Who started this was killed before it could connect: nobody knows the address.
                patience = LINGER
            living = 0
            for connection, life in list(self._clients.items()):
                # A process that a client forked may hold the connection beyond the client's end.
                if life is not None and _started(life[0]) != life[1]:
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)
                else:
                    living += 1
            # Who has gone is not waited for, though a server may be starting for it.
            if living:
                alone_since = time.monotonic()

    def _serve(self, connection: socket.socket) -> None:
        leases: set[str] = set()
        with connection, connection.makefile("rwb") as line:
            try:
                hello = json.loads(line.readline() or b"{}")
                if not secrets.compare_digest(str(hello.get("token")), self.token):
                    return
                self._clients[connection] = _life(hello)
                self._came = True
                for request in line:
                    line.write(json.dumps(self._answer(json.loads(request), leases)).encode())
                    line.write(b"\n")
                    line.flush()
            except (OSError, ValueError):
                pass
            finally:
                for name in leases:
                    self.houses.release(name)
                self._clients.pop(connection, None)

    def _answer(self, request: Json, leases: set[str]) -> Json:
        try:
            return {"answer": self._do(request, leases)}
        except RefuteError as error:
            return {
                "error": {
                    "slug": error.slug,
                    "message": error.message,
                    "remedy": error.remedy,
                    "detail": list(error.detail),
                }
            }
        except Exception as error:  # a bug of ours: the client says so, and the run goes on
            return {
                "error": {
                    "slug": "internal-error",
                    "message": f"{type(error).__name__}: {error}",
                    "remedy": None,
                    "detail": [f"in the broker, at {request.get('do')}"],
                }
            }

    def _do(self, request: Json, leases: set[str]) -> Any:
        match request["do"]:
            case "lease":
                house = self._house(request)
                given = self.houses.lease(house, request["wish"])
                leases.add(given["id"])
                return given
            case "warm":
                threading.Thread(target=self._warm, args=(request,), daemon=True).start()
                return None
            case "release":
                leases.discard(request["id"])
                return self.houses.release(request["id"])
            case "call":
                return self.houses.call(request["id"], request["what"], request["args"])
            case "logs":
                return self.houses.logs(request["id"])
            case "told":
                return self.houses.told()
            case "ports":
                return list(self._ports.all)
            case other:
                raise ValueError(f"no such request: {other}")

    def _house(self, request: Json) -> Any:
        return self.houses.house(request["dependency"], request["options"], request["route"])

    def _warm(self, request: Json) -> None:
        """Start something before it is asked for; who asks will be told of a failure."""
        with suppress(RefuteError):
            self._house(request).open()


def _life(hello: Json) -> tuple[int, str] | None:
    """The client's pid and start, if it lives among the processes that we can see."""
    if hello.get("world") != os.readlink("/proc/self/ns/pid"):
        return None
    pid = int(hello["pid"])
    return pid, _started(pid)


def _started(pid: int) -> str:
    """When a process began, in the kernel's words; empty if there is no such process."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return ""


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
