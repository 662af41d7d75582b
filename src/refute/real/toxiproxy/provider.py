"""Toxiproxy as the broker has it: one server a run, and proxies of its own for each test."""

from __future__ import annotations

import os
import sys
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from refute.errors import RefuteError, fail
from refute.real.ports import LOOPBACK, Share, answers, wait_until
from refute.real.provider import Json, Start
from refute.real.routes import Route, refuse_foreign
from refute.real.toxiproxy import install
from refute.real.toxiproxy.wire import Refusal, Wire

ADDRESS = "REFUTE_TOXIPROXY"
"""``host:port`` or URL of the API of a Toxiproxy to use instead of one of our own."""
_READY = 20.0
_UNSEEDED = "chances come out differently each time: Toxiproxy takes no seed"
_NO_LOSS = (
    "this Toxiproxy knows no lost packets: they need the route `ours`, toxiproxy(route='ours')"
)
_FORBIDDEN = "the kernel lets only root attach a filter to sockets here"


class ToxiproxyProvider:
    """See `refute.real.provider.Provider`. Option ``seed``: of our own proxy's chances."""

    name = "toxiproxy"

    def routes(self, options: Json) -> list[Route]:
        """A server that the user names, the machine's, the one installed, our own."""
        return [
            _given(),
            _program("path", install.on_path()),
            _program("installed", install.in_cache()),
            Route(
                "ours",
                True,
                "refute's own proxy, which speaks Toxiproxy's API",
                limits="it is no Toxiproxy, but held to be like one by tests against it",
            ),
        ]

    def start(self, start: Start) -> Toxiproxy:
        """See `Provider.start`."""
        if start.route.name == "address":
            host, port = _place(os.environ[ADDRESS])
            refuse_foreign(self.name, host)
            return Toxiproxy(Wire(host, port), start.ports)
        return _serve(start)


def _given() -> Route:
    url = os.environ.get(ADDRESS)
    if not url:
        return Route("address", False, f"{ADDRESS} is not set")
    host, port = _place(url)
    return Route("address", True, f"{host}:{port}, from {ADDRESS}", limits=_UNSEEDED)


def _place(text: str) -> tuple[str, int]:
    parts = urlsplit(text if "//" in text else f"//{text}")
    return parts.hostname or LOOPBACK, parts.port or 8474


def _program(name: str, server: Path | None) -> Route:
    if server is None:
        remedy = "refute real install toxiproxy" if name == "installed" else ""
        return Route(name, False, "no toxiproxy-server", remedy)
    return Route(name, True, f"Toxiproxy, {server}", limits=_UNSEEDED)


def _serve(start: Start) -> Toxiproxy:
    """A server that the keeper looks after."""
    port = start.ports.take()
    if start.route.name == "ours":
        # -P: a module in the project's folder is not ours.
        argv = [sys.executable, "-P", "-m", "refute.real.toxiproxy.server"]
        argv += ["--seed", str(start.options.get("seed", 0))]
    else:
        server = install.on_path() if start.route.name == "path" else install.in_cache()
        assert server is not None, "the route was looked at a moment ago"
        argv = [str(server)]
    spawned = start.keeper.spawn([*argv, "-host", LOOPBACK, "-port", str(port)])

    def alive() -> bool:
        return start.keeper.code(spawned) is None

    wait_until(
        lambda: answers(port), what="Toxiproxy", seconds=_READY, alive=alive, log=spawned.tail
    )
    return Toxiproxy(Wire(LOOPBACK, port), start.ports, logs=spawned.tail, alive=alive)


class Toxiproxy:
    """A server that runs. A lease is a prefix for the names of one test's proxies."""

    def __init__(
        self,
        wire: Wire,
        ports: Share,
        *,
        logs: Callable[[], str] = lambda: "",
        alive: Callable[[], bool] | None = None,
    ) -> None:
        self._wire, self._ports = wire, ports
        self._logs, self._alive = logs, alive
        self._lock = threading.Lock()
        #: For each lease, the ports of its proxies by their names in the server.
        self._leases: dict[str, dict[str, int]] = {}

    def facts(self) -> Json:
        """Where the API is."""
        return {"host": self._wire.host, "port": self._wire.port}

    def lease(self, wish: Json) -> Json:
        """A prefix that nobody else has."""
        prefix = uuid.uuid4().hex[:8]
        with self._lock:
            self._leases[prefix] = {}
        return {"prefix": prefix}

    def release(self, lease: Json) -> None:
        """Remove the test's proxies, with all toxics; their ports may be taken by others."""
        with self._lock:
            owned = self._leases.pop(lease["prefix"], {})
        for name, port in owned.items():
            with suppress(RefuteError, Refusal, OSError):
                self._wire.ask("DELETE", f"/proxies/{name}")
            self._ports.give_back(port)

    def call(self, lease: Json, what: str, args: Json) -> Any:
        """``proxy``, ``toxic``, ``cure``, ``enable``, ``show``."""
        try:
            return self._call(lease["prefix"], what, args)
        except Refusal as error:
            forbidden = _FORBIDDEN if "not permitted" in str(error) else _NO_LOSS
            remedy = forbidden if args.get("type") == "loss" else ""
            fail("real-unavailable", f"Toxiproxy refuses: {error}", remedy=remedy, cause=error)
        except OSError as error:
            fail("real-unavailable", f"Toxiproxy does not answer: {error}", cause=error)

    def _call(self, prefix: str, what: str, args: Json) -> Any:
        path = f"/proxies/{prefix}.{args['proxy']}"
        match what:
            case "proxy":
                return self._create(prefix, args)
            case "toxic":
                given = {key: args[key] for key in ("type", "stream", "attributes", "toxicity")}
                name = f"{args['type']}-{uuid.uuid4().hex[:6]}"
                self._wire.ask("POST", f"{path}/toxics", {"name": name, **given})
                return name
            case "cure":
                return self._wire.ask("DELETE", f"{path}/toxics/{args['name']}")
            case "enable":
                return self._wire.ask("POST", path, {"enabled": args["enabled"]})
            case "show":
                return self._wire.ask("GET", path)
        raise ValueError(f"no such operation: {what}")

    def _create(self, prefix: str, args: Json) -> Json:
        name, port = f"{prefix}.{args['proxy']}", self._ports.take()
        try:
            self._wire.ask(
                "POST",
                "/proxies",
                {
                    "name": name,
                    "listen": f"{LOOPBACK}:{port}",
                    "upstream": args["upstream"],
                    "enabled": True,
                    "seed": str(args["seed"]),
                },
            )
        except BaseException:
            self._ports.give_back(port)
            raise
        with self._lock:
            owned = self._leases.get(prefix)
            if owned is not None:
                owned[name] = port
        return {"host": LOOPBACK, "port": port}

    def logs(self) -> str:
        """The last lines that the server printed."""
        return self._logs()

    def healthy(self) -> bool:
        """Whether it still answers."""
        return self._alive() if self._alive else answers(self._wire.port, self._wire.host)

    def close(self) -> None:
        """Remove what is left at a server that is not ours."""
        for prefix in list(self._leases):
            self.release({"prefix": prefix})
